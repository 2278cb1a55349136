import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Actor, createActor, type SnapshotFrom } from "xstate";
import type { AnswerFunction } from "../../adapters/scripted/index.ts";
import type { FlatStateMachine } from "../../compiler/xstate/build.ts";
import type { MachineHooks } from "../../runtime/hooks/hooks.ts";
import { validate } from "../../src/compile.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { pathRecorder } from "../runtime/flat.ts";
import { type Behaviour, interpret, step } from "./interpreter.ts";
import { documentOf, type RandomMachine, randomMachine } from "./random-machine.ts";

/** Hooks of every kind that change nothing. */
const passing: MachineHooks = {
	onMachineStart: (context) => context,
	onMachineEnd: (_context, output) => output,
	onStateEnter: async (_state, context) => ({ ...context }),
	onStateExit: (_state, _context, output) => output,
	onTransition: (_from, to) => to,
	onError: () => null,
};

/** The compiled machine, or undefined where its diagnostics have an error. */
function compiled(machine: RandomMachine, onCall: () => void = () => undefined): FlatMachine | undefined {
	const config = documentOf(machine);
	if (validate(config).some(({ severity }) => severity === "error")) return undefined;
	const answers = machine.states.map(({ name, agent }): [string, AnswerFunction] => [
		`agent_${name}`,
		() => {
			onCall();
			return agent.kind === "throws" ? { throw: `${agent.type}: thrown` } : { n: agent.n };
		},
	]);
	return new FlatMachine({
		config,
		script: Object.fromEntries(answers),
		hooks: { h: { onAction: (_action, context) => step(context) }, pass: passing },
	});
}

/** What our runtime does; `inspected` makes every agent call an actor of its own. */
async function behaviourOf(
	machine: FlatMachine,
	{ context, input }: RandomMachine,
	inspected: boolean,
): Promise<Behaviour> {
	const recorder = pathRecorder(machine);
	const result = await machine.run(input, inspected ? { inspect: recorder.inspect } : {});
	const declared = [...Object.keys(context)];
	const last = await finalContext(machine, input);
	return {
		path: recorder.path,
		status: result.status === "waiting" ? "failed" : result.status,
		output: result.output,
		error: result.error instanceof Error ? result.error.name : null,
		context: Object.fromEntries(
			Object.entries(last).filter(
				([key]) => declared.includes(key) || key === "last_error_type" || ["a", "b", "c"].includes(key),
			),
		),
		calls: result.agentCalls,
	};
}

/** The context at the end of a run without our runtime. */
function finalContext(machine: FlatMachine, input: RandomMachine["input"]): Promise<Record<string, unknown>> {
	const actor = createActor(machine.machine, { input });
	return new Promise((resolve) => {
		const end = () => resolve(actor.getSnapshot().context);
		actor.subscribe({ complete: end, error: end });
		actor.start();
	});
}

/** How an actor ends: all that does not differ from run to run. */
async function endOf(actor: Actor<FlatStateMachine>): Promise<unknown> {
	const { status, output, error, context } = await new Promise<SnapshotFrom<FlatStateMachine>>((resolve) => {
		const end = () => resolve(actor.getSnapshot());
		actor.subscribe({ complete: end, error: end });
		actor.start();
	});
	const { machine, ...own } = context;
	const { step: steps, current_state: state, total_api_calls: calls } = machine;
	return {
		status,
		output,
		error: error instanceof Error ? [error.name, error.message] : error,
		own,
		steps,
		state,
		calls,
	};
}

describe("random machines", () => {
	it("do what the specification says: path, context, output, status, calls", async () => {
		let compiledOnes = 0;
		await fc.assert(
			fc.asyncProperty(randomMachine, async (machine) => {
				const flat = compiled(machine);
				if (!flat) return;
				compiledOnes++;
				const expected = interpret(machine);
				expect(await behaviourOf(flat, machine, true)).toEqual(expected);
				expect({ ...(await behaviourOf(flat, machine, false)), path: expected.path }).toEqual(expected);
			}),
			{ numRuns: 80 },
		);
		expect(compiledOnes).toBeGreaterThan(40);
	});

	it("end as they would have, when they are restored from what they left behind in the middle of any agent's call", async () => {
		let restarts = 0;
		await fc.assert(
			fc.asyncProperty(randomMachine, async (random) => {
				const saved: string[] = [];
				let actor: Actor<FlatStateMachine> | undefined;
				const first = compiled(random, () => {
					if (actor) saved.push(JSON.stringify(actor.getPersistedSnapshot()));
				});
				if (!first) return;
				actor = createActor(first.machine, { input: random.input });
				const expected = await endOf(actor);
				for (const text of saved.slice(0, 3)) {
					const second = compiled(random);
					if (!second) throw new Error("compiles once and not twice");
					restarts++;
					const restored = createActor(second.machine, { snapshot: JSON.parse(text), input: {} });
					expect(await endOf(restored)).toEqual(expected);
				}
			}),
			{ numRuns: 40 },
		);
		expect(restarts).toBeGreaterThan(10);
	});
});
