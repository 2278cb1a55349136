import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bundleLimits } from "../../compiler/bundle/bundle.ts";
import { bundleLoader } from "../../compiler/bundle/bundle-loader.ts";
import { readBundle } from "../../compiler/bundle/read-bundle.ts";
import { runMachine } from "../../runtime/machine/run-machine.ts";
import { compile } from "../../src/compile.ts";
import { compileBundle } from "../../src/compile-bundle.ts";
import { temporaryFolder } from "../agents/temporary-folder.ts";
import { agentText, compiled, done, machineText, textOf } from "./compiled.ts";

const sound = { format: 1, entry: "machine.yml", plan: "machine.yml", files: { "machine.yml": machineText(done) } };
const withRecord = (record: unknown): string =>
	JSON.stringify({ spec: "flatmachine", metadata: { flatstate: record } });
const read = (record: unknown): unknown => readBundle(withRecord(record));

function errorOf(work: () => unknown): { readonly code: string; readonly message: string } {
	try {
		work();
	} catch (error) {
		if (error instanceof Error && "code" in error) return { code: String(error.code), message: error.message };
		throw error;
	}
	throw new Error("nothing was thrown");
}

test("the record that the others are made of is sound", () => {
	expect(compileBundle(withRecord(sound)).plan.id).toBe("machine.yml");
});

describe("a text without our record", () => {
	test.each([
		["nothing", ""],
		["YAML", machineText(done)],
		["a list", "[1]"],
		["half a bundle", withRecord(sound).slice(0, -3)],
		["other metadata", JSON.stringify({ metadata: { flatstate: "mine" } })],
		["a record of somebody else", JSON.stringify({ metadata: { flatstate: { theme: "dark" } } })],
		["an inherited record", '{"__proto__": {"metadata": {"flatstate": {"format": 1}}}}'],
	])("is no bundle: %s", (_, text) => {
		expect(readBundle(text)).toBeNull();
	});
});

describe("a damaged record", () => {
	const withFiles = (files: unknown) => ({ ...sound, files });
	const withPath = (path: string) => withFiles({ ...sound.files, [path]: "" });
	const cases: readonly (readonly [what: string, record: unknown, words: RegExp])[] = [
		["no files", { ...sound, files: undefined }, /`files` is no map/],
		["files as a list", withFiles(["machine.yml"]), /`files` is no map/],
		["a file that is no text", withFiles({ ...sound.files, "a.yml": { a: 1 } }), /"a.yml" is no text/],
		["no entry", { ...sound, entry: undefined }, /`entry` is missing/],
		["an entry that is not there", { ...sound, entry: "other.yml" }, /`entry` is not among/],
		["an entry that every object has", { ...sound, entry: "constructor", plan: "constructor" }, /`entry` is not among/],
		["a plan of another file", { ...sound, plan: "a.yml" }, /`plan` is no machine/],
		["a plan inside without a place", { ...sound, plan: "machine.yml#machines.a" }, /`plan` is no machine/],
		["a place without a plan inside", { ...sound, at: ["data"] }, /`plan` is no machine/],
		["a place that is no path", { ...sound, at: [{}] }, /`at` is no list of keys/],
		["a deep place", { ...sound, at: Array(200).fill("a") }, /`at` has more than/],
		["an absolute path", withPath("/etc/passwd"), /"\/etc\/passwd" in `files` is no path/],
		["a path in the home directory", withPath("~/.ssh/id"), /is no path/],
		["a drive", withPath("C:\\a.yml"), /is no path/],
		["a share", withPath("\\\\host\\a.yml"), /is no path/],
		["a path that comes back", withPath("a/../b.yml"), /is no path/],
		["a path with a dot", withPath("./a.yml"), /is no path/],
		["an empty path", withPath(""), /is no path/],
		["a folder", withPath("../.."), /is no path/],
		["a path with a null character", withPath("a\0.yml"), /is no path/],
		["a long path", withPath("a".repeat(5000)), /is no path/],
		["modules that are no list", { ...sound, modules: {} }, /`modules` is no list/],
		["an absolute module", { ...sound, modules: ["/tmp/evil.mjs"] }, /is no path/],
		["links that are no map", { ...sound, links: [1] }, /`links` is no map/],
		["a link out of the bundle", { ...sound, links: { ".": { a: "b.yml" } } }, /"b.yml", which it does not hold/],
		["a link to an absolute path", { ...sound, links: { ".": { a: "/etc/passwd" } } }, /is no path/],
		["profiles that are not there", { ...sound, profiles: [{ machines: [], file: "p.yml" }] }, /profiles name "p.yml"/],
		["profiles without machines", { ...sound, profiles: [{ file: "machine.yml", machines: 1 }] }, /is no list/],
		["too many files", withFiles(Object.fromEntries([...Array(10_001).keys()].map((n) => [`f${n}`, ""]))), /more than/],
		["a large file", withFiles({ a: "a".repeat(bundleLimits.maxFileLength + 1) }), /8388609 characters/],
	];
	test.each(cases)("is refused: %s", (_, record, words) => {
		const { code, message } = errorOf(() => read(record));
		expect([code, message]).toEqual(["invalid_bundle", expect.stringMatching(words)]);
		expect(message.length).toBeLessThan(400);
	});

	test("is refused where a key is called __proto__", () => {
		for (const part of ["files", "links"]) {
			const text = withRecord({ ...sound, [part]: { ...(part === "files" ? sound.files : {}), evil: "evil" } });
			const { code } = errorOf(() => readBundle(text.replace('"evil":', '"__proto__":')));
			expect(code).toBe("invalid_bundle");
		}
	});

	test("is refused where the text as a whole is too long", () => {
		const huge = { length: bundleLimits.maxLength + 1 };
		const text = " ".repeat(huge.length);
		expect(errorOf(() => readBundle(text)).code).toBe("invalid_bundle");
	});

	test("of a later format asks for a later release", () => {
		const { code, message } = errorOf(() => read({ ...sound, format: 2 }));
		expect([code, message]).toEqual(["bundle_format", expect.stringContaining("Update flatstate")]);
	});
});

describe("a bundle that is sound, but not kind", () => {
	test("nests its JSON deeply: only its files count", () => {
		const deep = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;
		const text = withRecord(sound).replace('"spec":"flatmachine"', `"spec":"flatmachine","x":${deep}`);
		expect(compileBundle(text).plan.id).toBe("machine.yml");
	});

	test("has a machine that is not where its plan is said to be", () => {
		const text = withRecord({ ...sound, plan: "machine.yml#machines.a", at: ["data", "machines", "constructor"] });
		expect(() => compileBundle(text)).toThrow("the machine has no states");
	});

	test("names files of the disk: they are missing", async () => {
		await using folder = await temporaryFolder();
		await writeFile(join(folder.path, "w.yml"), agentText("secret"));
		for (const reference of ["./w.yml", join(folder.path, "w.yml"), "../w.yml", "file:w.yml", "~/w.yml"]) {
			const files = {
				"machine.yml": machineText(`agents: { w: ${reference} }\nstates:\n  s: { agent: w, type: final }`),
			};
			expect(() => compileBundle(withRecord({ ...sound, files }), { dir: folder.path })).toThrow("does not exist");
		}
	});

	const legacy = (file: string): string =>
		machineText(`hooks: { file: ${file}, class: default }\nstates:\n  s: { action: go, type: final }`).replace(
			"4.2.1",
			"1.1.1",
		);
	const action = "export default class { onAction(_action, context) { return { ...context, done: true }; } }";

	test("names code outside of its folder: it is compiled only where the caller allows it", async () => {
		await using folder = await temporaryFolder();
		await mkdir(join(folder.path, "project"));
		await writeFile(join(folder.path, "hooks.mjs"), action);
		const options = { dir: join(folder.path, "project") };
		const child = "machines: { c: ../child.yml }\nstates:\n  s: { machine: c, type: final }";
		const files = { "machine.yml": machineText(child), "../child.yml": legacy("./hooks.mjs") };
		const { code, message } = errorOf(() => compileBundle(withRecord({ ...sound, files }), options));
		expect([code, message]).toEqual(["bundle_code", expect.stringContaining("../hooks.mjs")]);
		for (const file of ["/tmp/hooks.mjs", "../hooks.mjs", "sub/../../hooks.mjs"]) {
			const text = withRecord({ ...sound, files: { "machine.yml": legacy(file) } });
			expect(errorOf(() => compileBundle(text, options)).code).toBe("bundle_code");
		}
		const { set, plan } = compileBundle(withRecord({ ...sound, files }), { ...options, confine: false });
		expect(await runMachine(set, plan.id, {})).toMatchObject({ status: "done" });
	});

	test("names code inside of its folder: it is run from the folder that the caller names", async () => {
		await using folder = await temporaryFolder();
		await writeFile(join(folder.path, "hooks.mjs"), action);
		const text = textOf(compiled({ "machine.yml": legacy("./hooks.mjs"), "hooks.mjs": action }));
		const here = compileBundle(text, { dir: folder.path });
		expect(await runMachine(here.set, here.plan.id, {})).toMatchObject({ status: "done" });
		const elsewhere = compileBundle(text, { dir: join(folder.path, "nowhere") });
		const { status, error } = await runMachine(elsewhere.set, elsewhere.plan.id, {});
		expect([status, String(error)]).toEqual(["failed", expect.stringContaining("There is no hooks module")]);
	});
});

test("a machine whose bundle could not be read again has none", () => {
	const text = (agent: string) => machineText(`agents: { w: ${agent} }\nstates:\n  s: { agent: w, type: final }`);
	for (const file of ["~/w.yml", "__proto__"]) {
		const reference = file === "__proto__" ? "{ type: flatagent, ref: __proto__ }" : `./${file}`;
		const { set, plan } = compiled(
			Object.fromEntries([
				["machine.yml", text(reference)],
				[file, agentText("hi")],
			]),
		);
		expect(plan.agents.w).toMatchObject({ file });
		expect(set.configText(plan.id)).toBeUndefined();
	}
	const large = "a".repeat(bundleLimits.maxFileLength);
	const { set, plan } = compile({
		spec: "flatmachine",
		data: { context: { large }, states: { s: { type: "final" } } },
	});
	expect(set.configText(plan.id)).toBeUndefined();
});

test("the loader of a bundle keeps to a folder of it when it is confined", () => {
	const files = new Map([
		["a/b.yml", "b"],
		["c.yml", "c"],
	]);
	const loader = bundleLoader({ files, modules: new Set(), links: new Map() });
	const inside = loader.confined("a");
	expect(inside.read(inside.resolve("a", "b.yml"))).toBe("b");
	for (const work of [() => inside.resolve("a", "../c.yml"), () => inside.read("c.yml"), () => inside.exists("ab")]) {
		expect(errorOf(work).code).toBe("outside_root");
	}
	expect(errorOf(() => loader.read("d.yml")).code).toBe("not_found");
});
