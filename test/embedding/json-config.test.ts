import { describe, expect, it } from "vitest";
import { type AnyStateMachine, createActor, createMachine, type InspectionEvent } from "xstate";
import { compile } from "../../src/compile.ts";
import { documentOf } from "../runtime/flat.ts";

const child = `
machines:
  child:
    spec: flatmachine
    data:
      name: child
      context: { n: input.n }
      states:
        start: { type: initial, transitions: [{ condition: context.n == 2, to: odd }, { to: done }] }
        odd: { type: final, output: { odd: context.n } }
        done: { type: final, output: { n: context.n } }
`;

/** Small machines, one for each part of the lowering. */
const corpus: readonly { readonly name: string; readonly data: string; readonly input?: Record<string, unknown> }[] = [
	{ name: "a single final state", data: "states: { only: { type: final, output: { x: 1 } } }" },
	{
		name: "conditions",
		input: { n: 2 },
		data: `
context: { n: input.n }
states:
  start: { type: initial, transitions: [{ condition: context.n > 2, to: a }, { condition: context.n > 1, to: b }, { to: a }] }
  a: { type: final, output: { at: a } }
  b: { type: final, output: { at: b } }
`,
	},
	{
		name: "a long loop without effects",
		data: `
states:
  start: { type: initial, transitions: [{ condition: context.machine.step > 500, to: done }, { to: other }] }
  other: { transitions: [{ to: start }] }
  done: { type: final, output: { steps: context.machine.step } }
`,
	},
	{
		name: "a step limit",
		data: "states: { start: { type: initial, transitions: [{ to: b }] }, b: { transitions: [{ to: start }] }, done: { type: final } }",
	},
	{
		name: "an agent",
		data: `
context: { got: null }
states:
  start: { type: initial, agent: a, output_to_context: { got: output.answer }, transitions: [{ to: done }] }
  done: { type: final, output: { got: context.got } }
`,
	},
	{
		name: "an error route by name",
		data: `
states:
  start: { type: initial, agent: broken, transitions: [{ to: done }], on_error: { ValueError: a, KeyError: b, default: a } }
  a: { type: final, output: { at: a } }
  b: { type: final, output: { at: b, text: context.last_error } }
  done: { type: final }
`,
	},
	{
		name: "an error without a route",
		data: "states: { start: { type: initial, agent: broken, transitions: [{ to: done }] }, done: { type: final } }",
	},
	{
		name: "no transition that matches",
		data: "states: { start: { type: initial, transitions: [{ condition: input.never, to: done }], on_error: e }, e: { type: final, output: { type: context.last_error_type } }, done: { type: final } }",
	},
	{
		name: "hooks and lifecycle hooks",
		data: `
lifecycle_hooks: h
context: { trail: "" }
states:
  start: { type: initial, action: act, hooks: h, transitions: [{ to: skipped }] }
  skipped: { hooks: h, transitions: [{ to: done }] }
  detour: { hooks: h, transitions: [{ to: done }] }
  done: { type: final, output: { trail: context.trail } }
`,
	},
	{
		name: "children",
		data: `${child}
context: { got: null }
states:
  start: { type: initial, machine: child, foreach: [1, 2, 3], input: { n: item }, output_to_context: { got: output }, transitions: [{ to: done }] }
  done: { type: final, output: { got: context.got } }
`,
	},
];

interface Behaviour {
	readonly path: readonly unknown[];
	readonly status: string;
	readonly output: unknown;
	readonly error: string;
}

function behaviourOf(machine: AnyStateMachine, input: Record<string, unknown>): Promise<Behaviour> {
	const path: unknown[] = [];
	const inspect = (event: InspectionEvent) => {
		if (event.type !== "@xstate.microstep" || event.actorRef.sessionId !== event.rootId) return;
		path.push(Reflect.get(event.snapshot, "value"));
	};
	const actor = createActor(machine, { input, inspect });
	return new Promise((resolve) => {
		const end = () => {
			const { status, output, error } = actor.getSnapshot();
			resolve({ path, status, output, error: String(error) });
		};
		actor.subscribe({ complete: end, error: end });
		actor.start();
	});
}

describe("the config of a compiled machine", () => {
	it.each(corpus)("survives JSON and then behaves the same: $name", async ({ data, input = {} }) => {
		const { machine, config, implementations } = compile(documentOf(data, { use: ["a", "broken"] }), {
			script: { a: { answer: 42 }, broken: { throw: "KeyError: gone" } },
			newId: () => "id",
			hooks: {
				h: {
					onMachineStart: (context) => ({ ...context, trail: "s" }),
					onAction: (action, context) => ({ ...context, trail: `${context.trail} ${action}` }),
					onTransition: (_from, to) => (to === "skipped" ? "detour" : to),
					onMachineEnd: (_context, output) => ({ output }),
				},
			},
		});
		const text = JSON.stringify(config);
		expect(JSON.parse(text)).toEqual(config);
		const rebuilt = createMachine(JSON.parse(text)).provide(implementations);
		expect(Object.keys(createMachine(config).provide(implementations).states)).toEqual(Object.keys(rebuilt.states));
		const expected = await behaviourOf(machine, input);
		expect(await behaviourOf(rebuilt, input)).toEqual(expected);
		expect(expected.status).toBe(data.includes("agent: broken") && !data.includes("on_error") ? "error" : "done");
	});
});
