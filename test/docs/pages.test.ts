/** What the pages show is true: documents compile, code and commands run and print what stands below them. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Diagnostic, formatDiagnostic, memoryLoader, validate, validateFile } from "../../src/index.ts";
import { documentAround, fragmentKind, surroundings } from "./fragments.ts";
import { type Block, blocksOf, pageNames } from "./page.ts";
import { runCommand, runModule } from "./run-block.ts";

/** Languages in which nothing can be wrong that a test could find. */
const free = new Set(["text", "mermaid", "sh", ""]);
/** Fragments do not use all that stands around them. */
const unused = new Set(["FS3104", "FS3105"]);

const names = pageNames();

describe.each(names)("%s", (page) => {
	const blocks = blocksOf(page);
	const home = process.cwd();
	let folder = "";

	beforeAll(() => {
		folder = realpathSync(mkdtempSync(join(tmpdir(), "docs-")));
		for (const block of blocks) {
			const name = block.values.get("file");
			if (name === undefined) continue;
			mkdirSync(dirname(join(folder, name)), { recursive: true });
			writeFileSync(join(folder, name), block.text);
		}
		process.chdir(folder);
	});

	afterAll(() => {
		process.chdir(home);
		rmSync(folder, { recursive: true });
	});

	it("says of every block how it is checked", () => {
		const unchecked = blocks.filter((block) => !free.has(block.language) && howChecked(block) === undefined);
		expect(unchecked.map(({ language, line }) => `${page}:${line}: ${language}`)).toEqual([]);
	});

	it("gives each file once", () => {
		const files = blocks.flatMap(({ values }) => values.get("file") ?? []);
		expect(files).toEqual([...new Set(files)]);
	});

	for (const [index, block] of blocks.entries()) {
		const next = blocks[index + 1];
		const shown = next?.language === "text" && next.words.has("output") ? next.text : undefined;
		const title = `line ${block.line}`;
		switch (howChecked(block)) {
			case "document":
				it(`compiles the file at ${title}`, () => {
					const file = block.values.get("file") ?? "";
					expect(texts(validateFile(file, {}).filter((one) => one.file.endsWith(file)))).toEqual([]);
				});
				break;
			case "fragment":
				it(`compiles the fragment at ${title}`, () => {
					const kind = fragmentKind(block) ?? "machine";
					const text = documentAround(kind, block.text);
					const found = validate(text, { loader: memoryLoader(surroundings), dir: "." });
					expect(texts(found.filter(({ code }) => !unused.has(code)))).toEqual([]);
				});
				break;
			case "module":
				it(`runs the code at ${title}`, async () => {
					const printed = await runModule(block, folder);
					expect(printed).toBe(shown ?? "");
				});
				break;
			case "command":
				it(`runs the commands at ${title}`, async () => {
					let printed = "";
					const lines = block.text.split("\n").filter((line) => /\bflatstate\b/.test(line) && !line.startsWith("#"));
					for (const line of lines) {
						const { exitCode, stdout, stderr } = await runCommand(line);
						expect(`${exitCode} ${exitCode === 0 ? "" : stderr}`).toMatch(`${block.values.get("exit") ?? 0} `);
						printed += block.words.has("stderr") ? stderr : stdout;
					}
					if (shown !== undefined) expect(printed.replaceAll(`${folder}/`, "").trimEnd()).toBe(shown.trimEnd());
				});
				break;
		}
	}
});

type Check = "document" | "fragment" | "module" | "command" | "file";

function howChecked(block: Block): Check | undefined {
	const { language, words, values } = block;
	if (language === "sh") return words.has("run") ? "command" : undefined;
	if (language === "ts" || language === "js") {
		if (words.has("run")) return "module";
		return values.has("file") ? "file" : undefined;
	}
	if (language !== "yaml" && language !== "json") return undefined;
	// Data of the examples: see expressions.test.ts. Broken documents: see diagnostics.test.ts.
	if (words.has("context") || words.has("broken")) return "file";
	if (values.has("file")) return /^["{\s]*spec\b/m.test(block.text) ? "document" : "file";
	return fragmentKind(block) === undefined ? undefined : "fragment";
}

function texts(diagnostics: readonly Diagnostic[]): string[] {
	return diagnostics.map((one) => formatDiagnostic(one, { color: false }));
}
