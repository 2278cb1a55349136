/** The page names every key that the schemas know. */
import { expect, it } from "vitest";
import { SCHEMA_POOL } from "../../compiler/schema/definitions.ts";
import type { JsonSchema } from "../../compiler/schema/json-schema.ts";
import { pageText } from "./page.ts";

function keysOf(schema: JsonSchema): string[] {
	const own = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => [key, ...keysOf(value)]);
	const { items, additionalProperties, then: shape, else: otherwise } = schema;
	const parts = [items, typeof additionalProperties === "object" ? additionalProperties : undefined, shape, otherwise];
	return [...own, ...parts.flatMap((part) => (part === undefined ? [] : keysOf(part)))];
}

it("names every key of the schemas", () => {
	const page = pageText("docs/yaml-reference.md");
	const named = new Set([...page.matchAll(/`(\$?[a-z_]+)`/g)].map(([, key]) => key));
	const keys = new Set(Object.values(SCHEMA_POOL.definitions).flatMap(keysOf));
	expect(keys.size).toBeGreaterThan(100);
	expect([...keys].filter((key) => !named.has(key))).toEqual([]);
});
