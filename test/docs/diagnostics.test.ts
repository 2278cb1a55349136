/** The page of diagnostics: up to date, and every example of the registry has the problem that it is an example of. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type DiagnosticCode, diagnosticCodes } from "../../compiler/diagnostics/codes.ts";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import { analyze } from "../../compiler/plan/analyze.ts";
import { diagnosticsPage } from "../../docs/write-diagnostics.mjs";
import { documentAround, surroundings } from "./fragments.ts";
import { root } from "./page.ts";

const codes: readonly (readonly [string, DiagnosticCode])[] = Object.entries(diagnosticCodes);

it("is what `node docs/write-diagnostics.mjs` writes after a build", () => {
	expect(readFileSync(join(root, "docs/diagnostics.md"), "utf8")).toBe(diagnosticsPage(diagnosticCodes));
});

describe("examples", () => {
	/** Examples in brackets are words. */
	const shown = codes.filter(([, { example }]) => !example.startsWith("("));

	it.each(shown)("%s: the example gives it", (code, { example, severity }) => {
		const text = documentOf(example);
		const loader = memoryLoader({ ...surroundings, "machine.yml": text });
		const found = analyze(
			{ file: "machine.yml" },
			{ loader, portable: true, confine: true, knownHooks: new Set(["logging"]) },
		);
		expect(found.diagnostics.map((one) => `${one.code} ${one.severity}`)).toContain(`${code} ${severity}`);
	});
});

/** Whole documents and text that is none stand for themselves; the rest is part of `data`. */
function documentOf(example: string): string {
	return /^(?:agents|context|machines|persistence|profiles|settings|states|template_engine):/.test(example)
		? documentAround("data", `${example}\n`)
		: example;
}
