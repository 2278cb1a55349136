/**
 * The machine's exit action, which sets its output. XState computes output with a function in the config; a config of
 * plain JSON has none. So this action puts `output` on the snapshot that has just become done, or turns it into an
 * error where the run failed.
 */
import { snapshotAction } from "./context-action.ts";

/** The action `flatstate:finish`. */
export const setOutput = snapshotAction((snapshot) => {
	const { failure, final } = snapshot.context.machine.run;
	return failure === undefined
		? { ...snapshot, output: final ?? {} }
		: { ...snapshot, status: "error", error: failure, output: undefined };
});
