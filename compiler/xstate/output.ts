/**
 * The machine's exit action, which sets its output. XState computes output with a function in the config; a config of
 * plain JSON has none. So this action, like `assign` a function with its own `resolve`, puts `output` on the snapshot
 * that has just become done, or turns it into an error where the run failed.
 */
import { assign, type NonReducibleUnknown, type ProvidedActor } from "xstate";
import { isRecord, type MachineContext, type MachineEvent } from "./machine-context.ts";

const base = assign<MachineContext, MachineEvent, NonReducibleUnknown, MachineEvent, ProvidedActor>({});

type Resolve = (...args: unknown[]) => unknown[];

export const setOutput = Object.assign(base, { resolve: settleOutput(resolveOf(base)) });

function settleOutput(resolve: Resolve): Resolve {
	return (...args) => {
		const [snapshot, ...rest] = resolve(...args);
		if (!isRecord(snapshot) || !isRecord(snapshot.context) || !isRecord(snapshot.context.machine)) {
			throw new TypeError("XState gave the exit action a snapshot without a machine context.");
		}
		const { run } = snapshot.context.machine;
		const { failure, final } = isRecord(run) ? run : {};
		if (failure === undefined) snapshot.output = final ?? {};
		else Object.assign(snapshot, { status: "error", error: failure, output: undefined });
		return [snapshot, ...rest];
	};
}

/** `resolve` is how XState runs built-in actions; it is not in its types, and a test pins it. */
function resolveOf(action: object): Resolve {
	if (!("resolve" in action) || typeof action.resolve !== "function") {
		throw new TypeError("This release of XState runs `assign` differently; flatstate needs xstate ^5.31.");
	}
	const { resolve } = action;
	return (...args) => Reflect.apply(resolve, undefined, args);
}
