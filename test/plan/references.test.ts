import { describe, expect, test } from "vitest";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import { analyze } from "../../compiler/plan/analyze.ts";
import { analyzeFiles, entryPlan, found, machine } from "./analyzed.ts";

const writer =
	"spec: flatagent\nspec_version: '2.0.0'\ndata:\n  name: writer\n  model: {name: m}\n  system: s\n  user: u\n";
const final = "  states: {done: {type: final}}\n";
const calls = (agent: string, onError = ""): string =>
	`  states:\n    s:\n      type: initial\n      agent: ${agent}\n${onError}      transitions: [{to: done}]\n    done: {type: final}\n`;
const agentOf = (files: Record<string, string>, name: string) => {
	const analysis = analyzeFiles(files);
	return { analysis, agent: entryPlan(analysis).agents[name] };
};

describe("agents", () => {
	test("by path: the file's content, its folder, its name", () => {
		const files = {
			"machine.yml": machine(`  agents: {w: ./agents/writer.yml}\n${calls("w")}`),
			"agents/writer.yml": writer,
		};
		const { agent, analysis } = agentOf(files, "w");
		expect(found(analysis)).toEqual([]);
		expect(agent).toMatchObject({
			name: "w",
			type: "flatagent",
			file: "agents/writer.yml",
			dir: "agents",
			config: { spec: "flatagent", data: { name: "writer", user: "u" } },
			at: { file: "machine.yml", line: 4 },
		});
		expect([...analysis.documents.keys()]).toEqual(["machine.yml", "agents/writer.yml"]);
	});

	test("inline: legacy, wrapped, or bare", () => {
		const legacy = "{model: {name: m}, system: s, user: u}";
		for (const inline of [legacy, `{spec: flatagent, spec_version: "2.0.0", data: ${legacy}}`]) {
			const { agent, analysis } = agentOf({ "machine.yml": machine(`  agents: {w: ${inline}}\n${calls("w")}`) }, "w");
			expect(agent).toMatchObject({ type: "flatagent", dir: ".", config: { spec: "flatagent", data: { user: "u" } } });
			expect(agent?.file).toBeUndefined();
			expect(found(analysis, ["FS3006"])).toEqual([]);
		}
	});

	test("typed references to modules and names stay references", () => {
		const agents =
			"  agents:\n    a: {type: pi-agent, ref: ./runner.mjs, config: {x: 1}}\n    b: {type: smolagents, ref: 'pkg.mod:make'}\n    c: {type: claude-code, config: {model: opus}}\n";
		const states =
			"  states:\n    s: {agent: a, transitions: [{to: t}]}\n    t: {agent: b, transitions: [{to: u}]}\n    u: {agent: c, type: final}\n";
		const analysis = analyzeFiles({ "machine.yml": machine(agents + states), "runner.mjs": "export default 1" });
		expect(found(analysis)).toEqual([]);
		expect(entryPlan(analysis).agents).toMatchObject({
			a: { type: "pi-agent", ref: "./runner.mjs", config: { x: 1 }, dir: "." },
			b: { type: "smolagents", ref: "pkg.mod:make", config: {} },
			c: { type: "claude-code", config: { model: "opus" } },
		});
	});

	test("typed references to documents are merged, inline keys win", () => {
		const { agent } = agentOf(
			{
				"machine.yml": machine(`  agents: {a: {type: codex-cli, ref: ./a.json, config: {model: big}}}\n${calls("a")}`),
				"a.json": '{"model": "small", "sandbox": "read-only"}',
			},
			"a",
		);
		expect(agent).toMatchObject({ type: "codex-cli", config: { model: "big", sandbox: "read-only" }, file: "a.json" });
		expect(agent?.ref).toBeUndefined();
	});

	test("a prompt file is put in place, beside the agent first, then beside the machine", () => {
		const bundle = "spec: flatagent\nspec_version: '4.2.1'\ndata:\n  prompt: ./p.yml\n  profile: fast\n";
		const prompt = (user: string) => `spec: prompt\nspec_version: '4.2.1'\ndata: {name: p, user: ${user}}\n`;
		const files = {
			"machine.yml": machine(`  agents: {w: ./agents/w.yml}\n${calls("w")}`),
			"agents/w.yml": bundle,
			"p.yml": prompt("machine"),
			"profiles.yml": "spec: flatprofile\nspec_version: '4.2.1'\ndata: {model_profiles: {fast: {name: m}}}\n",
		};
		const beside = agentOf(files, "w");
		expect(found(beside.analysis)).toEqual([]);
		expect(beside.agent?.config).toMatchObject({ data: { prompt: { name: "p", user: "machine" }, profile: "fast" } });
		const own = agentOf({ ...files, "agents/p.yml": prompt("agent") }, "w");
		expect(own.agent?.config).toMatchObject({ data: { prompt: { user: "agent" } } });
	});

	test("templates in prompts are checked, in the file that they stand in", () => {
		const files = {
			"machine.yml": machine(`  agents: {w: ./w.yml}\n${calls("w")}`),
			"w.yml": writer.replace("user: u", 'user: "{{ input.x | }}"'),
		};
		expect(found(analyzeFiles(files))).toEqual(["FS5001 w.yml:7:23"]);
	});

	test("a state may name a file", () => {
		const { agent, analysis } = agentOf(
			{ "machine.yml": machine(calls("writer.yml")), "writer.yml": writer },
			"writer.yml",
		);
		expect(found(analysis)).toEqual([]);
		expect(agent).toMatchObject({ file: "writer.yml", at: { line: 7, column: 14 } });
	});

	test("a missing file is an error, at the reference", () => {
		const files = { "machine.yml": machine(`  agents: {w: ./none.yml}\n${calls("w")}`) };
		expect(found(analyzeFiles(files))).toEqual(["FS3001 machine.yml:4:15"]);
	});

	test("a missing file is a warning where every state that uses it has on_error", () => {
		const agents = "  agents: {w: ./none.yml}\n";
		const handled = agentOf({ "machine.yml": machine(agents + calls("w", "      on_error: done\n")) }, "w");
		expect(found(handled.analysis)).toEqual([]);
		expect(found(handled.analysis, ["FS3002"])).toEqual(["FS3002 machine.yml:4:15"]);
		expect(handled.agent).toMatchObject({ type: "flatagent", missingFile: "none.yml" });

		const second =
			"  states:\n    s: {agent: w, on_error: t, transitions: [{to: t}]}\n    t: {agent: w, type: final}\n";
		expect(found(analyzeFiles({ "machine.yml": machine(agents + second) }))).toEqual(["FS3001 machine.yml:4:15"]);
		expect(found(analyzeFiles({ "machine.yml": machine(agents + final) }))).toEqual(["FS3001 machine.yml:4:15"]);
	});

	test("a file of another kind is an error", () => {
		const files = { "machine.yml": machine(`  agents: {w: ./m.yml}\n${calls("w")}`), "m.yml": machine(final) };
		expect(found(analyzeFiles(files))).toEqual(["FS3005 machine.yml:4:15"]);
	});

	test("a file that cannot be parsed is reported once, in itself", () => {
		const files = { "machine.yml": machine(`  agents: {w: ./w.yml, v: w.yml}\n${calls("w")}`), "w.yml": "a: [1\n" };
		expect(found(analyzeFiles(files), ["FS1001"])).toHaveLength(1);
		expect(found(analyzeFiles(files), ["FS3001", "FS3004", "FS3005"])).toEqual([]);
	});
});

describe("machines", () => {
	const child = machine(final);
	const runs = (name: string): string =>
		`  states:\n    s: {type: initial, machine: ${name}, transitions: [{to: done}]}\n    done: {type: final}\n`;
	const inline = `{spec: flatmachine, spec_version: "4.2.1", data: {name: inner, states: {done: {type: final}}}}`;

	test.each([
		["a path", "./sub/child.yml"],
		["{path}", "{path: ./sub/child.yml}"],
	])("by %s", (_, reference) => {
		const analysis = analyzeFiles({
			"machine.yml": machine(`  machines: {c: ${reference}}\n${runs("c")}`),
			"sub/child.yml": child,
		});
		expect(found(analysis)).toEqual([]);
		expect(entryPlan(analysis).machines).toMatchObject({ c: { name: "c", id: "sub/child.yml", at: { line: 4 } } });
		expect(analysis.plans.get("sub/child.yml")).toMatchObject({ dir: "sub", file: "sub/child.yml" });
	});

	test.each([
		["a wrapper", inline, ["data", "machines", "c"]],
		["{inline}", `{inline: ${inline}}`, ["data", "machines", "c", "inline"]],
	])("by %s", (_, reference) => {
		const analysis = analyzeFiles({ "machine.yml": machine(`  machines: {c: ${reference}}\n${runs("c")}`) });
		expect(found(analysis)).toEqual([]);
		expect(entryPlan(analysis).machines.c?.id).toBe("machine.yml#machines.c");
		expect(analysis.plans.get("machine.yml#machines.c")).toMatchObject({
			name: "inner",
			file: "machine.yml",
			states: [{ name: "done", at: { file: "machine.yml", line: 4 } }],
		});
	});

	test("inline machines may hold inline machines", () => {
		const outer = `{spec: flatmachine, spec_version: "4.2.1", data: {machines: {b: ${inline}}, states: {s: {machine: b, type: final}}}}`;
		const analysis = analyzeFiles({ "machine.yml": machine(`  machines: {a: ${outer}}\n${runs("a")}`) });
		expect([...analysis.plans.keys()]).toEqual([
			"machine.yml",
			"machine.yml#machines.a",
			"machine.yml#machines.a.machines.b",
		]);
	});

	test("that call each other are each planned once", () => {
		const analysis = analyzeFiles({
			"machine.yml": machine(`  machines: {b: ./b.yml, self: machine.yml}\n${runs("[b, self]")}`),
			"b.yml": machine(`  machines: {a: ./machine.yml}\n${runs("a")}`),
		});
		expect(found(analysis)).toEqual([]);
		expect([...analysis.plans.keys()]).toEqual(["machine.yml", "b.yml"]);
		expect(analysis.plans.get("b.yml")?.machines.a?.id).toBe("machine.yml");
	});

	test("that states name as files, in machine, foreach and launch", () => {
		const states =
			"  states:\n    a: {machine: [one.yml], transitions: [{to: b}]}\n" +
			"    b: {foreach: context.x, machine: two.yml, launch: ./three.yml, type: final}\n";
		const analysis = analyzeFiles({
			"machine.yml": machine(`  context: {x: []}\n${states}`),
			"one.yml": child,
			"two.yml": child,
			"three.yml": child,
		});
		expect(found(analysis)).toEqual([]);
		expect(Object.keys(entryPlan(analysis).machines).toSorted()).toEqual(["./three.yml", "one.yml", "two.yml"]);
		expect(analysis.plans.size).toBe(4);
	});

	test("that do not exist are errors, or warnings where on_error takes them", () => {
		const missing = (onError: string) =>
			analyzeFiles({
				"machine.yml": machine(
					`  states:\n    s: {machine: none.yml, ${onError}transitions: [{to: t}]}\n    t: {type: final}\n`,
				),
			});
		expect(found(missing(""))).toEqual(["FS3001 machine.yml:5:18"]);
		expect(found(missing("on_error: t, "))).toEqual([]);
		expect(entryPlan(missing("on_error: t, ")).machines["none.yml"]).toMatchObject({ missingFile: "none.yml" });
	});

	test("a chain of hundreds of machines is planned without deep recursion", () => {
		const files: Record<string, string> = { "machine.yml": machine(`  machines: {c: ./m0.yml}\n${runs("c")}`) };
		for (let index = 0; index < 300; index++) {
			files[`m${index}.yml`] = machine(index === 299 ? final : `  machines: {c: ./m${index + 1}.yml}\n${runs("c")}`);
		}
		expect(analyzeFiles(files).plans.size).toBe(301);
	});
});

describe("profiles", () => {
	const catalog = (name: string, extra = "") =>
		`spec: flatprofile\nspec_version: '4.2.1'\ndata:\n  model_profiles: {fast: {name: ${name}}}\n${extra}`;
	const inlineAgent =
		"  agents: {w: {spec: flatagent, spec_version: '2.0.0', data: {model: fast, system: s, user: u}}}\n";
	const files = { "machine.yml": machine(inlineAgent + calls("w")) };

	test("come from the machine's folder", () => {
		for (const name of ["profiles.yml", "profiles.yaml", "profiles.json"]) {
			const text = name.endsWith("json") ? '{"model_profiles": {"fast": {"name": "m"}}}' : catalog("m");
			const { agent } = agentOf({ ...files, [name]: text }, "w");
			expect(agent?.profiles).toEqual({ profiles: { fast: { name: "m" } }, default: null, override: null, file: name });
		}
	});

	test("from data.profiles, which wins over the folder", () => {
		const text = machine(`  profiles: ./other.yml\n${inlineAgent}${calls("w")}`);
		const { agent } = agentOf({ "machine.yml": text, "profiles.yml": catalog("a"), "other.yml": catalog("b") }, "w");
		expect(agent?.profiles?.file).toBe("other.yml");
	});

	test("from the option, which wins over all", () => {
		const analysis = analyzeFiles(
			{ ...files, "profiles.yml": catalog("a"), "mine.yml": catalog("b") },
			{ profilesFile: "mine.yml" },
		);
		expect(entryPlan(analysis).agents.w?.profiles?.file).toBe("mine.yml");
		expect(found(analyzeFiles(files, { profilesFile: "none.yml" }), ["FS3001"])).toHaveLength(1);
	});

	test("from the parent where a machine has none, then from the agent's folder", () => {
		const parent = machine("  machines: {c: ./sub/c.yml}\n  states: {s: {machine: c, type: final}}\n");
		const child = machine(`  agents: {w: ./agents/w.yml}\n${calls("w")}`);
		const agent = writer.replace("{name: m}", "fast");
		const all = {
			"machine.yml": parent,
			"sub/c.yml": child,
			"sub/agents/w.yml": agent,
			"sub/agents/profiles.yml": catalog("agent"),
		};
		const source = (given: Record<string, string>) =>
			analyzeFiles(given).plans.get("sub/c.yml")?.agents.w?.profiles?.file;
		expect(source(all)).toBe("sub/agents/profiles.yml");
		expect(source({ ...all, "profiles.yml": catalog("parent") })).toBe("profiles.yml");
		expect(source({ ...all, "profiles.yml": catalog("parent"), "sub/profiles.yml": catalog("own") })).toBe(
			"sub/profiles.yml",
		);
	});

	test("of the old spelling are read", () => {
		const { agent } = agentOf({ ...files, "profiles.yml": catalog("m").replace("flatprofile", "flatprofiles") }, "w");
		expect(agent?.profiles?.profiles).toEqual({ fast: { name: "m" } });
	});

	test("an unknown profile is an error with a suggestion, a warning where a default stands in or no catalog is", () => {
		const misspelt = { "machine.yml": machine(`${inlineAgent.replace("fast", "fastt")}${calls("w")}`) };
		const analysis = analyzeFiles({ ...misspelt, "profiles.yml": catalog("m") });
		expect(found(analysis)).toEqual(["FS3007 machine.yml:4:70"]);
		const suggestion = analysis.diagnostics.find(({ code }) => code === "FS3007")?.suggestion;
		expect(suggestion).toBe("did you mean `fast`?");
		expect(found(analyzeFiles({ ...misspelt, "profiles.yml": catalog("m", "  default: fast\n") }))).toEqual([]);
		expect(
			found(analyzeFiles({ ...misspelt, "profiles.yml": catalog("m", "  default: fast\n") }), ["FS3008"]),
		).toHaveLength(1);
		expect(found(analyzeFiles(misspelt), ["FS3008"])).toHaveLength(1);
	});
});

describe("confined to its folder", () => {
	const files = { "in/machine.yml": machine(`  agents: {w: ../writer.yml}\n${calls("w")}`), "writer.yml": writer };
	const loader = memoryLoader(files);

	test("a reference that leaves it is refused", () => {
		expect(found(analyze({ file: "in/machine.yml" }, { loader, confine: true }))).toEqual([
			"FS3003 in/machine.yml:4:15",
		]);
		expect(found(analyze({ file: "in/machine.yml" }, { loader }))).toEqual([]);
	});

	test("a module of hooks that leaves it is refused", () => {
		const hooks = "  hooks: {file: ../hooks.mjs, class: H}\n";
		const text = machine(`${hooks}  states: {s: {type: final}}\n`, "1.1.1");
		expect(found(analyze({ text, dir: "in" }, { loader, confine: true }))).toEqual(["FS3003 <inline>:4:10"]);
	});

	test("also from text and from objects", () => {
		const text = files["in/machine.yml"];
		expect(found(analyze({ text, dir: "in" }, { loader, confine: true }))).toEqual(["FS3003 <inline>:4:15"]);
		const config = {
			spec: "flatmachine",
			spec_version: "4.2.1",
			data: { agents: { w: "/writer.yml" }, states: { s: { agent: "w", type: "final" } } },
		};
		expect(found(analyze({ config, dir: "in" }, { loader, confine: true }), ["FS3003"])).toHaveLength(1);
	});
});

describe("a catalog that names a profile which it does not have", () => {
	const machineText = machine(
		"  agents: { w: { spec: flatagent, data: { model: fast, user: u } } }\n" +
			"  states: { s: { type: initial, agent: w, transitions: [{ to: d }] }, d: { type: final } }\n",
	);
	const catalogText = "spec: flatprofile\ndata:\n  model_profiles: { fast: { name: m } }\n";
	const withLine = (line: string) => ({ "machine.yml": machineText, "profiles.yml": `${catalogText}  ${line}\n` });

	test("in `override` is an error at that line, said once", () => {
		const { diagnostics } = analyzeFiles(withLine("override: fst"));
		expect(diagnostics).toMatchObject([
			{
				code: "FS3007",
				file: "profiles.yml",
				range: { line: 4, column: 13 },
				suggestion: "did you mean `fast`?",
				fix: { file: "profiles.yml", text: "fast" },
			},
		]);
	});

	test("in `default` is a warning at that line", () => {
		expect(found(analyzeFiles(withLine("default: slow")), ["FS3008"])).toEqual(["FS3008 profiles.yml:4:12"]);
	});

	test("is found where the catalog is looked at alone", () => {
		const files = { "machine.yml": `${catalogText}  override: 'fst'\n  default: fst\n` };
		const { diagnostics } = analyzeFiles(files);
		expect(diagnostics).toMatchObject([{ code: "FS3007", fix: { text: "'fast'" } }, { code: "FS3008" }]);
	});

	test("is found in a machine's own catalog, and in an agent's", () => {
		const own = machineText.replace(
			"data:\n",
			"data:\n  profiles: { model_profiles: { fast: { name: m } }, override: fst }\n",
		);
		expect(found(analyzeFiles({ "machine.yml": own }))).toEqual(["FS3007 machine.yml:4:64"]);
		const agent =
			"spec: flatagent\ndata:\n  prompt: { user: u }\n  profile:\n    spec: flatprofile\n" +
			"    data: { model_profiles: { fast: { name: m } }, default: fast, override: fst }\n";
		expect(found(analyzeFiles({ "machine.yml": agent }))).toEqual(["FS3007 machine.yml:6:77"]);
	});
});
