/**
 * The machine's exit action, which sets its output. XState computes output with a function in the config; a config of
 * plain JSON has none. So this action puts `output` on the snapshot that has just become done, or turns it into an
 * error where the run failed.
 */
import { snapshotAction } from "./context-action.ts";
import type { MachineContext } from "./machine-context.ts";

/** The action `flatstate:finish`. */
export const setOutput = snapshotAction((snapshot) => {
	const { failure, final } = snapshot.context.machine.run;
	if (failure === undefined) return { ...snapshot, output: final ?? {} };
	const error = failure instanceof Error ? failure : restoredError(snapshot.context);
	return { ...snapshot, status: "error", error, output: undefined };
});

/** An error that went through JSON has lost its text; what the context keeps of it has not. */
function restoredError({ last_error: text, last_error_type: type }: MachineContext): Error {
	const error = new Error(String(text));
	error.name = String(type);
	return error;
}
