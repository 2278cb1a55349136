/**
 * Writes validators.generated.ts, the code that ajv makes of the published schemas, after a change of these:
 * `npm run validators`. Generated ahead, so that nobody waits for ajv to load and compile them.
 */
// biome-ignore lint/style/noRestrictedImports: a build step, not part of the compiler.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";

const NOTES = new Set(["title", "description", "default", "examples"]);
const MAPS_OF_SCHEMAS = new Set(["properties", "patternProperties"]);
const SCHEMAS = new Set(["items", "additionalProperties", "if", "then", "else"]);

/** @param schemas the published schemas by kind */
export function validatorsSource(schemas) {
	const ajv = new Ajv({
		allErrors: true,
		messages: false,
		strict: true,
		strictTypes: false,
		strictRequired: false,
		// A definition is one function, wherever it is used.
		inlineRefs: false,
		code: { source: true, esm: true, optimize: 2 },
	});
	const kinds = Object.keys(schemas);
	const definitions = Object.assign({}, ...Object.values(schemas).map((schema) => schema.definitions));
	ajv.addSchema({ $id: "pool", definitions: mapValues(definitions, withoutNotes) });
	for (const kind of kinds) ajv.addSchema({ $id: kind, $ref: `pool${schemas[kind].$ref}` });
	const code = standalone.default(ajv, Object.fromEntries(kinds.map((kind) => [kind, kind])));
	if (/\brequire\(|\bimport\b/.test(code)) throw new Error("the validators must not need anything at run time");
	return [
		"// @ts-nocheck Written by write-validators.mjs with ajv; change the schemas instead.",
		'import type { Validators } from "./verdict.ts";',
		shorter(code.replace(/^"use strict";/, "").replace(/\bexport const /g, "const ")),
		`export const validators: Validators = { ${kinds.join(", ")} };`,
		"",
	].join("\n");
}

/** The hundreds of rejections in their shortest form and without what nobody reads: half the text to load. */
function shorter(code) {
	return code
		.replace(
			/const (err\d+) = (\{[^;]*\});if\(vErrors === null\)\{vErrors = \[\1\];\}else \{vErrors\.push\(\1\);\}errors\+\+;/g,
			"(vErrors ??= []).push($2);errors++;",
		)
		.replace(/,schemaPath:"[^"]*"/g, "")
		.replace(/,parentData:\w+,parentDataProperty:(?:"[^"]*"|\w+)/g, "");
}

/** What editors show is no use to a validator. */
function withoutNotes(schema) {
	if (typeof schema !== "object" || schema === null) return schema;
	const kept = Object.entries(schema).filter(([keyword]) => !NOTES.has(keyword));
	return Object.fromEntries(
		kept.map(([keyword, value]) => {
			if (MAPS_OF_SCHEMAS.has(keyword)) return [keyword, mapValues(value, withoutNotes)];
			return [keyword, SCHEMAS.has(keyword) ? withoutNotes(value) : value];
		}),
	);
}

function mapValues(map, change) {
	return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const { publishedSchema, SCHEMA_KINDS } = await import("../../dist/compiler/schema/definitions.js");
	const schemas = Object.fromEntries(Object.keys(SCHEMA_KINDS).map((kind) => [kind, publishedSchema(kind)]));
	writeFileSync(new URL("validators.generated.ts", import.meta.url), validatorsSource(schemas));
}
