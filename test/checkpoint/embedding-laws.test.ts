/** Random machines that are stopped at any moment and go on from a `MachineSnapshot`: as if nobody had stopped them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Actor, createActor } from "xstate";
import type { AnswerFunction } from "../../adapters/scripted/index.ts";
import type { FlatStateMachine } from "../../compiler/xstate/build.ts";
import { isMachineContext } from "../../compiler/xstate/machine-context.ts";
import { parseSnapshot } from "../../runtime/checkpoint/machine-snapshot.ts";
import type { MachineHooks } from "../../runtime/hooks/hooks.ts";
import { validate } from "../../src/compile.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { interpret, step } from "../laws/interpreter.ts";
import { documentOf, type RandomMachine, randomMachine } from "../laws/random-machine.ts";

/** Called at every moment at which the run may be stopped: within agents, actions and hooks, and at rest. */
type Moment = () => void;

function passing(moment: Moment): MachineHooks {
	const passes = <T>(value: T): T => {
		moment();
		return value;
	};
	return {
		onMachineStart: (context) => passes(context),
		onMachineEnd: (_context, output) => passes(output),
		onStateEnter: (_state, context) => passes({ ...context }),
		onStateExit: (_state, _context, output) => passes(output),
		onTransition: (_from, to) => passes(to),
	};
}

function compiled(machine: RandomMachine, moment: Moment): FlatMachine | undefined {
	const config = documentOf(machine);
	if (validate(config).some(({ severity }) => severity === "error")) return undefined;
	const answers = machine.states.map(({ name, agent }): [string, AnswerFunction] => [
		`agent_${name}`,
		() => {
			moment();
			return agent.kind === "throws" ? { throw: `${agent.type}: thrown` } : { n: agent.n };
		},
	]);
	const onAction: MachineHooks["onAction"] = (_action, context) => {
		moment();
		return step(context);
	};
	return new FlatMachine({
		config,
		script: Object.fromEntries(answers),
		hooks: { h: { onAction }, pass: passing(moment) },
	});
}

/** Whether the conditions of the state read what only the state's work gives: then a MachineSnapshot has it done again. */
function readsOutput({ states }: RandomMachine, name: string): boolean {
	const state = states.find((known) => known.name === name);
	return state?.transitions.some(({ condition }) => (condition ? condition.text.includes("output") : false)) === true;
}

interface End {
	readonly status: string;
	readonly output: unknown;
	readonly error: string | null;
	readonly steps: number;
	readonly state: string;
}

/** Runs an actor to its end. */
async function endOf(actor: Actor<FlatStateMachine>): Promise<End> {
	const { status, output, error, context } = await new Promise<ReturnType<typeof actor.getSnapshot>>((resolve) => {
		const end = () => resolve(actor.getSnapshot());
		actor.subscribe({ complete: end, error: end });
		actor.start();
	});
	const { step: steps, current_state: state } = context.machine;
	return { status, output, error: error instanceof Error ? error.name : null, steps, state };
}

/** Adds the YAML states that the actor enters to `path`, by their step. */
function follow(path: string[]) {
	return (event: { readonly type: string; readonly snapshot?: unknown }) => {
		if (event.type !== "@xstate.microstep") return;
		const context: unknown = Reflect.get(Object(event.snapshot), "context");
		if (isMachineContext(context)) path[context.machine.step] = context.machine.current_state;
	};
}

describe("a random machine that is stopped at any moment", () => {
	it("ends as it would have, on the same path, from the specification's fields alone, through JSON", async () => {
		let restored = 0;
		const events = new Set<string>();
		await fc.assert(
			fc.asyncProperty(randomMachine, fc.nat(12), async (random, stopAt) => {
				let moments = 0;
				let text: string | undefined;
				let actor: Actor<FlatStateMachine> | undefined;
				const first = compiled(random, () => {
					if (actor && moments++ === stopAt) text = JSON.stringify(first?.toSnapshot(actor));
				});
				if (!first) return;
				const path: string[] = [];
				actor = createActor(first.machine, { input: random.input, inspect: follow(path) });
				const expected = await endOf(actor);
				if (text === undefined) return;
				const snapshot = parseSnapshot(text, "test");
				const { event, current_state: at } = snapshot;
				if (event === "state_exit" && readsOutput(random, at)) return;
				restored++;
				events.add(event);
				const second = compiled(random, () => undefined);
				if (!second) throw new Error("compiles once and not twice");
				const again: string[] = path.slice(0, snapshot.step + 1);
				const going = createActor(second.machine, {
					snapshot: second.toXState(snapshot, { input: random.input }),
					inspect: follow(again),
				});
				expect(await endOf(going)).toEqual(expected);
				expect(again).toEqual(path);
				const { status, output, error } = interpret(random);
				if (status === "done") expect(expected).toMatchObject({ status, output });
				if (status === "failed") expect(expected).toMatchObject({ status: "error", error });
			}),
			{ numRuns: 250 },
		);
		expect(restored).toBeGreaterThan(60);
		// How often the first and the last moment are met depends on the seed.
		expect([...events]).toEqual(expect.arrayContaining(["execute", "state_exit"]));
	});
});
