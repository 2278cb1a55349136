import { describe, expect, test } from "vitest";
import { analyzeFiles, found, machine, planOf, stateOf } from "./analyzed.ts";

describe("a machine's own values", () => {
	test("have the defaults of the specification", () => {
		expect(planOf("  states: { only: { type: final } }\n")).toMatchObject({
			id: "machine.yml",
			name: "unnamed-machine",
			specVersion: "4.2.1",
			expressionEngine: "simple",
			templateEngine: "jinja",
			parsesRendered: false,
			file: "machine.yml",
			dir: ".",
			initial: "only",
			context: [],
			agents: {},
			machines: {},
			lifecycleHooks: [],
			machineHooks: [],
			settings: { maxSteps: null, maxDepth: null, maxCost: null, maxTokens: null, maxAgentCalls: null, raw: {} },
			metadata: {},
		});
	});

	test("are taken as written", () => {
		const plan = planOf(
			"  name: m\n  expression_engine: cel\n  settings: {max_steps: 5, max_cost: 0.5, extra: x}\n" +
				"  persistence: {enabled: true, backend: memory}\n  states: {a: {type: final}}\nmetadata: {tags: [t]}\n",
		);
		expect(plan).toMatchObject({
			name: "m",
			expressionEngine: "cel",
			settings: { maxSteps: 5, maxCost: 0.5, raw: { extra: "x" } },
			persistence: { enabled: true, backend: "memory" },
			metadata: { tags: ["t"] },
		});
	});

	test("context entries keep their order and their templates", () => {
		const { context } = planOf(
			'  context: {b: "{{ input.b }}", a: [1, {c: input.c}], d: text}\n  states: {s: {type: final}}\n',
		);
		expect(context.map(([key, value]) => [key, value.kind])).toEqual([
			["b", "template"],
			["a", "list"],
			["d", "constant"],
		]);
	});
});

describe("the initial state", () => {
	test("is the marked one, else `start`, else the first", () => {
		expect(planOf("  states: {a: {}, start: {}, b: {type: initial}}\n").initial).toBe("b");
		expect(planOf("  states: {a: {}, start: {}}\n").initial).toBe("start");
		expect(planOf("  states: {a: {}, b: {}}\n").initial).toBe("a");
	});

	test("is the first of the document also where names are numbers", () => {
		expect(planOf('  states: {z: {}, "1": {}}\n').initial).toBe("z");
		expect(planOf('  states: {z: {}, "1": {}}\n').states.map(({ name }) => name)).toEqual(["z", "1"]);
		expect(planOf('  states: {a: {output_to_context: {z: 1, "1": 2}}}\n').states[0]?.outputToContext).toMatchObject([
			["z", {}],
			["1", {}],
		]);
	});

	test("marked twice is an error that names the first", () => {
		const analysis = analyzeFiles({
			"machine.yml": machine("  states:\n    a: {type: initial}\n    b: {type: initial}\n"),
		});
		expect(found(analysis, ["FS4001"])).toEqual(["FS4001 machine.yml:6:15"]);
		expect(analysis.diagnostics.find(({ code }) => code === "FS4001")?.related).toMatchObject([{ range: { line: 5 } }]);
	});

	test("without any state there is an error and no plan", () => {
		const analysis = analyzeFiles({ "machine.yml": machine("  states: {}\n") });
		expect(found(analysis)).toContain("FS4002 machine.yml:4:3");
		expect(analysis.entry).toBeNull();
	});
});

describe("a state", () => {
	test("without keys does nothing", () => {
		expect(stateOf("      {}\n")).toEqual({
			name: "s",
			kind: "normal",
			at: { file: "machine.yml", line: 5, column: 5 },
			execution: { type: "default" },
			mode: "settled",
			launch: [],
			hooks: [],
			timeout: null,
			outputToContext: [],
			transitions: [],
			extra: {},
		});
	});

	test.each([
		["execution: {type: retry}", { type: "retry", backoffs: [2, 8, 16, 35], jitter: 0.1, retryOnEmpty: false }],
		[
			"execution: {type: retry, backoffs: [1], jitter: 0, retry_on_empty: true}",
			{ type: "retry", backoffs: [1], jitter: 0, retryOnEmpty: true },
		],
		["execution: {type: parallel}", { type: "parallel", nSamples: 3 }],
		["execution: {type: mdap_voting}", { type: "mdap_voting", kMargin: 3, maxCandidates: 10, maxResponseTokens: null }],
		["execution: {type: default}", { type: "default" }],
		["execution: {}", { type: "default" }],
	])("%s", (text, execution) => {
		expect(stateOf(`      ${text}\n`).execution).toEqual(execution);
	});

	test.each([
		["true", {}],
		["false", undefined],
		["{}", undefined],
		["{max_turns: 3}", { maxTurns: { kind: "constant", value: 3 } }],
		["{allowed_tools: [a]}", { allowedTools: ["a"] }],
		["{max_cost: context.cost}", { maxCost: { kind: "template", text: "context.cost" } }],
	])("tool_loop: %s", (text, toolLoop) => {
		const planned = stateOf(`      tool_loop: ${text}\n`).toolLoop;
		if (toolLoop === undefined) expect(planned).toBeUndefined();
		else expect(planned).toMatchObject(toolLoop);
	});

	test("a timeout of 0 is none", () => {
		expect(stateOf("      timeout: 0\n").timeout).toBeNull();
		expect(stateOf("      timeout: 1.5\n").timeout).toBe(1.5);
	});

	test("output_to_context keeps its order", () => {
		const { outputToContext } = stateOf("      output_to_context: {z: output.z, a: 1}\n");
		expect(outputToContext.map(([key, value]) => [key, value.kind])).toEqual([
			["z", "template"],
			["a", "constant"],
		]);
	});

	test("a map stays a map, a value without templates is one constant", () => {
		const { input } = stateOf('      input: {a: {b: [1, "x"]}, c: {d: "{{ context.x }}"}}\n');
		expect(input).toMatchObject({
			kind: "map",
			entries: [
				["a", { kind: "constant", value: { b: [1, "x"] } }],
				["c", { kind: "map", entries: [["d", { kind: "template" }]] }],
			],
		});
		expect(stateOf("      input: {}\n").input).toEqual({ kind: "map", entries: [] });
		expect(stateOf("      input: null\n").input).toBeUndefined();
	});

	test("output may be one template", () => {
		expect(stateOf('      type: final\n      output: "{{ context.x }}"\n').output).toMatchObject({ kind: "template" });
	});

	test("keys that are only kept are in extra", () => {
		expect(stateOf("      x-note: 1\n").extra).toEqual({ "x-note": 1 });
	});

	test("key results are expressions, actions or judged, with three retries unless it says otherwise", () => {
		const { objective, keyResults, extra } = stateOf(
			"      objective: do it\n      key_results:\n        - { name: a, description: d, check: size(text(output)) > 2 }\n" +
				"        - { name: b, check: { action: look } }\n        - { name: c, description: e }\n",
		);
		expect(extra).toEqual({});
		expect(objective).toBe("do it");
		expect(keyResults).toMatchObject({
			maxRetries: 3,
			items: [
				{ name: "a", description: "d", check: { kind: "expression", condition: { text: "size(text(output)) > 2" } } },
				{ name: "b", check: { kind: "action", action: "look" } },
				{ name: "c", description: "e", check: { kind: "judged" } },
			],
		});
		expect(stateOf("      key_results: [{ name: a }]\n      max_retries: 0\n").keyResults?.maxRetries).toBe(0);
		expect(stateOf("      max_retries: 2\n").keyResults).toBeUndefined();
	});
});

describe("machines of a state", () => {
	test("one, several, or none", () => {
		expect(stateOf("      machine: child.yml\n").machine).toEqual({ kind: "single", name: "child.yml" });
		expect(stateOf("      machine: [a, b]\n").machine).toEqual({
			kind: "list",
			entries: [{ name: "a" }, { name: "b" }],
		});
		expect(stateOf("      machine: []\n").machine).toBeUndefined();
	});

	test("entries may have their own input", () => {
		expect(stateOf("      machine: [{name: a, input: {x: 1}}]\n").machine).toMatchObject({
			kind: "list",
			entries: [{ name: "a", input: { kind: "map", entries: [["x", { kind: "constant", value: 1 }]] } }],
		});
	});

	test("foreach knows its item in input and key", () => {
		const state = stateOf(
			"      foreach: context.docs\n      as: doc\n      key: doc.id\n      machine: [child]\n      max_concurrency: 4\n" +
				"      input: {text: doc.text, other: item.text}\n",
		);
		expect(state.machine).toBeUndefined();
		expect(state.foreach).toMatchObject({
			items: { kind: "template", node: { kind: "path", root: "context", keys: ["docs"] } },
			as: "doc",
			key: { kind: "template", node: { kind: "path", root: "doc", keys: ["id"] } },
			machine: "child",
			maxConcurrency: 4,
		});
		expect(state.input).toMatchObject({
			entries: [
				["text", { kind: "template", node: { kind: "path", root: "doc", keys: ["text"] } }],
				["other", { kind: "constant", value: "item.text" }],
			],
		});
		expect(state.extra).toEqual({});
	});

	test("foreach over a literal list takes it as it is, unless it holds templates", () => {
		expect(stateOf("      foreach: [input, 2]\n      machine: c\n").foreach?.items).toEqual({
			kind: "constant",
			value: ["input", 2],
		});
		expect(stateOf('      foreach: ["{{ context.a }}"]\n      machine: c\n').foreach?.items.kind).toBe("list");
	});

	test("launch is a list of names", () => {
		expect(stateOf("      launch: a\n      launch_input: {x: 1}\n")).toMatchObject({
			launch: ["a"],
			launchInput: { kind: "map" },
		});
		expect(stateOf("      launch: [a, b]\n").launch).toEqual(["a", "b"]);
	});

	test("wait_for and session_id may be templates", () => {
		expect(stateOf('      wait_for: "ask/{{ context.id }}"\n').waitFor).toMatchObject({ kind: "template" });
		expect(stateOf("      wait_for: approvals\n").waitFor).toEqual({ kind: "constant", value: "approvals" });
		expect(stateOf("      session_id: context.session\n").sessionId).toMatchObject({ kind: "template" });
	});
});

describe("hooks", () => {
	test("by name, with arguments, as a list", () => {
		expect(stateOf("      hooks: logging\n").hooks).toEqual([{ kind: "named", name: "logging", args: {} }]);
		expect(stateOf("      hooks: [logging, {name: webhook, args: {url: u}}]\n").hooks).toEqual([
			{ kind: "named", name: "logging", args: {} },
			{ kind: "named", name: "webhook", args: { url: "u" } },
		]);
	});

	test("data.hooks of 1.x imports a module", () => {
		const plan = planOf("  hooks: {file: ./hooks.mjs, class: MyHooks, args: {a: 1}}\n  states: {s: {}}\n", "1.1.1");
		expect(plan.machineHooks).toEqual([
			{ kind: "module", file: "./hooks.mjs", className: "MyHooks", args: { a: 1 }, dir: "." },
		]);
	});

	test("lifecycle hooks stand beside them", () => {
		const plan = planOf("  hooks: a\n  lifecycle_hooks: [b]\n  states: {s: {}}\n");
		expect(plan.machineHooks).toMatchObject([{ name: "a" }]);
		expect(plan.lifecycleHooks).toMatchObject([{ name: "b" }]);
	});
});

describe("transitions", () => {
	const transitions = (text: string) => {
		const analysis = analyzeFiles({
			"machine.yml": machine(`  states:\n    s:\n      transitions:\n        - {to: s, condition: ${text}}\n`),
		});
		return { analysis, when: analysis.plans.get("machine.yml")?.states[0]?.transitions[0]?.when };
	};

	test("a condition is parsed once and says whether it can fail", () => {
		expect(transitions("context.x == 1").when).toMatchObject({
			text: "context.x == 1",
			node: { kind: "simple" },
			canThrow: false,
			at: { line: 7, column: 30 },
		});
		expect(transitions("context.x > 1").when).toMatchObject({ canThrow: true });
	});

	test("no condition, null and blank text are always true", () => {
		for (const text of ["null", '""', '"  "']) expect(transitions(text).when).toBeUndefined();
		expect(stateOf("      transitions: [{to: s}]\n").transitions).toMatchObject([{ to: "s" }]);
	});

	test("false is never and true is always, both with a warning", () => {
		expect(transitions("false").when).toBe("never");
		expect(found(transitions("no").analysis, ["FS5003"])).toEqual(["FS5003 machine.yml:7:30"]);
		expect(transitions("true").when).toBeUndefined();
		expect(found(transitions("true").analysis, ["FS5004"])).toEqual(["FS5004 machine.yml:7:30"]);
	});

	test("a condition without variables is a warning, a bare literal is not", () => {
		expect(found(transitions('"1 == 2"').analysis, ["FS5005"])).toHaveLength(1);
		expect(found(transitions('"true"').analysis, ["FS5005"])).toEqual([]);
	});

	test("a syntax error is at its characters", () => {
		expect(found(transitions('"context.x === 1"').analysis, ["FS5002"])).toEqual(["FS5002 machine.yml:7:41"]);
	});

	test("on_error is a state, or states by error", () => {
		expect(stateOf("      on_error: s\n").onError).toEqual({ byType: [], default: "s" });
		expect(stateOf("      on_error: {RateLimitError: s, default: s}\n").onError).toEqual({
			byType: [["RateLimitError", "s"]],
			default: "s",
		});
		expect(stateOf('      on_error: ""\n').onError).toBeUndefined();
	});
});

describe("templates", () => {
	test("carry their place", () => {
		const { input } = stateOf('      input:\n        a: "{{ context.x }}"\n');
		expect(input).toMatchObject({ entries: [["a", { at: { file: "machine.yml", line: 7, column: 12 } }]] });
	});

	test("a syntax error in a folded block has its line and column", () => {
		const analysis = analyzeFiles({
			"machine.yml": machine(
				"  states:\n    s:\n      input:\n        a: >\n          one\n          two {{ context. }}\n",
			),
		});
		expect(found(analysis, ["FS5001"])).toEqual(["FS5001 machine.yml:9:27"]);
	});

	test("several errors come at once", () => {
		const analysis = analyzeFiles({
			"machine.yml": machine(
				'  states:\n    s:\n      input: {a: "{{ x", b: "{% if %}"}\n      output: {c: "{{ | }}"}\n',
			),
		});
		expect(found(analysis, ["FS5001"])).toHaveLength(3);
	});

	test("may be Liquid", () => {
		const plan = planOf('  template_engine: liquid\n  states: {s: {input: {a: "{{ context.x | upcase }}"}}}\n');
		expect(plan.states[0]?.input).toMatchObject({ entries: [["a", { node: { kind: "liquid" } }]] });
	});
});

test("values of any wrong type make no plan throw", () => {
	const wrong = ["5", "[1]", "{a: 1}", "null", "text", "true", "[[]]"];
	const keys =
		"type agent execution machine foreach as key mode launch launch_input action hooks wait_for timeout session_id " +
		"tool_loop input output output_to_context transitions on_error";
	for (const value of wrong) {
		for (const key of keys.split(" ")) {
			const text = machine(`  states:\n    s:\n      ${key}: ${value}\n      machine: m\n`);
			expect(() => analyzeFiles({ "machine.yml": text.replace("      machine: m\n", "") })).not.toThrow();
		}
		for (const key of "name context agents machines states settings persistence hooks lifecycle_hooks profiles".split(
			" ",
		)) {
			expect(() => analyzeFiles({ "machine.yml": machine(`  ${key}: ${value}\n`) })).not.toThrow();
		}
		expect(() => analyzeFiles({ "machine.yml": `spec: flatmachine\ndata: ${value}\n` })).not.toThrow();
	}
});
