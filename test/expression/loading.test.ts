/** The big libraries behind CEL and Liquid are loaded only when a text needs them. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

describe("the expression language", () => {
	it("imports no library that it does not always need", () => {
		const folder = new URL("../../compiler/expression/", import.meta.url);
		for (const file of ["cel.ts", "liquid.ts"]) {
			const source = readFileSync(new URL(file, folder), "utf8");
			const imports = source.match(/^import (?!type)[^;]*from "[^".][^"]*"/gm) ?? [];
			expect(imports.filter((one) => !one.includes('"node:'))).toEqual([]);
		}
	});
});
