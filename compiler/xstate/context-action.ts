/**
 * Actions that change the context. XState runs built-in actions through their `resolve`; `assign` has one that also
 * serves spawning and computes the snapshot's value anew, which is most of what a state without effects costs. These
 * have one that does neither. A test pins the protocol (test/embedding), and only this file knows it.
 */
import { assign, type NonReducibleUnknown, type ProvidedActor } from "xstate";
import { isRecord } from "../document/plain-data.ts";
import type { MachineContext, MachineEvent } from "./machine-context.ts";

export interface ChangeArguments {
	readonly context: MachineContext;
	readonly event: unknown;
}

/** The keys to set, given the context, the event and the action's params. */
export type ContextChange = (args: ChangeArguments, params: unknown) => Partial<MachineContext>;

/** A snapshot as an action sees it. */
interface ActionSnapshot {
	readonly context: MachineContext;
	status: string;
	output?: unknown;
	error?: unknown;
}

/**
 * An action as `implementations` gives it. Being declared as a method it also fits a machine whose context has no type,
 * which is what `createMachine(JSON.parse(text))` makes.
 */
export type MachineAction = { action(args: { readonly event: unknown }, params: unknown): void }["action"];

type SnapshotChange = (snapshot: ActionSnapshot, event: unknown, params: unknown) => ActionSnapshot;

/** An action that merges `change`'s keys into the context. */
export function contextAction(change: ContextChange): MachineAction {
	return snapshotAction((snapshot, event, params) => {
		const { context } = snapshot;
		return { ...snapshot, context: { ...context, ...change({ context, event }, params) } };
	});
}

/** An action that may change the whole snapshot; see `output.ts`. */
export function snapshotAction(change: SnapshotChange): MachineAction {
	const action = assign<MachineContext, MachineEvent, NonReducibleUnknown, MachineEvent, ProvidedActor>({});
	if (!("resolve" in action)) {
		throw new TypeError("This release of XState runs built-in actions differently; flatstate needs xstate ^5.31.");
	}
	const resolve = (_scope: unknown, snapshot: unknown, args: unknown, params: unknown): readonly unknown[] => {
		if (!isActionSnapshot(snapshot)) throw new TypeError("XState gave an action no snapshot with a context.");
		return [change(snapshot, isRecord(args) ? args.event : undefined, params), undefined, undefined];
	};
	return Object.assign(action, { resolve });
}

function isActionSnapshot(value: unknown): value is ActionSnapshot {
	return isRecord(value) && isRecord(value.context);
}
