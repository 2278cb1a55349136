/**
 * The door to the schemas. ajv judges: a document that it accepts has no problem, one that it rejects has at least one.
 * Our own walk says why in words for people, and which rejections are only worth a warning.
 */
import { checkValue } from "./check-value.ts";
import { SCHEMA_KINDS, SCHEMA_POOL, type SchemaKind } from "./definitions.ts";
import type { Level, SchemaProblem } from "./problem.ts";
import { rejectionsOf, unsaidProblems } from "./verdict.ts";

/**
 * Holds a document against the schema of its kind (spec versions 0.4 to 4.2.1).
 * @param value the document as plain JSON
 * @param kind what the document should be
 * @returns every problem, each once; warnings are keys that nobody knows, and optional keys without a value
 */
export function validateAgainstSchema(value: unknown, kind: SchemaKind): readonly SchemaProblem[] {
	const rejections = rejectionsOf(value, kind);
	if (rejections.length === 0) return [];
	const root = { $ref: `#/definitions/${SCHEMA_KINDS[kind].root}` };
	const problems = checkValue(value, root, SCHEMA_POOL.definitions, kind === "flatmachine" ? MACHINE_LEVELS : []);
	const seen = new Set<string>();
	return [...problems, ...unsaidProblems(value, rejections, problems)].filter((problem) => {
		const id = JSON.stringify([problem.path, problem.code, problem.message]);
		if (seen.has(id)) return false;
		seen.add(id);
		return true;
	});
}

/** Keys of a machine that are easily written one level too high or too low. */
const MACHINE_LEVELS: readonly Level[] = [
	["machineData", "it belongs to `data`"],
	["state", "it belongs to a state"],
	["execution", "it belongs to `execution`"],
	["transition", "it belongs to an entry of `transitions`"],
].flatMap(([name = "", advice = ""]) => {
	const schema = SCHEMA_POOL.definitions[name];
	return schema === undefined ? [] : [{ schema, advice: `${advice}; move it there` }];
});

/** The kind that a document says it is by its `spec` key; undefined when that is missing or unknown. */
export function kindOf(value: unknown): SchemaKind | undefined {
	if (typeof value !== "object" || value === null || !("spec" in value)) return undefined;
	if (value.spec === "flatprofiles") return "flatprofile";
	const kinds: readonly SchemaKind[] = ["flatmachine", "flatagent", "flatprofile", "prompt"];
	return kinds.find((kind) => kind === value.spec);
}
