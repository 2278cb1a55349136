/** What can not be taken is proven, with a sentence that can be checked; what can be taken never is. */
import { describe, expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { proveDead } from "../../src/testing/solve/prove-dead.ts";
import { planOf } from "./solve-judge.ts";

interface Machine {
	readonly transitions: readonly Readonly<Record<string, unknown>>[];
	readonly context?: Readonly<Record<string, unknown>>;
	readonly fields?: Readonly<Record<string, unknown>>;
	readonly writes?: Readonly<Record<string, unknown>>;
	readonly state?: Readonly<Record<string, unknown>>;
	readonly metadata?: Readonly<Record<string, unknown>>;
}

function machineOf({ transitions, context = {}, fields, writes, state, metadata }: Machine) {
	return planOf({
		spec: "flatmachine",
		spec_version: "4.2.1",
		...(metadata && { metadata }),
		data: {
			name: "dead",
			context,
			agents: {
				judge: {
					spec: "flatagent",
					data: { model: "mock/m", system: "s", user: "u", ...(fields && { output: fields }) },
				},
			},
			states: {
				ask: {
					type: "initial",
					...(writes && { agent: "judge", output_to_context: writes }),
					...state,
					transitions,
				},
				one: { type: "final" },
				two: { type: "final" },
				three: { type: "final" },
			},
		},
	});
}

function reasonFor(machine: Machine, index: number) {
	return proveDead(machineOf(machine), { state: "ask", kind: "transition", index, to: "" });
}

const verdicts = { verdict: { type: "str", enum: ["good", "bad"] } };

describe("a transition that can not be taken", () => {
	test("is named as shadowed by one without a condition", () => {
		const reason = reasonFor({ transitions: [{ to: "one" }, { condition: "context.a", to: "two" }] }, 1);
		expect(reason?.code).toBe("shadowed");
		expect(reason?.by).toEqual({ state: "ask", kind: "transition", index: 0, to: "one" });
		expect(reason?.text).toBe("The transition before it to `one` has no condition and is always taken.");
	});

	test("is named as shadowed by a condition that holds wherever its own does", () => {
		const transitions = [
			{ condition: "context.score >= 5", to: "one" },
			{ condition: "context.score >= 8", to: "two" },
			{ to: "three" },
		];
		const reason = reasonFor({ transitions, context: { score: "input.score" } }, 1);
		expect(reason?.code).toBe("shadowed");
		expect(reason?.text).toBe(
			"Wherever `context.score >= 8` holds, so does `context.score >= 5` before it, which leads to `one`.",
		);
	});

	test("is named as shadowed by several that take every case between them", () => {
		const transitions = [
			{ condition: "context.flag", to: "one" },
			{ condition: "not context.flag", to: "two" },
			{ to: "three" },
		];
		const reason = reasonFor({ transitions, context: { flag: "input.flag" } }, 2);
		expect(reason?.text).toBe(
			"The transitions before it take every case between them: `context.flag`, `not context.flag`.",
		);
	});

	test("is named as shadowed by those alone that are needed for it, which may also fail", () => {
		const transitions = [
			{ condition: "context.other == 1", to: "one" },
			{ condition: "context.n > 10", to: "one" },
			{ condition: "context.n == 5", to: "one" },
			{ condition: "context.n <= 10", to: "two" },
			{ to: "three" },
		];
		const reason = reasonFor({ transitions, context: { n: "input.n", other: "input.other" } }, 4);
		expect(reason?.text).toBe(
			"The transitions before it take every case between them, or fail: `context.n > 10`, `context.n <= 10`.",
		);
	});

	test("is named as shadowed by one that fails where it holds", () => {
		const shadowedBy = (condition: string) =>
			reasonFor(
				{
					transitions: [
						{ condition, to: "one" },
						{ condition: "context.n == null", to: "two" },
					],
					context: { n: "input.n" },
				},
				1,
			)?.text;
		expect(shadowedBy("context.n < 0")).toBe(
			"Wherever `context.n == null` holds, `context.n < 0` before it, which leads to `one`, fails.",
		);
		expect(shadowedBy("context.n == null or context.n > 0")).toBe(
			"Wherever `context.n == null` holds, so does `context.n == null or context.n > 0` before it, which leads to `one`.",
		);
	});

	test("is told from its contradiction", () => {
		const transitions = [{ condition: "context.a > 3 and context.a < 2", to: "one" }, { to: "two" }];
		const reason = reasonFor({ transitions, context: { a: "input.a" } }, 0);
		expect(reason?.code).toBe("never_holds");
		expect(reason?.text).toContain("contradicts itself");
	});

	test("is told from the constants that its variable has", () => {
		const transitions = [{ condition: "context.status == 'finished'", to: "one" }, { to: "two" }];
		const reason = reasonFor({ transitions, context: { status: "draft" } }, 0);
		expect(reason?.text).toBe(
			"`context.status == 'finished'` is never true: `context.status` is only ever \"draft\" (set in `context`).",
		);
	});

	test("is told from the values that the agent declares", () => {
		const transitions = [{ condition: "context.verdict == 'fair'", to: "one" }, { to: "two" }];
		const machine = {
			transitions,
			fields: verdicts,
			writes: { verdict: "output.verdict" },
			context: { verdict: null },
		};
		expect(reasonFor(machine, 0)?.text).toBe(
			'`context.verdict == \'fair\'` is never true: `context.verdict` is only ever "good", "bad" or null (set in `context`, `states.ask`).',
		);
	});

	test("is told from the texts that a template chooses between", () => {
		const transitions = [{ condition: "context.word == 'maybe'", to: "one" }, { to: "two" }];
		const machine = {
			transitions,
			fields: { score: { type: "int" } },
			writes: { word: "{{ 'yes' if output.score > 3 else 'no' }}" },
		};
		expect(reasonFor(machine, 0)?.text).toContain('only ever "yes" or "no"');
	});

	test("is told from the number of samples, of which one at least is there where any is", () => {
		const transitions = [
			{ condition: "context.count == 0", to: "one" },
			{ condition: "context.count == 4", to: "two" },
			{ condition: "context.count == 3", to: "three" },
		];
		const state = { execution: { type: "parallel", n_samples: 3 } };
		const machine = { transitions, state, fields: verdicts, writes: { count: "output.count" } };
		expect(reasonFor(machine, 0)?.text).toBe(
			"`context.count == 0` is never true: `context.count` is only ever 1, 2, 3 or null (set in `states.ask`).",
		);
		expect(reasonFor(machine, 1)?.code).toBe("never_holds");
		expect(reasonFor(machine, 2)).toBeUndefined();
	});

	test("is told from a whole number that would lie between two", () => {
		const transitions = [{ condition: "context.score > 3 and context.score < 4", to: "one" }, { to: "two" }];
		const machine = { transitions, fields: { score: { type: "int" } }, writes: { score: "output.score" } };
		expect(reasonFor(machine, 0)?.code).toBe("never_holds");
		expect(reasonFor({ ...machine, fields: { score: { type: "float" } } }, 0)).toBeUndefined();
	});

	test("is told from what the ends of a child machine give", () => {
		const child = (output: unknown, more = {}) => ({
			spec: "flatmachine",
			spec_version: "4.2.1",
			data: { ...more, states: { only: { type: "final", output } } },
		});
		const reason = (machine: Readonly<Record<string, unknown>>) => {
			const { plan, plans } = compile({
				spec: "flatmachine",
				spec_version: "4.2.1",
				data: {
					context: { status: null },
					machines: { work: machine },
					states: {
						call: {
							type: "initial",
							machine: "work",
							output_to_context: { status: "output.status" },
							transitions: [{ condition: "context.status == 'lost'", to: "end" }, { to: "end" }],
						},
						end: { type: "final" },
					},
				},
			});
			return proveDead(plan, { state: "call", kind: "transition", index: 0, to: "end" }, plans);
		};
		expect(reason(child({ status: "found" }))?.text).toContain('is only ever null or "found"');
		expect(reason(child({ other: "found" }))?.text).toContain("is only ever null (set in");
		expect(reason(child({ status: "input.status" }))).toBeUndefined();
		expect(reason(child({ status: "found" }, { lifecycle_hooks: "report" }))).toBeUndefined();
	});

	test("is told from what an action declares that it sets", () => {
		const transitions = [{ condition: "context.mood == 'sad'", to: "one" }, { to: "two" }];
		const state = { action: "feel", hooks: "feelings" };
		const machine = { transitions, state, context: { mood: "calm" } };
		expect(reasonFor(machine, 0)).toBeUndefined();
		const declared = { ...machine, metadata: { effects: { feel: { mood: ["glad"] } } } };
		expect(reasonFor(declared, 0)?.text).toContain('only ever "calm" or "glad"');
	});

	test("is told from `condition: false`", () => {
		expect(reasonFor({ transitions: [{ condition: false, to: "one" }, { to: "two" }] }, 0)?.code).toBe("switched_off");
	});
});

describe("a state that is never entered", () => {
	test("is told from the transitions that lead to it", () => {
		const plan = planOf({
			spec: "flatmachine",
			spec_version: "4.2.1",
			data: {
				context: { status: "draft" },
				states: {
					start: {
						type: "initial",
						transitions: [{ condition: "context.status == 'lost'", to: "search" }, { to: "end" }],
					},
					search: { transitions: [{ to: "end" }] },
					end: { type: "final" },
				},
			},
		});
		const reason = proveDead(plan, { state: "search", kind: "transition", index: 0, to: "end" });
		expect(reason).toEqual({
			code: "state_never_entered",
			text: "No run enters `search`: what leads there from `start` is never taken.",
		});
	});
});

describe("what the way to a state says", () => {
	const plan = (work: Readonly<Record<string, unknown>>) =>
		planOf({
			spec: "flatmachine",
			spec_version: "4.2.1",
			data: {
				context: { mode: "input.mode", note: null },
				agents: { judge: { spec: "flatagent", data: { model: "mock/m", system: "s", user: "u" } } },
				states: {
					start: { type: "initial", transitions: [{ condition: "context.mode == 'fast'", to: "end" }, { to: "work" }] },
					work: { ...work, transitions: [{ condition: "context.mode == 'fast'", to: "end" }, { to: "again" }] },
					again: { transitions: [{ condition: "context.mode != 'fast'", to: "end" }, { to: "work" }] },
					end: { type: "final" },
				},
			},
		});
	const asks = (key: string) => ({ agent: "judge", output_to_context: { [key]: "output.content" } });

	test("rules out what was ruled out before", () => {
		const reason = proveDead(plan(asks("note")), { state: "work", kind: "transition", index: 0, to: "end" });
		expect(reason).toEqual({
			code: "never_holds",
			text: "`context.mode == 'fast'` is never true here: on every way to `work`, `not (context.mode == 'fast')` has held, and nothing has changed that.",
		});
		const other = proveDead(plan(asks("note")), { state: "again", kind: "transition", index: 1, to: "work" });
		expect(other?.code).toBe("shadowed");
	});

	test("is told with those conditions alone that rule it out", () => {
		const known = planOf({
			spec: "flatmachine",
			spec_version: "4.2.1",
			data: {
				context: { mode: "input.mode", n: "input.n", size: "input.size" },
				states: {
					start: {
						type: "initial",
						transitions: [
							{ condition: "not (context.n == 1) or (context.size == 2)", to: "end" },
							{ condition: "context.mode == 'fast' and context.n == 1", to: "look" },
							{ to: "end" },
						],
					},
					look: {
						transitions: [
							{ condition: "context.mode == 'slow'", to: "end" },
							{ condition: "context.size == 2", to: "end" },
							{ to: "end" },
						],
					},
					end: { type: "final" },
				},
			},
		});
		expect(proveDead(known, { state: "look", kind: "transition", index: 0, to: "end" })?.text).toBe(
			"`context.mode == 'slow'` is never true here: on every way to `look`, `context.mode == 'fast' and context.n == 1` has held, and nothing has changed that.",
		);
		expect(proveDead(known, { state: "look", kind: "transition", index: 1, to: "end" })?.text).toContain(
			"`not (not (context.n == 1) or (context.size == 2))` has held",
		);
	});

	test("says nothing any more where the key is set anew", () => {
		expect(proveDead(plan(asks("mode")), { state: "work", kind: "transition", index: 0, to: "end" })).toBeUndefined();
		const acts = { action: "look", hooks: "eyes" };
		expect(proveDead(plan(acts), { state: "work", kind: "transition", index: 0, to: "end" })).toBeUndefined();
	});
});

test("a fact on a key that nothing ahead reads is none on null", () => {
	const plan = planOf({
		spec: "flatmachine",
		spec_version: "4.2.1",
		data: {
			context: { a: 0, b: 0 },
			states: {
				start: { type: "initial", transitions: [{ condition: "context.a == context.b", to: "look" }, { to: "end" }] },
				look: { transitions: [{ condition: "context.a == 0", to: "end" }, { to: "look" }] },
				end: { type: "final" },
			},
		},
	});
	expect(proveDead(plan, { state: "look", kind: "transition", index: 0, to: "end" })).toBeUndefined();
	expect(proveDead(plan, { state: "look", kind: "transition", index: 1, to: "look" })?.code).toBe("shadowed");
});

describe("an error route", () => {
	const route = (machine: Machine, error: string) =>
		proveDead(machineOf(machine), { state: "ask", kind: "error", error, to: "three" });

	test("is dead where nothing can fail", () => {
		const machine = {
			transitions: [{ condition: "context.a == 1", to: "one" }, { to: "two" }],
			state: { on_error: "three" },
		};
		expect(route(machine, "default")).toEqual({ code: "cannot_fail", text: "Nothing in `ask` can fail." });
	});

	test("is dead where the state cannot fail with that error", () => {
		const machine = {
			transitions: [{ condition: "context.a > 1", to: "one" }, { to: "two" }],
			context: { a: "input.a" },
			state: { on_error: { TimeoutError: "three", ExpressionError: "two" } },
		};
		expect(route(machine, "TimeoutError")?.text).toBe("`ask` can only fail with `ExpressionError`.");
		expect(route(machine, "ExpressionError")).toBeUndefined();
	});

	test("is alive where no transition may match", () => {
		const machine = {
			transitions: [{ condition: "context.a == 1", to: "one" }],
			state: { on_error: "three" },
			context: { a: "input.a" },
		};
		expect(route(machine, "default")).toBeUndefined();
	});

	test("is alive for whatever an agent may throw", () => {
		const machine = {
			transitions: [{ to: "one" }],
			writes: { a: "output.a" },
			fields: verdicts,
			state: { on_error: "three" },
		};
		expect(route(machine, "default")).toBeUndefined();
	});

	test("is dead for conditions that cannot fail on the values that there are", () => {
		const machine = {
			transitions: [{ condition: "context.a > 1", to: "one" }, { to: "two" }],
			context: { a: 3 },
			state: { on_error: "three" },
		};
		expect(route(machine, "default")?.code).toBe("cannot_fail");
	});
});
