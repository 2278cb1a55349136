import { describe, expect, test } from "vitest";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import { analyze } from "../../compiler/plan/analyze.ts";
import { analyzeFiles, entryPlan, found, machine, planOf } from "./analyzed.ts";

const loader = memoryLoader({
	"w.yml": "spec: flatagent\nspec_version: '2.0.0'\ndata: {name: w, model: {name: m}, system: s, user: u}\n",
	"p.yml": "spec: prompt\nspec_version: '4.2.1'\ndata: {user: '{{ input.x }'}\n",
	"profiles.yml": "spec: flatprofile\nspec_version: '4.2.1'\ndata: {model_profiles: {a: {name: m}}, default: a}\n",
});
const final = "  states: {done: {type: final}}\n";

describe("an entry", () => {
	test("may be text", () => {
		const analysis = analyze({ text: machine(`  agents: {w: w.yml}\n${final}`) }, { loader });
		expect(analysis).toMatchObject({ entry: "<inline>", kind: "flatmachine" });
		expect(entryPlan(analysis).agents.w?.file).toBe("w.yml");
	});

	test("may be the unsaved text of a file, which a machine may then call", () => {
		const text = machine("  machines: {me: ./m.yml}\n  states: {s: {machine: me, type: final}}\n");
		const files = memoryLoader({ "sub/m.yml": "what was saved before: 1\n", "sub/w.yml": "" });
		const analysis = analyze({ text, file: "./sub/m.yml" }, { loader: files });
		expect(analysis.entry).toBe("sub/m.yml");
		expect(entryPlan(analysis)).toMatchObject({ dir: "sub", machines: { me: { id: "sub/m.yml" } } });
		expect(analysis.plans.size).toBe(1);
	});

	test("may be JSON text", () => {
		const text = '{"spec": "flatmachine", "spec_version": "4.2.1", "data": {"states": {"a": {"type": "final"}}}}';
		expect(analyze({ text, format: "json" }, { loader })).toMatchObject({
			entry: "<inline>",
			diagnostics: [{ code: "FS4103" }],
		});
	});

	test("may be an object, which is not touched", () => {
		const config = { spec: "flatmachine", spec_version: "4.2.1", data: { states: { a: { type: "final" } } } };
		const before = structuredClone(config);
		const analysis = analyze({ config, dir: "." }, { loader });
		expect(entryPlan(analysis)).toMatchObject({ initial: "a", file: "<inline>" });
		expect(entryPlan(analysis).states[0]?.at).toBeUndefined();
		expect(config).toEqual(before);
	});

	test("that contains itself is a diagnostic", () => {
		const config: Record<string, unknown> = { spec: "flatmachine" };
		config.data = config;
		expect(analyze({ config }, { loader })).toMatchObject({
			entry: null,
			diagnostics: [{ code: "FS1015", path: ["data"] }],
		});
	});

	test("may be an agent, a prompt or a catalog", () => {
		expect(analyze({ file: "w.yml" }, { loader })).toMatchObject({
			kind: "flatagent",
			entry: null,
			agent: { name: "w.yml", profiles: { default: "a" } },
			diagnostics: [],
		});
		expect(analyze({ file: "profiles.yml" }, { loader })).toMatchObject({
			kind: "flatprofile",
			profiles: { default: "a" },
		});
		const prompt = analyze({ file: "p.yml" }, { loader });
		expect(prompt.kind).toBe("prompt");
		expect(found(prompt, ["FS5001"])).toHaveLength(1);
	});

	test("that does not exist is a diagnostic", () => {
		expect(analyze({ file: "none.yml" }, { loader })).toMatchObject({
			entry: null,
			kind: null,
			diagnostics: [{ code: "FS3001", file: "none.yml" }],
		});
		expect(analyze({ file: "../none.yml" }, { loader })).toMatchObject({ diagnostics: [{ code: "FS3003" }] });
	});

	test("with a key given twice is checked with the last value, and no plan may be run", () => {
		const text =
			"spec: flatmachine\ndata:\n  name: a\n  name: b\n  states:\n" +
			"    a: { type: initial, agnet: x, transitions: [{ to: bb }] }\n    b: { type: final }\n";
		expect(found(analyze({ text }, { loader }))).toEqual([
			"FS1002 <inline>:4:3",
			"FS2008 <inline>:6:25",
			"FS4101 <inline>:6:55",
		]);
	});

	test("without content is a diagnostic at its first line", () => {
		expect(found(analyze({ text: "" }, { loader }))).toEqual(["FS1016 <inline>:1:1"]);
	});

	test("of no known kind is a diagnostic", () => {
		expect(found(analyze({ text: "hello: world\n" }, { loader }))).toEqual(["FS2001 <inline>:1:1"]);
	});

	test("without `spec` is taken for what its keys say", () => {
		const analysis = analyze({ text: "data:\n  states: {a: {type: final}}\n" }, { loader });
		expect(analysis).toMatchObject({ kind: "flatmachine", entry: "<inline>" });
		expect(analysis.diagnostics.some(({ severity }) => severity === "error")).toBe(true);
	});

	test("that cannot be parsed gives its syntax errors and nothing else", () => {
		const analysis = analyze({ text: "spec: flatmachine\ndata: [1\n" }, { loader });
		expect(analysis.entry).toBeNull();
		expect(new Set(analysis.diagnostics.map(({ code }) => code))).toEqual(new Set(["FS1001"]));
	});
});

describe("spec_version", () => {
	const version = (text: string) => {
		const analysis = analyzeFiles({ "machine.yml": `spec: flatmachine\n${text}data:\n${final}` });
		return { plan: entryPlan(analysis), codes: found(analysis, ["FS6001", "FS6002", "FS6003"]) };
	};

	test("missing is the newest", () => {
		expect(version("").plan).toMatchObject({ specVersion: "4.2.1", parsesRendered: false });
	});

	test("below 1.1.0 rendered templates are parsed", () => {
		for (const old of ["0.4.0", "0.10.0", "1.0.0", "1.0.9"]) expect(planOf(final, old).parsesRendered).toBe(true);
		for (const later of ["1.1.0", "1.1", "2.0.0", "4.2.1"]) expect(planOf(final, later).parsesRendered).toBe(false);
	});

	test("a number counts as its text", () => {
		expect(version("spec_version: 1.1\n").plan.specVersion).toBe("1.1");
		expect(version("spec_version: 2.0\n").plan.specVersion).toBe("2.0");
		expect(version("spec_version: 1.0\n").plan.parsesRendered).toBe(true);
	});

	test("of an agent is looked at as well", () => {
		const agent = "spec: flatagent\nspec_version: '9.0.0'\ndata: {model: {name: m}, system: s, user: u}\n";
		expect(found(analyze({ text: agent }, { loader }), ["FS6001"])).toEqual(["FS6001 <inline>:2:15"]);
	});

	test("newer, older and unreadable ones are warnings", () => {
		expect(version('spec_version: "4.3.0"\n').codes).toEqual(["FS6001 machine.yml:2:15"]);
		expect(version('spec_version: "0.3.9"\n').codes).toEqual(["FS6003 machine.yml:2:15"]);
		expect(version("spec_version: latest\n").codes).toEqual(["FS6002 machine.yml:2:15"]);
		for (const known of ["0.4.0", "1.2.3", "4.2.1", "4"])
			expect(version(`spec_version: "${known}"\n`).codes).toEqual([]);
	});
});

test("the plan is plain JSON", () => {
	const plan = planOf(
		'  context: {a: "{{ input.a }}"}\n  states:\n    s:\n      input: {x: [context.a]}\n      timeout: 3\n' +
			"      transitions: [{condition: context.a > 1, to: s}]\n",
	);
	expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
});

test("a machine of ten thousand lines is planned state by state", () => {
	let states = "  states:\n";
	for (let index = 0; index < 1000; index++) {
		states +=
			`    s${index}:\n      action: go\n      input:\n        x: "{{ context.x }}"\n      output_to_context:\n        x: output.content\n` +
			`      transitions:\n        - condition: "context.x == ${index}"\n          to: s${index}\n        - to: s${(index + 1) % 1000}\n`;
	}
	const started = process.cpuUsage();
	const plan = planOf(`  context: {x: 1}\n${states}`);
	expect(plan.states).toHaveLength(1000);
	const { user, system } = process.cpuUsage(started);
	// CPU time, and well above what it takes: a computer that runs other things must not fail here.
	expect((user + system) / 1e6).toBeLessThan(5);
});
