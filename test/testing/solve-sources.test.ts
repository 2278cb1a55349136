/** Values for what comes from outside: inputs, signals, actions, samples, errors, and what flows through states. */
import { describe, expect, test } from "vitest";
import { startContext, stateOf, verdictOf } from "./solve-judge.ts";
import { childWith, spaceOf } from "./solve-spaces.ts";

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

	test("are lists as long as conditions ask for, with the keys that results are asked for", () => {
		const { space } = spaceOf({
			context: { people: "input.people", out: null },
			machines: { reader: childWith({ ok: true }) },
			states: {
				start: {
					type: "initial",
					foreach: "context.people",
					as: "person",
					key: "{{ person.id }}",
					machine: "reader",
					input: { name: "{{ person.name }}" },
					output_to_context: { out: "output", n: "{{ output | length }}", chief: "output.chief" },
					transitions: [
						{ condition: "context.n == '4'", to: "end" },
						{ condition: "context.out.boss.ok", to: "end" },
						{ to: "end" },
					],
				},
			},
		});
		const people = space.inputs().map((input) => input.people);
		expect(people.filter(Array.isArray).map(({ length }) => length)).toContain(4);
		expect(people).toContainEqual([
			{ id: "chief", name: "name 1" },
			{ id: "boss", name: "name 2" },
		]);
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
