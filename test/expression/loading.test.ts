/** The libraries behind CEL, Liquid and "did you mean" are loaded only when a text needs them. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

describe("the expression language", () => {
	it("imports no library that it does not always need", () => {
		const folder = new URL("../../compiler/expression/", import.meta.url);
		const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
		expect(files.length).toBeGreaterThan(20);
		for (const file of files) {
			const source = readFileSync(new URL(file, folder), "utf8");
			const imports = source.match(/^import (?!type)[^;]*from "[^".][^"]*"/gm) ?? [];
			expect(imports.filter((one) => !one.includes('"node:module"'))).toEqual([]);
		}
	});
});
