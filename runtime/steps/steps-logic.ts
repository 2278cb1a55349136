/**
 * Actor logic for a function of journaled steps: each finished step is in the persisted snapshot and is not run again
 * after a restore; children are real actors that the logic owns in a Map (docs/design.md, "Lowering one state").
 */
import type { ActorLogic, AnyActorRef, EventObject, Snapshot } from "xstate";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { type Journal, readEntry } from "./journal.ts";
import { Steps, type StepsEnvironment } from "./steps.ts";

/** What the function is given. */
export interface StepsArguments<TInput> {
	readonly input: TInput;
	readonly self: AnyActorRef;
	readonly steps: Steps;
}

export interface StepsDefinition<TInput> {
	/** Reads the input, fresh or from a persisted snapshot. */
	readInput(value: unknown): TInput;
	environmentOf(self: AnyActorRef): StepsEnvironment;
	/**
	 * Called when the actor starts, and again from its top when a persisted actor is restored: what it did through
	 * `steps` before is then answered from the journal.
	 */
	run(args: StepsArguments<TInput>): Promise<unknown>;
}

interface StepsState<TInput> {
	readonly input: TInput;
	/** Finished steps; changed in place, copied when persisted. */
	readonly journal: Journal;
	/** Children to take up again after a restore. */
	readonly restored: Readonly<Record<string, Snapshot<unknown>>>;
	readonly handle: { steps?: Steps };
}

export type StepsSnapshot<TInput> = Snapshot<unknown> & StepsState<TInput>;
export type StepsLogic<TInput> = ActorLogic<StepsSnapshot<TInput>, EventObject, unknown>;

const settled = "flatstate.steps.settled";

/** Makes actor logic of an async function. */
export function fromSteps<TInput>(definition: StepsDefinition<TInput>): StepsLogic<TInput> {
	const active = (
		input: TInput,
		journal: Journal,
		restored: StepsState<TInput>["restored"],
	): StepsSnapshot<TInput> => ({
		status: "active",
		output: undefined,
		error: undefined,
		input,
		journal,
		restored,
		handle: {},
	});

	return {
		transition(state, event) {
			if (state.status !== "active") return state;
			const { steps } = state.handle;
			if (event.type === settled) {
				steps?.stop();
				const { input, journal, restored, handle } = state;
				return "error" in event
					? { status: "error", output: undefined, error: event.error, input, journal, restored, handle }
					: { status: "done", output: outputOf(event), error: undefined, input, journal, restored, handle };
			}
			if (event.type === "xstate.stop") {
				steps?.stop();
				return { ...state, status: "stopped" };
			}
			steps?.received(event);
			return state;
		},

		start(state, { self, stopChild }) {
			if (state.status !== "active") return;
			const steps = new Steps(self, state.journal, state.restored, definition.environmentOf(self), stopChild);
			state.handle.steps = steps;
			definition.run({ input: state.input, self, steps }).then(
				(output) => {
					if (!steps.stopped) self.send(settledWith({ output }));
				},
				(error: unknown) => {
					if (!steps.stopped) self.send(settledWith({ error }));
				},
			);
		},

		getInitialSnapshot: (_scope, input) => active(definition.readInput(input), {}, {}),

		getPersistedSnapshot({ handle, restored, journal, ...plain }) {
			return { ...plain, journal: { ...journal }, children: handle.steps?.persistChildren() ?? restored };
		},

		restoreSnapshot(persisted) {
			const saved: Record<string, unknown> = { ...persisted };
			const journal = isRecord(saved.journal) ? readJournal(saved.journal) : {};
			const children = isRecord(saved.children) ? readSnapshots(saved.children) : {};
			return { ...active(definition.readInput(saved.input), journal, children), ...statusOf(persisted) };
		},
	};
}

function settledWith(outcome: { readonly output: unknown } | { readonly error: unknown }): EventObject {
	return { type: settled, ...outcome };
}

function outputOf(event: EventObject): unknown {
	return "output" in event ? event.output : undefined;
}

function statusOf(persisted: Snapshot<unknown>): Snapshot<unknown> {
	const { status, output, error } = persisted;
	switch (status) {
		case "done":
			return { status, output, error: undefined };
		case "error":
			return { status, output: undefined, error };
		default:
			return { status, output: undefined, error: undefined };
	}
}

function readJournal(saved: Record<string, unknown>): Journal {
	const journal: Journal = {};
	for (const [key, entry] of Object.entries(saved)) {
		const read = readEntry(entry);
		if (read) journal[key] = read;
	}
	return journal;
}

function readSnapshots(saved: Record<string, unknown>): Record<string, Snapshot<unknown>> {
	const snapshots: Record<string, Snapshot<unknown>> = {};
	for (const [key, value] of Object.entries(saved)) if (isSnapshot(value)) snapshots[key] = value;
	return snapshots;
}

function isSnapshot(value: unknown): value is Snapshot<unknown> {
	return isRecord(value) && typeof value.status === "string";
}
