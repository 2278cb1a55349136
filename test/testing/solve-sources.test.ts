/** Values for everything that comes from outside: inputs, children, signals, actions, samples, and what flows through states. */
import { describe, expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { type AnswerSpaceOptions, answerSpace } from "../../src/testing/solve/answer-space.ts";
import { startContext, stateOf, verdictOf } from "./solve-judge.ts";

interface Parts {
	readonly context?: Readonly<Record<string, unknown>>;
	readonly states: Readonly<Record<string, unknown>>;
	readonly machines?: Readonly<Record<string, unknown>>;
	readonly fields?: Readonly<Record<string, unknown>>;
	readonly metadata?: Readonly<Record<string, unknown>>;
}

const end = { type: "final" };

function spaceOf({ context = {}, states, machines, fields, metadata }: Parts, options: AnswerSpaceOptions = {}) {
	const { plan, plans } = compile({
		spec: "flatmachine",
		spec_version: "4.2.1",
		...(metadata && { metadata }),
		data: {
			context,
			agents: {
				judge: {
					spec: "flatagent",
					data: { model: "mock/m", system: "s", user: "u", ...(fields && { output: fields }) },
				},
			},
			...(machines && { machines }),
			states: { ...states, end },
		},
	});
	return { plan, space: answerSpace(plan, { plans, ...options }) };
}

function childWith(...outputs: readonly unknown[]) {
	const names = outputs.map((_, index) => `end${index}`);
	const first = names[0] ?? "end0";
	return {
		spec: "flatmachine",
		spec_version: "4.2.1",
		data: {
			context: { way: "input.way" },
			states: {
				start: {
					type: "initial",
					transitions: [...names.slice(1).map((to) => ({ condition: `context.way == '${to}'`, to })), { to: first }],
				},
				...Object.fromEntries(names.map((name, index) => [name, { type: "final", output: outputs[index] }])),
			},
		},
	};
}

describe("inputs", () => {
	test("drive the conditions of states that the run comes to later", () => {
		const { space } = spaceOf({
			context: { mode: "input.mode", note: null },
			states: {
				start: {
					type: "initial",
					agent: "judge",
					output_to_context: { note: "output.content" },
					transitions: [{ to: "choose" }],
				},
				choose: { transitions: [{ condition: "context.mode == 'fast'", to: "end" }, { to: "end" }] },
			},
		});
		expect(space.inputs().map(({ mode }) => mode)).toEqual(expect.arrayContaining(["fast", "mode"]));
	});

	test("that no context key takes over are solved, too", () => {
		const { space } = spaceOf({
			states: { start: { type: "initial", transitions: [{ condition: "input.size > 3", to: "end" }, { to: "end" }] } },
		});
		const sizes = space.inputs().map(({ size }) => Number(size));
		expect(sizes.some((size) => size > 3)).toBe(true);
		expect(sizes.some((size) => size <= 3)).toBe(true);
	});

	test("are lists of several lengths for a foreach, in the form that its templates read", () => {
		const { space } = spaceOf({
			context: { papers: "input.papers" },
			machines: { reader: childWith({ ok: true }) },
			states: {
				start: {
					type: "initial",
					foreach: "context.papers",
					as: "paper",
					machine: "reader",
					input: { way: "{{ paper.title }}" },
					transitions: [{ to: "end" }],
				},
			},
		});
		const papers = space.inputs().map((input) => input.papers);
		expect(papers).toContainEqual([{ title: "title 1" }]);
		expect(papers).toContainEqual([{ title: "title 1" }, { title: "title 2" }]);
		expect(papers).toContainEqual([]);
	});

	test("that are compared with each other are below, and not", () => {
		const { plan, space } = spaceOf({
			context: { low: "input.low", high: "input.high" },
			states: {
				start: {
					type: "initial",
					transitions: [{ condition: "context.low < context.high", to: "end" }, { to: "end" }],
				},
			},
		});
		const start = stateOf(plan, "start");
		const verdicts = space.inputs().map((input) => verdictOf(start, 0, startContext(plan, input), undefined));
		expect(verdicts).toEqual(expect.arrayContaining([true, false]));
	});
});

describe("an agent's answers", () => {
	test("are solved through the templates of the states behind it", () => {
		const { plan, space } = spaceOf({
			context: { raw: null, verdict: null },
			states: {
				ask: {
					type: "initial",
					agent: "judge",
					output_to_context: { raw: "output.content" },
					transitions: [{ to: "read" }],
				},
				read: {
					agent: "judge",
					output_to_context: { verdict: "{{ context.raw | trim | lower }}" },
					transitions: [{ condition: "context.verdict == 'stop'", to: "end" }, { to: "ask" }],
				},
			},
		});
		expect(space.agentOutputs(stateOf(plan, "ask"), {})).toContainEqual({ content: "stop" });
	});

	test("reach a counter's end from where it stands", () => {
		const { plan, space } = spaceOf({
			context: { total: 0 },
			fields: { points: { type: "int" } },
			states: {
				ask: {
					type: "initial",
					agent: "judge",
					output_to_context: { points: "output.points" },
					transitions: [{ condition: "context.points + context.total >= 20", to: "end" }, { to: "ask" }],
				},
			},
		});
		const points = space.agentOutputs(stateOf(plan, "ask"), { total: 12 });
		expect(points).toContainEqual({ points: 8 });
		expect(points.some((output) => Number(Object(output).points) < 8)).toBe(true);
	});

	test("are several results of samples at once", () => {
		const { plan, space } = spaceOf({
			fields: { score: { type: "int" } },
			context: { count: 0, first: 0 },
			states: {
				ask: {
					type: "initial",
					agent: "judge",
					execution: { type: "parallel", n_samples: 3 },
					output_to_context: { count: "output.count", best: "{{ output.results | map(attribute='score') | max }}" },
					transitions: [
						{ condition: "context.count < 2", to: "end" },
						{ condition: "context.best == '9'", to: "end" },
						{ to: "ask" },
					],
				},
			},
		});
		const outputs = space.agentOutputs(stateOf(plan, "ask"), { count: 0 });
		expect(outputs).toContainEqual({ results: [{ score: 1 }], count: 1 });
		expect(JSON.stringify(outputs)).toContain('{"score":9}');
	});

	test("begin with those that the user adds", () => {
		const states = {
			ask: {
				type: "initial",
				agent: "judge",
				output_to_context: { a: "output.content" },
				transitions: [{ to: "end" }],
			},
		};
		const { plan, space } = spaceOf({ states }, { extra: { agents: { judge: [{ content: "mine" }] } } });
		expect(space.agentOutputs(stateOf(plan, "ask"), {})[0]).toEqual({ content: "mine" });
	});
});

describe("a comparison's bound", () => {
	test.each([">", ">=", "<", "<="])("is among the answers for %s", (operator) => {
		const { plan, space } = spaceOf({
			context: { score: null },
			fields: { score: { type: "int" } },
			states: {
				ask: {
					type: "initial",
					agent: "judge",
					output_to_context: { score: "output.score" },
					transitions: [{ condition: `context.score ${operator} 8`, to: "end" }, { to: "ask" }],
				},
			},
		});
		const scores = space.agentOutputs(stateOf(plan, "ask"), {}).map((output) => Number(Object(output).score));
		expect(scores).toContain(8);
		expect(new Set(scores.map((score) => Math.sign(score - 8))).size).toBeGreaterThan(1);
	});
});

describe("a child's outputs", () => {
	const transitions = [{ condition: "context.report.status == 'ok'", to: "end" }, { to: "end" }];

	test("are those of its final states", () => {
		const { plan, space } = spaceOf({
			machines: { work: childWith({ status: "ok" }, { status: "failed", why: "context.way" }) },
			states: { call: { type: "initial", machine: "work", output_to_context: { report: "output" }, transitions } },
		});
		const outputs = space.childOutputs(stateOf(plan, "call"), "work", {});
		expect(outputs).toContainEqual({ status: "ok" });
		expect(outputs).toContainEqual({ status: "failed", why: "why" });
	});

	test("are those of the work of a final state without an output of its own, and never null", () => {
		const { plan, space } = spaceOf({
			machines: {
				work: {
					spec: "flatmachine",
					spec_version: "4.2.1",
					data: {
						agents: { judge: { spec: "flatagent", data: { model: "mock/m", system: "s", user: "u" } } },
						states: { only: { type: "final", agent: "judge" } },
					},
				},
			},
			states: {
				call: {
					type: "initial",
					machine: "work",
					output_to_context: { report: "output" },
					transitions: [...transitions.slice(0, 1), { condition: "context.report == null", to: "end" }, { to: "end" }],
				},
			},
		});
		const outputs = space.childOutputs(stateOf(plan, "call"), "work", {});
		expect(outputs).toContainEqual(expect.objectContaining({ status: "ok" }));
		expect(outputs).not.toContain(null);
	});

	test("may be anything where hooks of the child have the last word", () => {
		const child = childWith({ status: "failed" });
		const { plan, space } = spaceOf({
			machines: { work: { ...child, data: { ...child.data, lifecycle_hooks: "report" } } },
			states: { call: { type: "initial", machine: "work", output_to_context: { report: "output" }, transitions } },
		});
		expect(space.childOutputs(stateOf(plan, "call"), "work", {})).toContainEqual(
			expect.objectContaining({ status: "ok" }),
		);
	});

	test("are each machine's own in a list", () => {
		const { plan, space } = spaceOf({
			machines: { one: childWith({ n: "context.way" }), two: childWith({ n: "context.way" }) },
			states: {
				call: {
					type: "initial",
					machine: ["one", "two"],
					output_to_context: { a: "output.one.n", b: "output.two.n" },
					transitions: [{ condition: "context.a == 3 and context.b == 4", to: "end" }, { to: "end" }],
				},
			},
		});
		const call = stateOf(plan, "call");
		expect(space.childOutputs(call, "one", {})).toContainEqual({ n: 3 });
		expect(space.childOutputs(call, "two", {})).toContainEqual({ n: 4 });
	});

	test("are items of a foreach, of which some or none pass", () => {
		const { plan, space } = spaceOf({
			context: { papers: ["a", "b"] },
			machines: { read: childWith({ good: "context.way" }) },
			states: {
				call: {
					type: "initial",
					foreach: "context.papers",
					machine: "read",
					output_to_context: { passed: "{{ output | selectattr('good') | list | length }}" },
					transitions: [
						{ condition: "context.passed == '2'", to: "end" },
						{ condition: "context.passed == '0'", to: "end" },
						{ to: "end" },
					],
				},
			},
		});
		const outputs = space.childOutputs(stateOf(plan, "call"), "read", { papers: ["a", "b"] });
		expect(outputs.map((output) => Boolean(Object(output).good))).toEqual(expect.arrayContaining([true, false]));
	});
});

describe("signals", () => {
	test("approve and refuse", () => {
		const { plan, space } = spaceOf({
			states: {
				ask: {
					type: "initial",
					wait_for: "approval",
					output_to_context: { decision: "output" },
					transitions: [{ condition: "context.decision.approved", to: "end" }, { to: "end" }],
				},
			},
		});
		const approved = space.signals(stateOf(plan, "ask"), {}).map((data) => Boolean(Object(data).approved));
		expect(approved).toEqual(expect.arrayContaining([true, false]));
	});
});

describe("an action's effects", () => {
	const states = {
		work: {
			type: "initial",
			action: "count",
			hooks: "rounds",
			transitions: [{ condition: "context.round >= 3", to: "end" }, { to: "work" }],
		},
	};

	test("are supposed from the conditions, and said", () => {
		const { plan, space } = spaceOf({ context: { round: 0 }, states });
		const effects = space.actionEffects(stateOf(plan, "work"), "count", { round: 0 });
		expect(effects).toContainEqual({ round: 3 });
		expect(effects.some(({ round = 0 }) => Number(round) < 3)).toBe(true);
		expect(space.assumptions).toEqual([
			"The action `count` of `work` may set `context.round`, which conditions read and nothing in the file writes. Declare what it sets under `metadata.effects` to be exact.",
		]);
	});

	test("are those that the machine declares", () => {
		const metadata = { effects: { count: { round: [1, 3], mood: ["glad", "sad"] } } };
		const { plan, space } = spaceOf({ context: { round: 0 }, states, metadata });
		expect(space.actionEffects(stateOf(plan, "work"), "count", { round: 0 })).toEqual([
			{ round: 1, mood: "glad" },
			{ round: 1, mood: "sad" },
			{ round: 3, mood: "glad" },
			{ round: 3, mood: "sad" },
		]);
		expect(space.assumptions).toEqual([]);
	});

	test("do not take over what comes from the input", () => {
		const { plan, space } = spaceOf({
			context: { limit: "input.limit", round: 0 },
			states: {
				work: {
					type: "initial",
					action: "count",
					hooks: "rounds",
					transitions: [{ condition: "context.round >= context.limit", to: "end" }, { to: "work" }],
				},
			},
		});
		const effects = space.actionEffects(stateOf(plan, "work"), "count", { round: 0, limit: 5 });
		expect(effects).toContainEqual({ round: 5 });
		expect(effects.every((effect) => !("limit" in effect))).toBe(true);
	});
});

test("errors are those that have a route, and one that has none", () => {
	const { plan, space } = spaceOf({
		states: {
			ask: {
				type: "initial",
				agent: "judge",
				on_error: { RateLimitError: "end", default: "end" },
				transitions: [{ to: "end" }],
			},
		},
	});
	expect(space.errors(stateOf(plan, "ask"), {}).map(({ type }) => type)).toEqual(["RateLimitError", "Error"]);
});
