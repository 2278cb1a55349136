/**
 * Says in words what is wrong with a value that does not match a schema of our subset: names the key, what it stands
 * for, and what it was probably meant to be. Whether a document matches at all is for ajv to say (verdict.ts).
 */
import { diagnosticCodes } from "../diagnostics/codes.ts";
import { nearest } from "../diagnostics/suggest.ts";
import type { JsonSchema, JsonType } from "./json-schema.ts";
import { type Level, type SchemaProblem, schemaCodes } from "./problem.ts";
import { orList, typeOf, typeWords, valueWords } from "./value-words.ts";

interface Walk {
	readonly levels: readonly Level[];
	readonly definitions: Readonly<Record<string, JsonSchema>>;
	readonly problems: SchemaProblem[];
}

type Path = readonly (string | number)[];

/**
 * @param value plain JSON
 * @param schema that the value must match
 * @param definitions that `$ref`s of the schema name
 * @param levels maps whose keys are often written at the wrong level
 * @returns all problems in document order; empty when the value matches
 */
export function checkValue(
	value: unknown,
	schema: JsonSchema,
	definitions: Readonly<Record<string, JsonSchema>>,
	levels: readonly Level[] = [],
): readonly SchemaProblem[] {
	const walk: Walk = { definitions, levels, problems: [] };
	check(walk, value, schema, []);
	return walk.problems;
}

function check(walk: Walk, value: unknown, schema: JsonSchema, path: Path, optional = false): void {
	if (schema.$ref !== undefined) {
		const target = walk.definitions[schema.$ref.slice("#/definitions/".length)];
		if (target !== undefined) check(walk, value, target, path, optional);
		return;
	}
	if (!hasType(value, schema)) {
		reportType(walk, value, schema, path, optional);
		return;
	}
	checkScalar(walk, value, schema, path);
	if (Array.isArray(value)) checkList(walk, value, schema, path);
	else if (isMap(value)) checkMap(walk, value, schema, path);
	if (schema.if !== undefined) {
		const chosen = matches(walk, value, schema.if) ? schema.then : schema.else;
		if (chosen !== undefined) check(walk, value, chosen, path);
	}
}

function report(walk: Walk, problem: Omit<SchemaProblem, "severity">): void {
	walk.problems.push({ ...problem, severity: diagnosticCodes[problem.code].severity });
}

function reportType(walk: Walk, value: unknown, schema: JsonSchema, path: Path, optional: boolean): void {
	const types = typesOf(schema);
	const expected = typeWords(types) + (schema["x-meaning"] === undefined ? "" : ` (${schema["x-meaning"]})`);
	const name = nameOf(path);
	if (value === null && optional) {
		report(walk, {
			path,
			at: "key",
			code: schemaCodes.emptyValue,
			message: `${name} is empty and is taken as not given; it should be ${expected}`,
		});
		return;
	}
	const quoted =
		types.length === 1 && types[0] === "string" && isScalar(value) ? JSON.stringify(String(value)) : undefined;
	report(walk, {
		path,
		at: "value",
		code: schemaCodes.wrongType,
		message: `${name} must be ${expected}, got ${valueWords(value)}`,
		...(quoted === undefined ? {} : { suggestion: `put it in quotes: ${quoted}`, replacement: quoted }),
	});
}

function checkScalar(walk: Walk, value: unknown, schema: JsonSchema, path: Path): void {
	const allowed = schema.const === undefined ? schema.enum : [schema.const];
	if (allowed?.includes(value) === false) {
		const near = nearest(String(value), allowed.map(String));
		report(walk, {
			path,
			at: "value",
			code: schemaCodes.notOneOf,
			message: `${nameOf(path)} must be ${orList(allowed.map((one) => `\`${String(one)}\``))}, got ${valueWords(value)}`,
			...suggest(near),
		});
	}
	const range = rangeProblem(value, schema);
	if (range !== undefined) {
		report(walk, {
			path,
			at: "value",
			code: schemaCodes.outOfRange,
			message: `${nameOf(path)} must be ${range}, got ${String(value)}`,
		});
	}
	if (typeof value === "string" && schema.pattern !== undefined && !regExpOf(schema.pattern).test(value)) {
		report(walk, {
			path,
			at: "value",
			code: schemaCodes.badFormat,
			message: `${nameOf(path)} must be ${schema["x-pattern-meaning"] ?? `of the form ${schema.pattern}`}, got ${valueWords(value)}`,
		});
	}
}

function rangeProblem(value: unknown, schema: JsonSchema): string | undefined {
	if (typeof value !== "number") return undefined;
	if (schema.minimum !== undefined && value < schema.minimum) return `${schema.minimum} or more`;
	if (schema.exclusiveMinimum !== undefined && value <= schema.exclusiveMinimum)
		return `more than ${schema.exclusiveMinimum}`;
	if (schema.maximum !== undefined && value > schema.maximum) return `${schema.maximum} or less`;
	return undefined;
}

function checkList(walk: Walk, value: readonly unknown[], schema: JsonSchema, path: Path): void {
	if (schema.minItems !== undefined && value.length < schema.minItems) {
		report(walk, {
			path,
			at: "value",
			code: schemaCodes.tooFew,
			message: `${nameOf(path)} must have ${schema.minItems} or more entries`,
		});
	}
	const items = schema.items;
	if (items === undefined) return;
	for (const [index, item] of value.entries()) check(walk, item, items, [...path, index]);
}

function checkMap(walk: Walk, value: Readonly<Record<string, unknown>>, schema: JsonSchema, path: Path): void {
	if (schema.minProperties !== undefined && Object.keys(value).length < schema.minProperties) {
		report(walk, {
			path,
			at: "value",
			code: schemaCodes.tooFew,
			message: `${nameOf(path)} must have ${schema.minProperties} or more entries`,
		});
	}
	const unknown: string[] = [];
	let owner: string | undefined;
	const patterns = Object.entries(schema.patternProperties ?? {}).map(([text, one]) => [regExpOf(text), one] as const);
	const entries = Object.entries(value);
	for (const [index, [key, entry]] of entries.entries()) {
		const known = own(schema.properties, key);
		if (known !== undefined) {
			check(walk, entry, known, [...path, key], schema.required?.includes(key) !== true);
			continue;
		}
		const matching = patterns.filter(([pattern]) => pattern.test(key));
		for (const [, pattern] of matching) check(walk, entry, pattern, [...path, key]);
		if (matching.length > 0) continue;
		if (schema.additionalProperties === false) unknown.push(key);
		else if (typeof schema.additionalProperties === "object") {
			if (isTooLittleIndented(walk, key, entry, schema)) {
				reportIndentation(walk, schema["x-entry"] ?? "", [...path, key], entry, owner);
				continue;
			}
			owner = key;
			const after = entry === null ? entries[index + 1] : undefined;
			if (after && isTooLittleIndented(walk, ...after, schema)) {
				reportNotIndented(walk, schema["x-entry"] ?? "", [...path, key]);
				continue;
			}
			check(walk, entry, schema.additionalProperties, [...path, key]);
		}
	}
	const nearMisses = reportUnknownKeys(walk, unknown, value, schema, path);
	for (const key of schema.required ?? []) {
		if (!Object.hasOwn(value, key) && !nearMisses.has(key)) reportMissing(walk, key, schema, path);
	}
	for (const [key, needed] of Object.entries(schema.dependencies ?? {})) {
		if (!Object.hasOwn(value, key)) continue;
		for (const other of needed.filter((name) => !Object.hasOwn(value, name))) {
			reportMissing(walk, other, schema, path, `, because \`${key}\` is there`);
		}
	}
}

/** Whether an entry is none, but a key of the entry before it. */
function isTooLittleIndented(walk: Walk, key: string, entry: unknown, schema: JsonSchema): boolean {
	const name = schema["x-entry"];
	const shape = name === undefined ? undefined : own(walk.definitions, name);
	return own(shape?.properties, key) !== undefined && shape !== undefined && !matches(walk, entry, shape);
}

function reportIndentation(walk: Walk, kind: string, path: Path, entry: unknown, owner: string | undefined): void {
	const name = nameOf(path);
	const beneath = owner === undefined ? `its ${kind}` : `\`${owner}\``;
	report(walk, {
		path,
		at: "key",
		code: schemaCodes.wrongType,
		message: `${name} stands where a ${kind} is expected, and is ${valueWords(entry)}`,
		suggestion: `${name} is a key of a ${kind}: indent it beneath ${beneath}`,
		speaksForAll: true,
	});
}

function reportNotIndented(walk: Walk, kind: string, path: Path): void {
	report(walk, {
		path,
		at: "key",
		code: schemaCodes.wrongType,
		message: `the ${kind} ${nameOf(path)} is empty: its keys stand beside it`,
		suggestion: "indent them beneath it",
	});
}

/** @returns the known keys that the unknown ones were probably meant to be */
function reportUnknownKeys(
	walk: Walk,
	unknown: readonly string[],
	value: Readonly<Record<string, unknown>>,
	schema: JsonSchema,
	path: Path,
): ReadonlySet<string> {
	const meant = new Set<string>();
	if (unknown.length === 0) return meant;
	const free = Object.keys(schema.properties ?? {}).filter((key) => !Object.hasOwn(value, key));
	const matters = (key: string): boolean => schema["x-strict-keys"] === true || schema.required?.includes(key) === true;
	for (const key of unknown) {
		const synonym = own(schema["x-synonyms"], key);
		if (synonym !== undefined && free.includes(synonym)) {
			meant.add(synonym);
			report(walk, {
				path: [...path, key],
				at: "key",
				code: schemaCodes.misspeltKey,
				message: `\`${key}\` is called \`${synonym}\` here`,
				replacement: synonym,
			});
			continue;
		}
		const near = nearest(key, free);
		if (near !== undefined) meant.add(near);
		const elsewhere = walk.levels.find(
			(level) => level.schema !== schema && own(level.schema.properties, key) !== undefined,
		);
		report(walk, {
			path: [...path, key],
			at: "key",
			code: near !== undefined && matters(near) ? schemaCodes.misspeltKey : schemaCodes.unknownKey,
			message: `\`${key}\` is not a key that is known ${path.length === 0 ? "here" : `in ${nameOf(path)}`}, so it does nothing`,
			...(near === undefined
				? { suggestion: elsewhere?.advice ?? "remove it, or begin its name with `x-` to keep it as a note" }
				: suggest(near)),
		});
	}
	return meant;
}

function reportMissing(walk: Walk, key: string, schema: JsonSchema, path: Path, why = ""): void {
	const description = own(schema.properties, key)?.description;
	report(walk, {
		path,
		at: path.length === 0 ? "value" : "key",
		code: schemaCodes.missingKey,
		message: `${path.length === 0 ? "the document" : nameOf(path)} needs the key \`${key}\`${why}`,
		...(description === undefined ? {} : { suggestion: `\`${key}\`: ${description}` }),
	});
}

const regExps = new Map<string, RegExp>();

function regExpOf(pattern: string): RegExp {
	const known = regExps.get(pattern);
	if (known !== undefined) return known;
	const made = new RegExp(pattern, "u");
	regExps.set(pattern, made);
	return made;
}

function suggest(near: string | undefined): { suggestion: string; replacement: string } | undefined {
	return near === undefined ? undefined : { suggestion: `did you mean \`${near}\`?`, replacement: near };
}

/** Whether a value matches, without a word about why not. */
function matches(walk: Walk, value: unknown, schema: JsonSchema): boolean {
	const silent: Walk = { definitions: walk.definitions, levels: [], problems: [] };
	check(silent, value, schema, []);
	return silent.problems.length === 0;
}

function hasType(value: unknown, schema: JsonSchema): boolean {
	const types = typesOf(schema);
	if (types.length === 0) return true;
	const type = typeOf(value);
	return type !== undefined && (types.includes(type) || (type === "integer" && types.includes("number")));
}

function typesOf(schema: JsonSchema): readonly JsonType[] {
	if (schema.type === undefined) return [];
	return typeof schema.type === "string" ? [schema.type] : schema.type;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): boolean {
	return typeof value === "number" || typeof value === "boolean";
}

function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
	return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The value as messages name it: its last key, and the entry where that is a number. */
function nameOf(path: Path): string {
	const last = path[path.length - 1];
	if (last === undefined) return "the document";
	if (typeof last === "string") return `\`${last}\``;
	const key = path[path.length - 2];
	return key === undefined ? `entry ${last + 1}` : `entry ${last + 1} of \`${key}\``;
}
