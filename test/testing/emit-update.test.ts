/** What is there already is never lost unseen: refused without `--update`, and with it named test by test. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { MachinePlan } from "../../compiler/plan/plan.ts";
import { type EmittedFile, emitTests } from "../../src/testing/emit/emit-tests.ts";
import type { Scenario } from "../../src/testing/scenario/scenario.ts";
import { type Files, files } from "../cli/files.ts";

function scenario(path: string, output: unknown = {}): Scenario {
	return {
		name: path.split(" ").join(" → "),
		input: {},
		agents: {},
		machines: {},
		actions: {},
		waits: {},
		path: path.split(" "),
		taken: [],
		ending: { status: "done", output },
		context: {},
	};
}

function plan(folder: Files, file = "review.yml", name = "review"): Pick<MachinePlan, "id" | "name" | "file"> {
	return { id: join(folder.path, file), name, file: join(folder.path, file) };
}

function emit(folder: Files, scenarios: readonly Scenario[], update = false): EmittedFile | undefined {
	return emitTests([{ plan: plan(folder), scenarios }], { dir: join(folder.path, "tests"), update })[0];
}

function edit(folder: Files, from: string, to: string): void {
	const path = join(folder.path, "tests/review.test.ts");
	const text = readFileSync(path, "utf8");
	expect(text).toContain(from);
	writeFileSync(path, text.replace(from, to));
}

test("a new file is written, and writing it again changes nothing", async () => {
	await using folder = files({});
	expect(emit(folder, [scenario("a b")])).toMatchObject({ status: "written", tests: 1 });
	const text = folder.read("tests/review.test.ts");
	expect(emit(folder, [scenario("a b")])).toMatchObject({ status: "kept" });
	expect(emit(folder, [scenario("a b")], true)).toMatchObject({ status: "kept" });
	expect(folder.read("tests/review.test.ts")).toBe(text);
});

test("a file that differs is refused without --update and stays as it is", async () => {
	await using folder = files({});
	emit(folder, [scenario("a b")]);
	const text = folder.read("tests/review.test.ts");
	expect(() => emit(folder, [scenario("a c")])).toThrow(/is there and differs from what would be written\..*--update/);
	edit(folder, '["a", "b"]', '["a", "x"]');
	expect(() => emit(folder, [scenario("a b")])).toThrow(/differs from what would be written; it has been edited/);
	expect(folder.read("tests/review.test.ts")).toBe(text.replace('["a", "b"]', '["a", "x"]'));
});

test("nothing is written where one of several files is refused", async () => {
	await using folder = files({});
	emit(folder, [scenario("a b")]);
	const machines = [
		{ plan: plan(folder, "first.yml", "first"), scenarios: [scenario("a")] },
		{ plan: plan(folder), scenarios: [scenario("a c")] },
	];
	expect(() => emitTests(machines, { dir: join(folder.path, "tests"), update: false })).toThrow();
	expect(existsSync(join(folder.path, "tests/first.test.ts"))).toBe(false);
});

test("--update names what it adds, removes and changes", async () => {
	await using folder = files({});
	emit(folder, [scenario("a b"), scenario("a c"), scenario("a d", { n: 1 })]);
	const file = emit(folder, [scenario("a b"), scenario("a d", { n: 2 }), scenario("a e")], true);
	expect(file).toMatchObject({
		status: "updated",
		changes: { added: ["a → e"], removed: ["a → c"], changed: ["a → d"], unchanged: ["a → b"], edited: new Set() },
	});
	expect(file?.changes?.lines.get("a → d")).toEqual([
		"- expect(run.output).toEqual({ n: 1 });",
		"+ expect(run.output).toEqual({ n: 2 });",
	]);
	expect(file?.editedCopy).toBeUndefined();
	expect(folder.read("tests/review.test.ts")).toContain('test("a → e"');
});

test("--update tells tests that were edited by hand from those that the machine changed, and keeps a copy", async () => {
	await using folder = files({});
	emit(folder, [scenario("a b"), scenario("a c"), scenario("a d")]);
	edit(folder, 'expect(run.path).toEqual(["a", "c"]);', "expect(run.path).toHaveLength(2);");
	edit(folder, 'test("a → b"', 'test("my own" /* one */, () => {});\n\n\ttest("a → b"');
	const edited = folder.read("tests/review.test.ts");
	const file = emit(folder, [scenario("a b"), scenario("a c"), scenario("a d", 1)], true);
	expect(file?.changes).toMatchObject({
		added: [],
		removed: ["my own"],
		changed: ["a → c", "a → d"],
		unchanged: ["a → b"],
		edited: new Set(["my own", "a → c"]),
	});
	expect(file?.editedCopy).toBe(join(folder.path, "tests/review.test.ts.orig"));
	expect(folder.read("tests/review.test.ts.orig")).toBe(edited);
	expect(folder.read("tests/review.test.ts")).not.toContain("my own");
});

test("another formatter's layout is no edit", async () => {
	await using folder = files({});
	emit(folder, [scenario("a b", { text: "it's" }), scenario("a c")]);
	const path = join(folder.path, "tests/review.test.ts");
	const text = readFileSync(path, "utf8");
	const other = text
		.replaceAll("\t", "  ")
		.replaceAll(";\n", "\n")
		.replace(`"it's"`, String.raw`'it\'s'`)
		.replaceAll('"a → b"', "'a → b'")
		.replaceAll('["a", "b"]', "[\n      'a',\n      'b',\n    ]");
	writeFileSync(path, other);
	const changes = emit(folder, [scenario("a b", { text: "it's" }), scenario("a c", 1)], true)?.changes;
	expect(changes).toMatchObject({ changed: ["a → c"], unchanged: ["a → b"], edited: new Set() });
	expect(changes?.lines.get("a → c")).toEqual(["- expect(run.output).toEqual({})", "+ expect(run.output).toEqual(1);"]);
});

test("without its last line every test that goes may have been edited", async () => {
	await using folder = files({});
	emit(folder, [scenario("a b"), scenario("a c")]);
	edit(folder, "// For --update", "// Was: ");
	expect(emit(folder, [scenario("a b")], true)?.changes?.edited).toEqual(new Set(["a → c"]));
});

test("a file that is no emitted test, or that of another machine, is never replaced", async () => {
	await using folder = files({ "tests/review.test.ts": "test('mine', () => {});\n", "other.yml": "" });
	expect(() => emit(folder, [scenario("a")], true)).toThrow(/was not written by `--emit`/);
	writeFileSync(join(folder.path, "tests/review.test.ts"), "");
	expect(() => emit(folder, [scenario("a")], true)).toThrow(/was not written by `--emit`/);

	await using two = files({ "other.yml": "" });
	emitTests([{ plan: plan(two, "other.yml"), scenarios: [scenario("a")] }], {
		dir: join(two.path, "tests"),
		update: false,
	});
	expect(() => emit(two, [scenario("a")], true)).toThrow(/has the tests of \.\.\/other\.yml/);
});

test("machines of one name get files of their own", async () => {
	await using folder = files({});
	const machines = ["a/x.yml", "b/x.yml"].map((file) => ({
		plan: plan(folder, file, "Re view/../"),
		scenarios: [scenario("a")],
	}));
	const written = emitTests(machines, { dir: join(folder.path, "tests"), update: false });
	expect(written.map(({ path }) => path.slice(folder.path.length))).toEqual([
		"/tests/Re-view.test.ts",
		"/tests/Re-view-2.test.ts",
	]);
});
