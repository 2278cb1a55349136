/** The benchmark's cases on flatstate itself, from the built package. */
import { FlatMachine } from "../../dist/src/index.js";
import { checkOutput } from "./check-output.mjs";

const machine = (states, more = "") => `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: bench
  context: { n: 0, max: input.max, items: input.items }
${more}
  states:
${states}
    done: { type: final, output: { n: context.n } }
`;

const loops = {
	pure: new FlatMachine({
		config: machine(`
    a: { type: initial, transitions: [{ condition: context.n == context.max, to: done }, { to: b }] }
    b: { transitions: [{ condition: context.n == context.max, to: done }, { to: a }] }`),
	}),
	hook: new FlatMachine({
		config: machine(`
    a: { type: initial, action: add, hooks: adder, transitions: [{ condition: context.n >= context.max, to: done }, { to: a }] }`),
		hooks: { adder: { onAction: (_action, context) => ({ ...context, n: context.n + 1 }) } },
	}),
	agent: new FlatMachine({
		config: machine(
			`
    a:
      type: initial
      agent: counter
      input: { n: context.n }
      output_to_context: { n: output.n }
      transitions: [{ condition: context.n >= context.max, to: done }, { to: a }]`,
			`
  agents:
    counter: { spec: flatagent, data: { name: counter, model: { provider: openai, name: none }, system: s, user: u } }`,
		),
		agents: [{ typeName: "flatagent", createExecutor: () => ({ execute: ({ input }) => ({ n: input.n + 1 }) }) }],
	}),
	foreach: new FlatMachine({
		config: machine(
			`
    a: { type: initial, foreach: context.items, as: item, machine: child, input: { item: item }, output_to_context: { n: "{{ output | length }}" }, transitions: [{ to: done }] }`,
			`
  machines:
    child:
      spec: flatmachine
      data:
        name: child
        context: { item: input.item }
        states:
          work: { type: initial, transitions: [{ to: end }] }
          end: { type: final, output: { item: context.item } }`,
		),
	}),
};

async function loop(name, n) {
	const result = await loops[name].run({ max: n }, { maxSteps: n + 10 });
	checkOutput(result.output?.n, n);
}

async function foreach(n) {
	const result = await loops.foreach.run({ items: Array.from({ length: n }, (_, index) => index) });
	checkOutput(Number(result.output?.n), n);
}

export const cases = {
	// States without effects change no context, so the loop ends at its step limit.
	pure: async (n) => checkOutput((await loops.pure.run({ max: n }, { maxSteps: n })).steps, n),
	hook: (n) => loop("hook", n),
	agent: (n) => loop("agent", n),
	foreach_1000: foreach,
	foreach_10000: foreach,
};
