import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { flatAgentAdapter } from "../../adapters/flatagent/index.ts";
import { startMockModel } from "../../adapters/mock-model/index.ts";
import { runMachine } from "../../runtime/machine/run-machine.ts";
import { compileFile } from "../../src/compile.ts";
import { compileBundle } from "../../src/compile-bundle.ts";
import { temporaryFolder } from "../agents/temporary-folder.ts";
import { agentText, bundleOf, catalogText, compiled, done, type Files, machineText, textOf } from "./compiled.ts";

const calls = (agent: string): string => `agents: { w: ${agent} }\nstates:\n  s: { agent: w, type: final }`;
const callsMachine = (machine: string): string =>
	`machines: { m: ${machine} }\nstates:\n  s: { machine: m, transitions: [{ to: done }] }\n  done: { type: final }`;

async function written(folder: string, files: Files): Promise<void> {
	for (const [name, text] of Object.entries(files)) {
		await mkdir(dirname(join(folder, name)), { recursive: true });
		await writeFile(join(folder, name), text);
	}
}

/** Compiles the machine on the disk, takes the files away, and compiles its bundle. */
async function moved(folder: string, entry = "machine.yml", profilesFile?: string) {
	const before = compileFile(join(folder, entry), profilesFile === undefined ? {} : { profilesFile });
	const text = textOf(before);
	await rm(folder, { recursive: true });
	const after = compileBundle(text, { dir: folder });
	expect(textOf(after)).toBe(text);
	return { before, after, bundle: bundleOf(after) };
}

describe("references", () => {
	test("that leave the folder lead to the same files", async () => {
		await using folder = await temporaryFolder();
		await written(folder.path, {
			"project/machine.yml": machineText(callsMachine("../shared/sub/child.yml")),
			"shared/sub/child.yml": machineText(callsMachine("../../project/own.yml")),
			"project/own.yml": machineText(calls("../shared/w.yml")),
			"shared/w.yml": agentText("hi"),
		});
		const { after, before, bundle } = await moved(folder.path, "project/machine.yml");
		expect([...bundle.files.keys()]).toEqual(["../shared/sub/child.yml", "../shared/w.yml", "machine.yml", "own.yml"]);
		expect([...after.plans.keys()]).toEqual(["machine.yml", "../shared/sub/child.yml", "own.yml"]);
		expect([...before.plans.keys()].map((id) => before.set.portableId(id))).toEqual([...after.plans.keys()]);
		expect(after.plans.get("own.yml")?.agents.w).toMatchObject({ file: "../shared/w.yml" });
		// A child's own bundle starts from the child's folder, also where the name of the folder above is not known.
		for (const { set } of [before, after]) {
			const child = compileBundle(textOf(after, "../shared/sub/child.yml"));
			expect(child.plans.size).toBe(2);
			expect(child.plan.id).toBe("child.yml");
			expect(set.planOf("../shared/sub/child.yml")).toBeDefined();
		}
	});

	test("that are absolute lead to the stored files, not to those on the disk", async () => {
		await using folder = await temporaryFolder();
		const absolute = join(folder.path, "elsewhere/w.yml");
		await written(folder.path, {
			"project/machine.yml": machineText(calls(absolute)),
			"elsewhere/w.yml": agentText("stored"),
		});
		const { after, bundle } = await moved(folder.path, "project/machine.yml");
		await written(folder.path, { "elsewhere/w.yml": agentText("changed") });
		expect(compileBundle(textOf(after)).plan.agents.w?.config).toMatchObject({ data: { user: "stored" } });
		expect([...bundle.links]).toEqual([[".", new Map([[absolute, "../elsewhere/w.yml"]])]]);
	});

	test("to files that were missing stay missing, even if there is such a file now", async () => {
		await using folder = await temporaryFolder();
		const tolerated = `agents: { w: ./w.yml, x: ${join(folder.path, "x.yml")} }
states:
  s: { agent: w, on_error: t, transitions: [{ to: done }] }
  t: { agent: x, on_error: done, transitions: [{ to: done }] }
  done: { type: final }`;
		await written(folder.path, { "machine.yml": machineText(tolerated) });
		const { before, after } = await moved(folder.path);
		await written(folder.path, { "w.yml": agentText("now"), "x.yml": agentText("now") });
		const missing = compileBundle(textOf(after), { dir: folder.path });
		expect(missing.plan.agents.w).toMatchObject({ missingFile: "w.yml" });
		expect(missing.diagnostics.map(({ code, file }) => [code, file])).toEqual([
			["FS3002", "machine.yml"],
			["FS3002", "machine.yml"],
			["FS4103", "machine.yml"],
		]);
		expect(before.diagnostics.map(({ code }) => code)).toEqual(["FS3002", "FS3002", "FS4103"]);
		const run = await runMachine(missing.set, missing.plan.id, {});
		expect(run).toMatchObject({ status: "done" });
	});

	test("to modules of code are kept as they are, and the modules are not", async () => {
		await using folder = await temporaryFolder();
		await written(folder.path, {
			"machine.yml": machineText(calls("{ type: custom, ref: ./runner.mjs }")),
			"runner.mjs": "export default 1;",
		});
		const { after, bundle } = await moved(folder.path);
		expect([...bundle.modules]).toEqual(["runner.mjs"]);
		expect([...bundle.files.keys()]).toEqual(["machine.yml"]);
		expect(after.plan.agents.w).toMatchObject({ ref: "./runner.mjs", dir: folder.path });
	});

	test("of language models without an ending are read by the compiler where there is such a file", () => {
		const files = { "machine.yml": machineText(calls("{ type: flatagent, ref: writer }")), writer: agentText("hi") };
		const machine = compiled(files);
		expect(machine.plan.agents.w).toMatchObject({ file: "writer", config: { data: { user: "hi" } } });
		expect([...bundleOf(machine).files.keys()]).toEqual(["machine.yml", "writer"]);
		const without = compiled({ "machine.yml": machineText(calls("{ type: flatagent, ref: 'pkg.module:make' }")) });
		expect(without.plan.agents.w).toMatchObject({ ref: "pkg.module:make", config: {} });
	});

	test("that only the adapter knows are not looked for on the disk", async () => {
		await using folder = await temporaryFolder();
		await written(folder.path, { "machine.yml": machineText(calls("{ type: flatagent, ref: writer }")) });
		const before = compileFile(join(folder.path, "machine.yml"));
		await written(folder.path, { writer: agentText("from the disk") });
		await using model = await startMockModel({ script: { "*": "answered" } });
		const options = { model: "mock/any", agents: [flatAgentAdapter({ env: { MOCK_BASE_URL: model.url } })] };
		const { set, plan } = compileBundle(textOf(before), { ...options, dir: folder.path });
		const { status, error } = await runMachine(set, plan.id, {});
		expect([status, String(error)]).toEqual(["failed", expect.stringContaining("writer")]);
		expect(model.requests).toEqual([]);
	});
});

describe("profiles", () => {
	const files = {
		"machine.yml": machineText(`${calls("./w.yml")}`),
		"w.yml": agentText("hi", "fast"),
		"profiles.yml": catalogText("beside"),
		"given/p.yml": catalogText("given"),
	};
	const modelOf = (profiles: unknown): unknown => JSON.parse(JSON.stringify(profiles)).profiles.fast.name;

	test("beside the machine are stored", async () => {
		await using folder = await temporaryFolder();
		await written(folder.path, files);
		const { after, bundle } = await moved(folder.path);
		expect(modelOf(after.plan.agents.w?.profiles)).toBe("beside");
		expect(bundle.files.has("given/p.yml")).toBe(false);
	});

	test("that were named by the caller are stored in their place", async () => {
		await using folder = await temporaryFolder();
		await written(folder.path, files);
		const { after, bundle } = await moved(folder.path, "machine.yml", "given/p.yml");
		expect(modelOf(after.plan.agents.w?.profiles)).toBe("given");
		expect([...bundle.files.keys()]).toEqual(["given/p.yml", "machine.yml", "w.yml"]);
		expect(bundle.catalogs).toEqual([{ machines: ["machine.yml"], source: { file: "given/p.yml" } }]);
	});

	const child = machineText(calls("./w.yml"));
	const parents: readonly (readonly [what: string, data: string])[] = [
		["a file", "profiles: ./p.yml"],
		["a map", "profiles: { model_profiles: { fast: { provider: p, name: above } } }"],
	];
	test.each(parents)("of the machine above, given as %s, go with a child that has none", (_, profiles) => {
		const machine = compiled({
			"machine.yml": machineText(`${profiles}\n${callsMachine("./sub/child.yml")}`),
			"p.yml": catalogText("above"),
			"sub/child.yml": child,
			"sub/w.yml": agentText("hi", "fast"),
		});
		for (const text of [textOf(machine), textOf(machine, "sub/child.yml")]) {
			const { plans, set, plan } = compileBundle(text);
			const [agents] = [...plans.values()].flatMap(({ agents: { w } }) => (w ? [w] : []));
			expect(modelOf(agents?.profiles)).toBe("above");
			expect(textOf({ set, plan })).toBe(text);
		}
	});
});

describe("machines inside of machines", () => {
	const inner = `{ spec: flatmachine, data: { agents: { w: ./w.yml }, states: { "9": { agent: w, transitions: [{ to: "1" }] }, "1": { type: final } } } }`;
	const middle = `{ inline: { spec: flatmachine, data: { machines: { inner: ${inner} }, states: { s: { machine: inner, type: final } } } } }`;
	const files = {
		"machine.yml": machineText(
			`machines: { "a.b": ${middle} }\nagents: { unused: ./u.yml }\nstates:\n  s: { machine: a.b, transitions: [{ to: t }] }\n  t: { agent: unused, type: final }`,
		),
		"w.yml": agentText("hi"),
		"u.yml": agentText("ho"),
	};
	const [outerId, innerId] = ["machine.yml#machines.a.b", "machine.yml#machines.a.b.machines.inner"];

	test("have ids that mean the same in every bundle that holds them", () => {
		const machine = compiled(files);
		expect([...machine.plans.keys()]).toEqual(["machine.yml", outerId, innerId]);
		for (const id of [outerId, innerId]) {
			const { plan, set } = compileBundle(textOf(machine, id));
			expect([plan.id, set.portableId(innerId), set.planOf(innerId)]).toEqual([id, innerId, innerId]);
			expect(textOf({ plan, set })).toBe(textOf(machine, id));
			expect(set.plan(innerId)).toEqual(
				expect.objectContaining({ initial: "9", states: machine.set.plan(innerId).states }),
			);
		}
	});

	test("are stored with their own files only", () => {
		const bundle = bundleOf(compiled(files), innerId);
		expect([...bundle.files.keys()]).toEqual(["machine.yml", "w.yml"]);
		expect(bundle.base).toEqual(["data", "machines", "a.b", "inline", "data", "machines", "inner"]);
		expect(bundle.document).toMatchObject({ spec: "flatmachine", data: { agents: { w: { data: { user: "hi" } } } } });
	});

	test("of an object come back, too", () => {
		const data = {
			states: { s: { machine: "c", type: "final" } },
			machines: { c: { spec: "flatmachine", data: { states: { t: {} } } } },
		};
		const machine = compiled({ "machine.json": JSON.stringify({ spec: "flatmachine", data }) }, {}, "machine.json");
		const { plan } = compileBundle(textOf(machine, "machine.json#machines.c"));
		expect(plan).toMatchObject({ id: "machine.json#machines.c", initial: "t" });
	});
});

describe("portable ids", () => {
	test("are relative to the entry, or to the machine that is named as the root", async () => {
		await using folder = await temporaryFolder();
		await written(folder.path, {
			"a#b/machine.yml": machineText(callsMachine("./sub/child.yml")),
			"a#b/sub/child.yml": machineText(
				`machines: { x: { spec: flatmachine, data: { ${done} } } }\nstates:\n  s: { machine: x, type: final }`,
			),
		});
		const { set, plans } = compileFile(join(folder.path, "a#b/machine.yml"));
		const ids = [...plans.keys()];
		expect(ids.map((id) => set.portableId(id))).toEqual(["machine.yml", "sub/child.yml", "sub/child.yml#machines.x"]);
		expect(ids.map((id) => set.portableId(id, ids[1]))).toEqual([
			"../machine.yml",
			"child.yml",
			"child.yml#machines.x",
		]);
		for (const id of ids) {
			expect(set.planOf(set.portableId(id))).toBe(id);
			expect(set.planOf(set.portableId(id, ids[1]), ids[1])).toBe(id);
		}
		expect(set.planOf("nobody.yml")).toBeUndefined();
		expect(() => set.portableId("nobody.yml")).toThrow("`nobody.yml` was not compiled");
		expect(set.configText("nobody.yml")).toBeUndefined();
	});
});

test("what is wrong with a bundled file is said by its name in the bundle", () => {
	const { set, plan } = compiled({ "machine.yml": machineText(calls("./w.yml")), "w.yml": agentText("hi") });
	const broken = textOf({ set, plan }).replace("user: hi", "user: '{{ hi'");
	expect(broken).not.toBe(textOf({ set, plan }));
	expect(() => compileBundle(broken)).toThrow(/^w\.yml:3:58 error FS5001/);
});
