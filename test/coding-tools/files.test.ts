/** What the coding tools for files do, and their bounds. */
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { codingTools } from "../../src/index.ts";
import { toolFolder } from "./tool-folder.ts";

it("has no tool that is not named", () => {
	expect(codingTools({ root: ".", allow: [] })).toEqual([]);
	expect(codingTools({ root: ".", allow: ["list", "read"] }).map(({ name }) => name)).toEqual(["list", "read"]);
});

it("reads a file whole, or in parts by lines", async () => {
	const text = Array.from({ length: 5 }, (_, index) => `line ${index + 1}\n`).join("");
	await using folder = toolFolder({ "a.txt": text, "empty.txt": "" });
	const read = async (args: object) => (await folder.call("read", { path: "a.txt", ...args })).content;
	expect(await read({})).toBe(text);
	expect(await read({ offset: 2, limit: 2 })).toBe("line 2\nline 3\n[Lines 2 to 3 of 5. Go on with offset 4.]");
	expect(await read({ offset: 5 })).toBe("line 5\n[Lines 5 to 5 of 5.]");
	expect(await read({ offset: 9 })).toBe("[The file has 5 lines.]");
	expect(await read({ path: "empty.txt" })).toBe("[The file is empty.]");
});

it("bounds what one reading gives, and refuses what is too large or no text", async () => {
	await using folder = toolFolder({ "wide.txt": `${"x".repeat(3000)}\n`.repeat(200), "zero.bin": "a\0b" });
	writeFileSync(join(folder.root, "latin.txt"), Buffer.from([0xe4, 0xf6]));
	writeFileSync(join(folder.root, "large.txt"), Buffer.alloc(11 * 1024 * 1024, "x"));
	const wide = (await folder.call("read", { path: "wide.txt" })).content;
	expect(wide.length).toBeLessThan(101_000);
	expect(wide).toMatch(/\[1000 more characters\]\n\[Lines 1 to \d+ of 200\. Go on with offset/);
	expect((await folder.call("read", { path: "zero.bin" })).content).toContain("zero.bin is a binary file");
	expect((await folder.call("read", { path: "latin.txt" })).content).toContain("not UTF-8");
	expect((await folder.call("read", { path: "large.txt" })).content).toContain("more than the 10485760 that are read");
	expect((await folder.call("read", { path: "none.txt" })).content).toContain("none.txt does not exist");
});

it("writes a file as a whole, makes its folders, keeps its mode, and leaves nothing else behind", async () => {
	await using folder = toolFolder({ "run.sh": "old" });
	chmodSync(join(folder.root, "run.sh"), 0o755);
	expect(await folder.call("write", { path: "run.sh", content: "new" })).toEqual({
		content: "run.sh was written.",
		is_error: false,
	});
	expect(statSync(join(folder.root, "run.sh")).mode & 0o777).toBe(0o755);
	expect((await folder.call("write", { path: "a/b/c.txt", content: "deep" })).content).toBe("a/b/c.txt was made.");
	expect(readFileSync(join(folder.root, "a/b/c.txt"), "utf8")).toBe("deep");
	expect((await folder.call("write", { path: "run.sh", content: "new" })).content).toBe("run.sh is so already.");
	expect((await folder.call("write", { path: "a", content: "x" })).content).toContain("a is a folder");
	expect(readdirSync(folder.root).sort()).toEqual(["a", "run.sh"]);
});

it("replaces text that stands there once, or everywhere when asked to", async () => {
	await using folder = toolFolder({ "a.txt": "one two two $& end" });
	const edit = async (args: object) => (await folder.call("edit", { path: "a.txt", ...args })).content;
	expect(await edit({ old_text: "one", new_text: "$1 $& $$" })).toBe("a.txt was changed in one place.");
	expect(await edit({ old_text: "two", new_text: "2" })).toContain("2 times: give more of it, or set replace_all");
	expect(await edit({ old_text: "two", new_text: "2", replace_all: true })).toBe("a.txt was changed in 2 places.");
	expect(await edit({ old_text: "three", new_text: "3" })).toContain("old_text is not in a.txt");
	expect(readFileSync(join(folder.root, "a.txt"), "utf8")).toBe("$1 $& $$ 2 2 $& end");
});

it("lists folders by name, without entering those of other programs, and bounds the list", async () => {
	const many = Object.fromEntries(Array.from({ length: 1100 }, (_, index) => [`many/${index}`, ""]));
	await using folder = toolFolder({
		"b.txt": "",
		"a/x/deep.txt": "",
		".git/config": "",
		"node_modules/m/i.js": "",
		...many,
	});
	expect((await folder.call("list", { depth: 1 })).content).toBe(".git/\na/\nb.txt\nmany/\nnode_modules/");
	expect((await folder.call("list", { path: "a" })).content).toBe("x/\nx/deep.txt");
	const lines = (await folder.call("list", { path: "many" })).content.split("\n");
	expect(lines).toHaveLength(1001);
	expect(lines.at(-1)).toContain("more than 1000 entries");
});

it("searches text files by pattern, text, name and folder", async () => {
	await using folder = toolFolder({
		"a.ts": "let x = f(1);\nlet y;",
		"b.md": "LET it be f(1)",
		"c/d.ts": "let z",
		"e.bin": "let\0",
	});
	const grep = async (args: object) => (await folder.call("grep", { pattern: "^let", ...args })).content;
	expect(await grep({})).toBe(
		"a.ts:1: let x = f(1);\na.ts:2: let y;\nc/d.ts:1: let z\n[1 files were left out: binary, or too large.]",
	);
	expect(await grep({ ignore_case: true, name_ends: ".md" })).toBe("b.md:1: LET it be f(1)");
	expect(await grep({ pattern: "f(1)", literal: true, path: "a.ts" })).toBe("a.ts:1: let x = f(1);");
	expect(await grep({ path: "c" })).toBe("d.ts:1: let z");
	expect(await grep({ limit: 1, name_ends: ".ts" })).toBe("a.ts:1: let x = f(1);\n[Cut behind 1 lines.]");
	expect(await grep({ pattern: "(" })).toContain("The pattern is no regular expression");
	expect(await grep({ pattern: "nothing", name_ends: ".ts" })).toBe("[No line matches.]");
});

it("gives up a pattern that takes for ever", async () => {
	await using folder = toolFolder({ "a.txt": `${"a".repeat(60)}!` }, { searchTimeout: 0.5 });
	expect(await folder.call("grep", { pattern: "(a+)+$" })).toEqual({
		content: expect.stringContaining("The search took longer than 0.5 s. Make the pattern simpler"),
		is_error: true,
	});
});

it("says which arguments do not fit", async () => {
	await using folder = toolFolder();
	expect((await folder.call("read", { path: "a", mode: "x" })).content).toContain(
		"must NOT have additional properties: mode",
	);
	expect((await folder.call("write", { path: "a" })).content).toContain("must have required property 'content'");
});
