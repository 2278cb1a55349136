/** A `MachineSnapshot` of an actor that somebody embeds, taken in any kind of state, and an actor that goes on from it. */
import { describe, expect, it } from "vitest";
import { type Actor, createActor, waitFor } from "xstate";
import type { FlatStateMachine } from "../../compiler/xstate/build.ts";
import { fromXState } from "../../runtime/checkpoint/from-xstate.ts";
import { type MachineSnapshot, parseSnapshot } from "../../runtime/checkpoint/machine-snapshot.ts";
import { toXState } from "../../runtime/checkpoint/xstate-snapshot.ts";
import type { MachineHooks } from "../../runtime/hooks/hooks.ts";
import { type Flat, flat } from "../runtime/flat.ts";

/** Never answers. */
const hangs = () => new Promise<never>(() => undefined);

async function settled(actor: Actor<FlatStateMachine>): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, 5));
	expect(actor.getSnapshot().status).toBe("active");
}

const hooks: MachineHooks = {
	onMachineStart: (context) => ({ ...context, heard: "start" }),
	onMachineEnd: (_context, output) => ({ ...Object(output), end: true }),
	onStateEnter: (_state, context) => ({ ...context, heard: `${context.heard}+` }),
	onTransition: (_from, to) => to,
};

interface Case {
	readonly name: string;
	readonly data: string;
	/** The event and the state that the actor stands at. */
	readonly at: string;
	readonly signal?: string;
	readonly output: unknown;
}

const start = `context: { word: input.word, got: null, heard: null }\n`;
const end = `  end: { type: final, output: { word: input.word, got: context.got, step: context.machine.step } }`;

const cases: readonly Case[] = [
	{
		name: "a state with an agent",
		data: `${start}states:
  pure: { type: initial, transitions: [{ to: work }] }
  work: { agent: a, output_to_context: { got: output.n }, transitions: [{ condition: output.n == 1, to: end }] }
${end}`,
		at: "execute work",
		output: { word: "w", got: 1, step: 3 },
	},
	{
		name: "a state with hooks",
		data: `${start}states:
  work: { type: initial, hooks: h, agent: a, output_to_context: { got: context.heard }, transitions: [{ to: end }] }
${end}`,
		at: "execute work",
		output: { word: "w", got: "null+", step: 2 },
	},
	{
		name: "a state that waits",
		data: `${start}states:
  ask: { type: initial, wait_for: "c/{{ context.word }}", output_to_context: { got: output.x }, transitions: [{ to: end }] }
${end}`,
		at: "waiting ask",
		signal: "c/w",
		output: { word: "w", got: 5, step: 2 },
	},
	{
		name: "a state with hooks that waits",
		data: `${start}states:
  ask: { type: initial, hooks: h, wait_for: "c/{{ context.word }}", output_to_context: { got: output.x }, transitions: [{ to: end }] }
${end}`,
		at: "waiting ask",
		signal: "c/w",
		output: { word: "w", got: 5, step: 2 },
	},
	{
		name: "the machine's start hooks",
		data: `lifecycle_hooks: starts
${start}states:
  pure: { type: initial, transitions: [{ to: end }] }
${end}`,
		at: "machine_start start",
		output: { word: "w", got: null, step: 2 },
	},
	{
		name: "the machine's end hooks",
		data: `lifecycle_hooks: ends
${start}states:
  pure: { type: initial, transitions: [{ to: end }] }
${end}`,
		at: "machine_end end",
		output: { word: "w", got: null, step: 2 },
	},
	{
		name: "a hook that is asked about a transition",
		data: `${start}states:
  work: { type: initial, hooks: asks, agent: a, output_to_context: { got: output.n }, transitions: [{ to: end }] }
${end}`,
		at: "state_exit work",
		output: { word: "w", got: 1, step: 2 },
	},
];

type Restore = (flat: Flat, first: Actor<FlatStateMachine>) => Actor<FlatStateMachine>;

const ways: readonly (readonly [string, Restore])[] = [
	[
		"the specification's fields alone",
		({ machine }, first) => {
			const text = JSON.stringify(machine.toSnapshot(first));
			const snapshot = machine.toXState(parseSnapshot(text, "test"), { input: { word: "w" } });
			return createActor(machine.machine, { snapshot });
		},
	],
	[
		"the progress beside them",
		({ machine }, first) => {
			const text = JSON.stringify(fromXState(machine.config, first.getSnapshot()));
			const { snapshot, progress }: { snapshot: MachineSnapshot; progress: never } = JSON.parse(text);
			const restored = toXState(machine.config, snapshot, { progress, input: { word: "w" } });
			return createActor(machine.machine, { snapshot: restored });
		},
	],
];

describe.each(ways)("an actor that goes on from %s", (_, restore) => {
	it.each(cases.map((one) => [one.name, one] as const))("in %s ends as it would have", async (_name, one) => {
		const life = (isFirst: boolean) =>
			flat(one.data, {
				use: ["a"],
				script: { a: isFirst && !one.at.startsWith("state_exit") ? hangs : { n: 1 } },
				hooks: {
					h: hooks,
					starts: { onMachineStart: isFirst ? hangs : (context) => ({ ...context }) },
					ends: { onMachineEnd: isFirst ? hangs : (_context, output) => output },
					asks: { onTransition: isFirst ? hangs : (_from, to) => to },
				},
			});
		const before = life(true).machine.actor({ word: "w" }).start();
		await settled(before);
		const now = life(false);
		const { event, current_state } = now.machine.toSnapshot(before);
		expect(`${event} ${current_state}`).toBe(one.at);
		const after = restore(now, before);
		const ended = waitFor(after, ({ status }) => status === "done");
		after.start();
		await new Promise((resolve) => setTimeout(resolve, 2));
		if (one.signal !== undefined) after.send({ type: `signal.${one.signal}`, data: { x: 5 } });
		expect((await ended).output).toEqual(one.output);
		if (one.at.startsWith("state_exit")) expect(now.calls).toEqual([]);
	});
});

/** An actor that has come to its end. */
async function ended(actor: Actor<FlatStateMachine>): Promise<Actor<FlatStateMachine>> {
	await new Promise<void>((resolve) => {
		actor.subscribe({ complete: () => resolve(), error: () => resolve() });
		actor.start();
	});
	return actor;
}

describe("an actor that has ended", () => {
	const done = (output: string) => `${start}states:
  work: { type: initial, agent: a, transitions: [{ to: end }] }
  end: { type: final${output} }`;

	it.each([
		["with an output", done(", output: { word: context.word }"), { word: "w" }],
		["without one", done(""), {}],
		["in a state that works", `${start}states:\n  work: { type: final, agent: a }`, { n: 1 }],
		["with end hooks", `lifecycle_hooks: h\n${done(", output: { word: context.word }")}`, { word: "w", end: true }],
	])("%s gives a snapshot of the end, and an actor that is done with the same output", async (_, data, output) => {
		const { machine, calls } = flat(data, { use: ["a"], script: { a: { n: 1 } }, hooks: { h: hooks } });
		const first = await ended(machine.actor({ word: "w" }));
		const text = JSON.stringify(machine.toSnapshot(first));
		expect(JSON.parse(text)).toMatchObject({ event: "machine_end", current_state: "end", output });
		const again = createActor(machine.machine, { snapshot: machine.toXState(parseSnapshot(text, "test")) });
		expect((await ended(again)).getSnapshot()).toMatchObject({ status: "done", output });
		expect(calls).toHaveLength(1);
	});

	it("by failing gives a snapshot of the state that failed, which is tried again", async () => {
		const data = `${start}states:
  first: { type: initial, agent: a, output_to_context: { got: output.n }, transitions: [{ to: second }] }
  second: { agent: b, transitions: [{ to: end }] }
${end}`;
		const before = flat(data, { use: ["a", "b"], script: { a: { n: 1 }, b: { throw: "E: broken" } } });
		const snapshot = before.machine.toSnapshot(await ended(before.machine.actor({ word: "w" })));
		expect(snapshot).toMatchObject({ event: "execute", current_state: "second", step: 2, output: null });
		const { machine, calls } = flat(data, { use: ["a", "b"], script: { b: { n: 2 } } });
		const restored = machine.toXState(snapshot, { input: { word: "w" } });
		const again = await ended(createActor(machine.machine, { snapshot: restored }));
		expect(again.getSnapshot().output).toEqual({ word: "w", got: 1, step: 3 });
		expect(calls).toHaveLength(1);
	});

	it.each([
		["without effects", "transitions: [{ condition: context.got, to: end }]"],
		["that waits", `wait_for: "{{ context.got }}", transitions: [{ to: end }]`],
	])("by failing in a state %s gives a snapshot from which it fails again", async (_, state) => {
		const data = `${start}states:\n  only: { type: initial, ${state} }\n${end}`.replace("got: null", "got: ''");
		const { machine } = flat(data);
		const failed = await ended(machine.actor({ word: "w" }));
		const snapshot = machine.toSnapshot(failed);
		expect(snapshot).toMatchObject({ event: "execute", current_state: "only", step: 1 });
		const again = await ended(createActor(machine.machine, { snapshot: machine.toXState(snapshot) }));
		expect(again.getSnapshot().error).toEqual(failed.getSnapshot().error);
	});

	it("by a limit gives a snapshot that stops again at once, and goes on with a higher one", async () => {
		const data = `settings: { max_steps: 2 }
${start}states:
  one: { type: initial, transitions: [{ to: two }] }
  two: { agent: a, output_to_context: { got: output.n }, transitions: [{ to: end }] }
${end}`;
		const { machine, calls } = flat(data, { use: ["a"], script: { a: { n: 1 } } });
		const snapshot = machine.toSnapshot(await ended(machine.actor({ word: "w" })));
		expect(snapshot).toMatchObject({ event: "state_exit", current_state: "two", step: 2, output: null });
		const input = { word: "w" };
		const same = await ended(createActor(machine.machine, { snapshot: machine.toXState(snapshot, { input }) }));
		expect(same.getSnapshot().context.machine).toMatchObject({ step: 2, run: { stopped: "max_steps" } });
		const restored = machine.toXState(snapshot, { input, limits: { max_steps: 10 } });
		const more = await ended(createActor(machine.machine, { snapshot: restored }));
		expect(more.getSnapshot().output).toEqual({ word: "w", got: 1, step: 3 });
		expect(calls).toHaveLength(1);
	});
});

describe("an actor of another machine", () => {
	it("has no snapshot here, and a snapshot of a state that is not here says which there are", () => {
		const one = flat(`${start}states:\n  a: { type: initial, transitions: [{ to: end }] }\n${end}`).machine;
		const other = flat(
			"states:\n  b: { type: initial, wait_for: c, transitions: [{ to: done }] }\n  done: { type: final }",
		).machine;
		expect(() => one.toSnapshot(other.actor().start())).toThrow(/no snapshot of machine `test`/);
		expect(() => one.toXState(other.toSnapshot(other.actor().start()))).toThrow(/state `b`.*It has: `a`, `end`/);
		expect(() => one.toSnapshot({ getSnapshot: () => ({ value: "a", context: {} }) })).toThrow(/no snapshot/);
	});
});
