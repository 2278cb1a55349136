/** Random machines of everything that a run may be interrupted in: every kind of call, child, wait, launch, hook and error route. */
import fc from "fast-check";
import type { ScriptedAnswer } from "../../adapters/scripted/index.ts";

type Data = Readonly<Record<string, unknown>>;

export interface DurableMachine {
	/** The states before the last, by name. */
	readonly states: Data;
	/** What the run's input says. */
	readonly start: number;
	readonly hasLifecycle: boolean;
}

/** An error whose class alone says what it is. */
class FancyError extends TypeError {}

/** What the agent of every machine answers: the same to the same question, whoever asks and however often. */
export function answerOf(input: Data, attempt: string): ScriptedAnswer {
	const { does, n } = input;
	const value = Number(n ?? 0) + 1;
	const index = Number(attempt.split(".").at(-1));
	const priced = (output: Data): ScriptedAnswer => ({
		output,
		usage: { api_calls: 1, input_tokens: 2, output_tokens: 1, total_tokens: 3 },
		cost: 0.5,
	});
	const refused = { error: { type: "Busy", message: "later", retryable: true }, usage: { api_calls: 1 }, cost: 0.25 };
	switch (does) {
		case "throw":
			throw new FancyError("thrown");
		case "refuse":
			return { ...refused, error: { ...refused.error, retryable: false } };
		case "at third":
			if (index === 1) throw new FancyError("not yet");
			return index === 2 ? refused : priced({ value });
		case "sample":
			if (index % 2 === 0) throw new FancyError("no sample");
			return priced({ value: index });
		case "vote":
			if (index === 2) throw new FancyError("no vote");
			return priced({ choice: index === 1 ? "a" : "b" });
		default:
			return priced({ value });
	}
}

const agents = { a: { spec: "flatagent", data: { name: "a", model: { provider: "p", name: "m" }, user: "hi" } } };

function machine(name: string, data: Data): Data {
	return { spec: "flatmachine", spec_version: "4.2.1", data: { name, agents, ...data } };
}

const end = { type: "final", output: { n: "context.n", kind: "{{ input.kind }}" } };
const starts = { n: "{{ input.n }}", got: null };
const ask = (does: string) => ({ agent: "a", input: { does, n: "{{ context.n }}" } });
const takes = { output_to_context: { n: "output.value" } };

/** A child that ends at once, one that fails, one that asks twice, one that waits, and families of these. */
const leaves: Data = {
	brief: machine("brief", { context: starts, states: { one: { type: "initial", transitions: [{ to: "end" }] }, end } }),
	twice: machine("twice", {
		context: starts,
		states: {
			one: { type: "initial", ...ask("answer"), ...takes, transitions: [{ to: "two" }] },
			two: { ...ask("at third"), ...takes, execution: tries(), transitions: [{ to: "end" }] },
			end,
		},
	}),
	hooked: machine("hooked", {
		context: starts,
		hooks: "all",
		states: {
			one: { type: "initial", action: "count", ...ask("answer"), ...takes, transitions: [{ to: "end" }] },
			end,
		},
	}),
	fails: machine("fails", {
		context: starts,
		states: {
			one: { type: "initial", ...ask("answer"), ...takes, transitions: [{ to: "two" }] },
			two: { action: "break", hooks: "all", transitions: [{ to: "end" }] },
			end,
		},
	}),
	asks: machine("asks", {
		context: starts,
		states: {
			one: {
				type: "initial",
				wait_for: "child/{{ context.n }}",
				timeout: 3600,
				output_to_context: { n: "output.n" },
				transitions: [{ to: "two" }],
			},
			two: { ...ask("answer"), ...takes, transitions: [{ to: "end" }] },
			end,
		},
	}),
	never: machine("never", {
		context: starts,
		states: { one: { type: "initial", wait_for: "never", transitions: [{ to: "end" }] }, end },
	}),
};

function tries(): Data {
	return { type: "retry", backoffs: [0.001, 0.001], jitter: 0 };
}

const machines: Data = {
	...leaves,
	family: machine("family", {
		context: starts,
		machines: leaves,
		states: {
			one: {
				type: "initial",
				foreach: "{{ [1, 2] }}",
				as: "item",
				machine: "twice",
				input: { n: "{{ item }}", kind: "grandchild" },
				transitions: [{ to: "two" }],
			},
			two: { machine: "asks", input: { n: "{{ context.n }}", kind: "x" }, ...got("n"), transitions: [{ to: "end" }] },
			end,
		},
	}),
	sender: machine("sender", {
		context: starts,
		machines: leaves,
		states: {
			one: {
				type: "initial",
				launch: ["twice"],
				launch_input: { n: "{{ context.n }}", kind: "launched by a child" },
				transitions: [{ to: "end" }],
			},
			end,
		},
	}),
};

function got(key: string): Data {
	return { output_to_context: { got: `output.${key}` } };
}

const child = fc.constantFrom("brief", "twice", "hooked", "fails", "asks", "family", "sender");
const childInput = fc
	.integer({ min: 0, max: 3 })
	.map((n) => ({ n: `{{ ${n} + context.i }}`, kind: "{{ context.n }}" }));
const whole = { output_to_context: { got: "output" } };

/** What a state does. */
const work: fc.Arbitrary<Data> = fc.oneof(
	fc.constant({}),
	fc.constantFrom("answer", "throw", "refuse").map((does) => ({ ...ask(does), ...takes })),
	fc.constant({ ...ask("at third"), ...takes, execution: tries() }),
	fc.constant({ ...ask("throw"), ...takes, execution: tries() }),
	fc
		.integer({ min: 1, max: 4 })
		.map((n) => ({ ...ask("sample"), execution: { type: "parallel", n_samples: n }, ...whole })),
	fc.constant({ ...ask("vote"), execution: { type: "mdap_voting", k_margin: 2, max_candidates: 4 }, ...whole }),
	fc.constantFrom("count", "break", "drop").map((action) => ({ action, hooks: "all" })),
	fc.constant({ action: "count", hooks: "all", ...ask("answer"), ...takes }),
	fc
		.record({
			size: fc.integer({ min: 0, max: 4 }),
			keyed: fc.boolean(),
			machine: child,
			max_concurrency: fc.option(fc.integer({ min: 1, max: 3 })),
			after: fc.boolean(),
		})
		.map(({ size, keyed, machine, max_concurrency, after }) => ({
			foreach: `{{ ${JSON.stringify(["x", "__proto__", "constructor", "x y"].slice(0, size))} }}`,
			as: "item",
			...(keyed && { key: "item" }),
			machine,
			...(max_concurrency !== null && { max_concurrency }),
			input: { n: "{{ context.i }}", kind: "{{ item }}" },
			...whole,
			...(after && { agent: "a" }),
		})),
	fc.record({ machine: child, input: childInput }).map((call) => ({ ...call, ...whole })),
	fc
		.record({ machine: fc.uniqueArray(child, { minLength: 1, maxLength: 3 }), input: childInput, after: fc.boolean() })
		.map(({ after, ...call }) => ({ ...call, ...whole, ...(after && { agent: "a" }) })),
	fc
		.record({
			winner: fc.constantFrom("twice", "hooked", "fails", "asks", "brief"),
			isFirst: fc.boolean(),
			after: fc.boolean(),
			input: childInput,
		})
		.map(({ winner, isFirst, after, input }) => ({
			machine: isFirst ? [winner, "never"] : ["never", winner],
			mode: "any",
			input,
			...whole,
			...(after && { agent: "a" }),
		})),
	fc
		.record({
			launch: fc.array(fc.constantFrom("twice", "asks", "hooked", "sender", "fails"), { minLength: 1, maxLength: 2 }),
			after: fc.boolean(),
		})
		.map(({ launch, after }) => ({
			launch,
			launch_input: { n: "{{ context.i }}", kind: "launched" },
			...(after && { ...ask("answer"), ...takes }),
		})),
	fc.record({ channel: fc.constantFrom("c", "d") }).map(({ channel }) => ({
		wait_for: channel,
		...whole,
	})),
);

/** Random machines of up to five states, most of them passed in their order. */
export const durableMachine: fc.Arbitrary<DurableMachine> = fc.integer({ min: 1, max: 5 }).chain((count) => {
	const names = Array.from({ length: count }, (_, index) => `s${index}`);
	const targets = [...names.slice(1), "end"];
	const state = (name: string, index: number): fc.Arbitrary<readonly [string, Data]> => {
		const later = fc.constantFrom(...targets.slice(index));
		return fc
			.record({
				work,
				isHooked: fc.boolean(),
				timeout: fc.option(fc.constant(3600)),
				loops: fc.boolean(),
				to: later,
				onError: fc.option(
					fc.oneof(
						later,
						fc.record({ FancyError: later, TypeError: later, default: later }, { requiredKeys: ["default"] }),
						fc.record({ TypeError: later }),
					),
					{ freq: 4 },
				),
				output: fc.constantFrom("context.i > 0", "output.value > 1", "input.start == 1"),
			})
			.map(({ work, isHooked, timeout, loops, to, onError, output }) => {
				const again = { condition: "context.i < 1", to: name };
				return [
					name,
					{
						...(index === 0 && { type: "initial" }),
						...work,
						...(isHooked && { hooks: "all" }),
						// While its time runs, a state whose child waits keeps the run going.
						...(timeout !== null && !("machine" in work) && { timeout }),
						...(onError && { on_error: onError }),
						// What counts the rounds is an action's: without one there is no second.
						transitions: [
							...(loops && "action" in work && work.action === "count" ? [again] : []),
							{ condition: output, to },
							{ to: targets[index] ?? "end" },
						],
					},
				] as const;
			});
	};
	return fc
		.record({
			states: fc.tuple(...names.map(state)),
			start: fc.integer({ min: 0, max: 1 }),
			hasLifecycle: fc.boolean(),
		})
		.map(({ states, ...rest }) => ({ states: Object.fromEntries(states), ...rest }));
});

/** The document of a random machine. */
export function documentOf({ states, hasLifecycle }: DurableMachine): Data {
	const last = {
		type: "final",
		output: {
			n: "context.n",
			i: "context.i",
			got: "context.got",
			said: "{{ input.said }}",
			error: "context.last_error",
		},
	};
	return {
		spec: "flatmachine",
		spec_version: "4.2.1",
		data: {
			name: "random",
			agents,
			machines,
			...(hasLifecycle && { lifecycle_hooks: "all" }),
			context: { n: "input.start", i: 0, got: null },
			states: { ...states, end: last },
		},
	};
}

export function inputOf({ start }: DurableMachine): Data {
	return { start, said: "hello" };
}
