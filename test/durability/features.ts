/** Small machines, each with something that a run may be interrupted in. */
import { documentOf } from "../runtime/flat.ts";

/** A key result that an action decides. */
export interface AskedCheck {
	readonly keyResult: string;
	/** Of the attempt, from 0. */
	readonly number: number;
}

export interface Feature {
	readonly name: string;
	readonly document: string;
	readonly input?: Readonly<Record<string, unknown>>;
	/** What an undisturbed run gives. */
	readonly output: unknown;
	/** Data of every signal. */
	readonly signal?: unknown;
	check?(asked: AskedCheck): boolean;
	answer(agent: string, input: Readonly<Record<string, unknown>>, key: string): Record<string, unknown> | Error;
}

const child = `
  worker:
    spec: flatmachine
    data:
      name: worker
      context: { n: "{{ input.n }}" }
      agents:
        square: { spec: flatagent, data: { model: { provider: p, name: m }, user: hi } }
      states:
        first: { type: initial, agent: square, input: { n: "{{ context.n }}" }, output_to_context: { once: output.value }, transitions: [{ to: second }] }
        second: { agent: square, input: { n: "{{ context.once }}" }, output_to_context: { twice: output.value }, transitions: [{ to: end }] }
        end: { type: final, output: { n: context.twice } }
`;

const square = (_agent: string, { n }: Readonly<Record<string, unknown>>) => ({ value: Number(n) ** 2 });

export const features: readonly Feature[] = [
	{
		name: "an agent in a loop",
		document: documentOf(
			`context: { n: 0 }
states:
  loop: { type: initial, agent: add, input: { n: context.n }, output_to_context: { n: output.value }, transitions: [{ condition: context.n < 5, to: loop }, { to: end }] }
  end: { type: final, output: { n: context.n } }`,
			{ use: ["add"] },
		),
		output: { n: 5 },
		answer: (_agent, { n }) => ({ value: Number(n) + 1 }),
	},
	{
		name: "actions, states without effects and the run's own input",
		document: documentOf(
			`context: { n: 0 }
states:
  a: { type: initial, action: one, hooks: counting, transitions: [{ to: b }] }
  b: { transitions: [{ to: c }] }
  c: { action: two, hooks: counting, transitions: [{ condition: input.word == "go", to: d }] }
  d: { transitions: [{ to: end }] }
  end: { type: final, output: { actions: context.actions, word: input.word } }`,
		),
		input: { word: "go" },
		output: { actions: ["one", "two"], word: "go" },
		answer: () => ({}),
	},
	{
		name: "attempts at key results, checked, scanned and judged",
		document: documentOf(
			`settings: { validator: judge, history: true }
machines:${child}
context: { n: 1 }
states:
  try:
    type: initial
    agent: writer
    hooks: counting
    input: { number: context.attempt.number, feedback: context.attempt.feedback }
    key_results:
      - { name: long, description: is long, check: "output.value > 0" }
      - { name: clean, description: is clean, check: { action: scan } }
      - { name: kind, description: is kind }
    output_to_context: { n: output.value }
    transitions: [{ to: each }]
  each:
    machine: worker
    input: { n: context.n }
    key_results: [{ name: second, description: in the second attempt, check: context.attempt.number == 1 }]
    output_to_context: { n: output.n }
    transitions: [{ to: end }]
  end: { type: final, output: { n: context.n, attempts: context.attempt.number, history: context.history } }`,
			{ use: ["writer", "judge"] },
		),
		output: {
			n: 81,
			attempts: 1,
			history: [
				{ state: "try", output: { value: 3 }, key_results: { long: true, clean: true, kind: true }, attempts: 4 },
				{ state: "each", output: { n: 81 }, key_results: { second: true }, attempts: 2 },
			],
		},
		check: ({ number }) => number > 1,
		answer: (agent, input) => {
			if (agent === "writer") return { value: Number(input.number) };
			if (agent === "judge") {
				const { number } = Object(input.attempt);
				return { kind: { passed: number === 3, reason: "it shouts" } };
			}
			return square(agent, input);
		},
	},
	{
		name: "a retry",
		document: documentOf(
			`context: {}
states:
  try:
    type: initial
    agent: flaky
    execution: { type: retry, backoffs: [0.002, 0.002, 0.002], jitter: 0 }
    output_to_context: { got: output.value }
    transitions: [{ to: end }]
  end: { type: final, output: { got: context.got } }`,
			{ use: ["flaky"] },
		),
		output: { got: "third" },
		answer: (_agent, _input, key) => (key.endsWith("/3") ? { value: "third" } : new Error("not yet")),
	},
	{
		name: "samples, a vote and an error that is routed",
		document: documentOf(
			`context: {}
states:
  sample: { type: initial, agent: s, execution: { type: parallel, n_samples: 4 }, output_to_context: { samples: output.count }, transitions: [{ to: vote }] }
  vote: { agent: v, execution: { type: mdap_voting, k_margin: 2, max_candidates: 5 }, output_to_context: { vote: output.choice }, on_error: broken, transitions: [{ to: fail }] }
  fail: { agent: f, on_error: broken, transitions: [{ to: end }] }
  broken: { agent: s, output_to_context: { mended: output.value }, transitions: [{ to: end }] }
  end: { type: final, output: { samples: context.samples, vote: context.vote, mended: context.mended, error: context.last_error } }`,
			{ use: ["s", "v", "f"] },
		),
		output: { samples: 4, vote: "b", mended: 1, error: "boom" },
		answer(agent, _input, key) {
			if (agent === "f") return new Error("boom");
			if (agent === "v") return { choice: key.endsWith("vote.1") ? "a" : "b" };
			return { value: 1 };
		},
	},
	{
		name: "one child machine",
		document: documentOf(`context: {}
machines:${child}
states:
  call: { type: initial, machine: worker, input: { n: 3 }, output_to_context: { got: output.n }, transitions: [{ to: end }] }
  end: { type: final, output: { got: context.got } }`),
		output: { got: 81 },
		answer: square,
	},
	{
		name: "a foreach with few at once",
		document: documentOf(`context: { items: [1, 2, 3, 4, 5] }
machines:${child}
states:
  each: { type: initial, foreach: context.items, as: item, machine: worker, max_concurrency: 2, input: { n: item }, output_to_context: { got: output }, transitions: [{ to: end }] }
  end: { type: final, output: { got: context.got } }`),
		output: { got: [1, 16, 81, 256, 625].map((n) => ({ n })) },
		answer: square,
	},
	{
		name: "a list of machines in mode any",
		document: documentOf(`context: {}
machines:${child}
  slow:
    spec: flatmachine
    data:
      name: slow
      states:
        wait: { type: initial, wait_for: "never", transitions: [{ to: end }] }
        end: { type: final }
states:
  race: { type: initial, machine: [slow, worker], mode: any, input: { n: 2 }, output_to_context: { got: output.worker.n }, transitions: [{ to: end }] }
  end: { type: final, output: { got: context.got } }`),
		output: { got: 16 },
		answer: square,
	},
	{
		name: "launched machines",
		document: documentOf(`context: {}
machines:${child}
states:
  start: { type: initial, launch: [worker, worker], launch_input: { n: 2 }, transitions: [{ to: work }] }
  work: { machine: worker, input: { n: 1 }, output_to_context: { got: output.n }, transitions: [{ to: end }] }
  end: { type: final, output: { got: context.got } }`),
		output: { got: 1 },
		answer: square,
	},
	{
		name: "machines that a child launches, and one that these launch",
		document: documentOf(`context: {}
machines:
  sender:
    spec: flatmachine
    data:
      name: sender
      machines:
        sent:
          spec: flatmachine
          data:
            name: sent
            machines:${child.replaceAll("\n", "\n            ")}
            states:
              send: { type: initial, launch: worker, launch_input: { n: 2 }, transitions: [{ to: end }] }
              end: { type: final }
      states:
        send: { type: initial, launch: sent, transitions: [{ to: end }] }
        end: { type: final, output: { sent: true } }
states:
  call: { type: initial, machine: sender, output_to_context: { got: output.sent }, transitions: [{ to: end }] }
  end: { type: final, output: { got: context.got } }`),
		output: { got: true },
		answer: square,
	},
	{
		name: "signals, in the machine and in a child",
		document: documentOf(
			`context: {}
machines:
  asker:
    spec: flatmachine
    data:
      name: asker
      states:
        ask: { type: initial, wait_for: "child", output_to_context: { said: output.word }, transitions: [{ to: end }] }
        end: { type: final, output: { said: context.said } }
states:
  first: { type: initial, wait_for: "parent", output_to_context: { said: output.word }, transitions: [{ to: call }] }
  call: { machine: asker, output_to_context: { child: output.said }, transitions: [{ to: think }] }
  think: { agent: a, output_to_context: { thought: output.value }, transitions: [{ to: end }] }
  end: { type: final, output: { said: context.said, child: context.child, thought: context.thought } }`,
			{ use: ["a"] },
		),
		signal: { word: "yes" },
		output: { said: "yes", child: "yes", thought: 1 },
		answer: () => ({ value: 1 }),
	},
];
