import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { changedFiles } from "../../compiler/bundle/changed-files.ts";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import { configHash } from "../../runtime/store/config-store.ts";
import { compile, validate } from "../../src/compile.ts";
import { compileBundle } from "../../src/compile-bundle.ts";
import { temporaryFolder } from "../agents/temporary-folder.ts";
import { agentText, bundleOf, catalogText, compiled, done, type Files, machineText, textOf } from "./compiled.ts";

const files: Files = {
	"machine.yml": machineText(
		"agents: { w: ./agents/w.yml, typed: { type: custom, ref: ./typed.json, config: { x: 1 } } }\n" +
			"machines: { child: ./child/child.yml }\n" +
			"states:\n  s: { agent: w, transitions: [{ to: t }] }\n  t: { machine: child, transitions: [{ to: u }] }\n" +
			"  u: { agent: typed, transitions: [{ to: done }] }\n  done: { type: final }",
	),
	"agents/w.yml":
		'spec: flatagent\nspec_version: "4.2.1"\ndata: { prompt: ./p.yml, profile: fast }\nmetadata: { note: mine }\n',
	"agents/p.yml": 'spec: prompt\nspec_version: "4.2.1"\ndata: { name: p, user: "{{ input.x }}" }\n',
	"typed.json": '{"size": "small", "x": 2}',
	"profiles.yml": catalogText("one"),
	"child/child.yml": machineText(
		"agents: { v: ./v.yml }\nstates:\n  s: { agent: v, transitions: [{ to: done }] }\n  done: { type: final }",
	),
	"child/v.yml": agentText("hi", "fast"),
	"child/profiles.yml": catalogText("two"),
};
const others: Files = { "unused.yml": agentText("nobody"), "agents/profiles.yml": catalogText("shadowed") };

const hashOf = (of: Files): string => configHash(textOf(compiled(of)));

describe("a bundle", () => {
	test("holds every file that was compiled, and no other", () => {
		const bundle = bundleOf(compiled({ ...files, ...others }));
		expect(Object.fromEntries(bundle.files)).toEqual(files);
		expect([...bundle.files.keys()]).toEqual(Object.keys(files).sort());
		expect(bundle).toMatchObject({ entry: "machine.yml", planId: "machine.yml", base: [] });
	});

	test.each(Object.keys(files))("changes with any byte of %s", (name) => {
		const text = files[name] ?? "";
		const before = bundleOf(compiled(files));
		// A blank at the end is nothing to the machine, and a change nevertheless.
		for (const changed of [`${text} `, ` ${text}`.replace(/^ (?=spec)/, "# more\n"), text.replace(/: (?=\S)/, ":  ")]) {
			const after = { ...files, [name]: changed };
			expect(hashOf(after)).not.toBe(hashOf(files));
			expect(changedFiles(before, bundleOf(compiled(after)))).toEqual([{ path: name, change: "changed" }]);
		}
	});

	test("stays the same when a file changes that it does not use", () => {
		expect(hashOf({ ...files, ...others })).toBe(hashOf(files));
	});

	test("of a child stays the same when its parent changes, but not when its own files do", () => {
		const childOf = (of: Files): string => configHash(textOf(compiled(of), "child/child.yml"));
		expect(childOf({ ...files, "machine.yml": `${files["machine.yml"]}# more\n` })).toBe(childOf(files));
		expect(childOf({ ...files, "child/v.yml": agentText("ho", "fast") })).not.toBe(childOf(files));
		expect([...bundleOf(compiled(files), "child/child.yml").files.keys()]).toEqual([
			"child.yml",
			"profiles.yml",
			"v.yml",
		]);
		expect(childOf(files)).toBe(configHash(textOf(compiled(files, {}, "child/child.yml"))));
	});

	test("says which files differ: changed, added, removed", () => {
		const before = bundleOf(compiled(files));
		const { "child/profiles.yml": _, ...fewer } = files;
		const after = bundleOf(compiled({ ...fewer, "typed.json": "{}" }));
		expect(changedFiles(before, after)).toEqual([
			{ path: "child/profiles.yml", change: "removed" },
			{ path: "typed.json", change: "changed" },
		]);
		expect(changedFiles(after, before)).toContainEqual({ path: "child/profiles.yml", change: "added" });
		expect(changedFiles(before, before)).toEqual([]);
	});

	test("is a valid machine document with its agents in place, whose own metadata are kept", () => {
		const own = { "machine.yml": `${files["machine.yml"]}metadata: { tags: [a] }\n` };
		const document = JSON.parse(textOf(compiled({ ...files, ...own })));
		expect(document).toMatchObject({
			spec: "flatmachine",
			metadata: { tags: ["a"], flatstate: { format: 1, entry: "machine.yml", plan: "machine.yml" } },
			data: {
				agents: {
					w: { data: { prompt: { user: "{{ input.x }}" }, profile: "fast" }, metadata: { note: "mine" } },
					typed: { type: "custom", config: { size: "small", x: 1 } },
				},
				machines: { child: "./child/child.yml" },
			},
		});
		const child = JSON.parse(textOf(compiled(files), "child/child.yml"));
		expect(validate(child).filter(({ severity }) => severity === "error")).toEqual([]);
		expect(compileBundle(textOf(compiled({ ...files, ...own }))).plan.metadata).toEqual({ tags: ["a"] });
	});
});

describe("a machine that was given as text or object", () => {
	const reference = "agents: { w: ./agents/w.yml }\nstates:\n  s: { agent: w, type: final }";
	const loader = memoryLoader({ "agents/w.yml": agentText("hi") });

	test("comes back under the same name, with the files beside it", () => {
		const fromText = compile(machineText(reference), { loader, dir: "." });
		expect([...bundleOf(fromText).files]).toEqual([
			["<inline>", machineText(reference)],
			["agents/w.yml", agentText("hi")],
		]);
		const again = compileBundle(textOf(fromText));
		expect(again.plan).toMatchObject({ id: "<inline>", agents: { w: { config: { data: { user: "hi" } } } } });
		expect(textOf(again)).toBe(textOf(fromText));
	});

	test("is the same whether its folder is given relative to the working directory or not", async () => {
		await using folder = await temporaryFolder();
		await writeFile(join(folder.path, "w.yml"), agentText("hi"));
		const text = machineText("agents: { w: ./w.yml }\nstates:\n  s: { agent: w, type: final }");
		const [absolute, relativeDir] = [compile(text, { dir: folder.path }), relative(process.cwd(), folder.path)];
		expect([...bundleOf(absolute).files.keys()]).toEqual(["<inline>", "w.yml"]);
		expect(textOf(compile(text, { dir: relativeDir }))).toBe(textOf(absolute));
	});

	test("as an object, is stored as JSON", () => {
		const states = { "2": { transitions: [{ to: "b" }] }, b: { type: "final", output: { x: "<<", "<<": 1 } } };
		const config = { spec: "flatmachine", spec_version: "4.2.1", data: { states } };
		const fromObject = compile(config, { loader, dir: "." });
		const again = compileBundle(textOf(fromObject));
		expect(again.plan.id).toBe("<inline>.json");
		expect(fromObject.set.portableId(fromObject.plan.id)).toBe("<inline>.json");
		expect(again.set.planOf("<inline>.json")).toBe(again.plan.id);
		expect(Object.keys(again.config.states)).toEqual(Object.keys(fromObject.config.states));
		// The stored text has lines, the object had none.
		const withoutPlaces = JSON.stringify(again.plan.states, (key, value: unknown) =>
			key === "at" ? undefined : value,
		);
		expect(withoutPlaces).toBe(JSON.stringify(fromObject.plan.states));
		expect(textOf(again)).toBe(textOf(fromObject));
		expect(textOf(compile(JSON.parse(JSON.stringify(config)), { loader, dir: "." }))).toBe(textOf(fromObject));
	});
});

describe("what another program stored", () => {
	test("is compiled by itself, as YAML or JSON", () => {
		const document = { spec: "flatmachine", spec_version: "4.2.1", data: { states: { done: { type: "final" } } } };
		for (const text of [machineText(done), JSON.stringify(document), JSON.stringify({ ...document, metadata: {} })]) {
			expect(compileBundle(text).plan).toMatchObject({ id: "<inline>", initial: "done" });
		}
	});

	test("does not read the files that it names", () => {
		const text = machineText("agents: { w: ./package.json }\nstates:\n  s: { agent: w, type: final }");
		expect(() => compileBundle(text, { dir: process.cwd() })).toThrow("the agent file `./package.json` does not exist");
	});
});
