/** Ids that follow from what they are for, so that a visit that runs again asks for the same executions and joins. */
import { createHash } from "node:crypto";
import type { Visit } from "../state/visit.ts";
import type { ExecutionSummary } from "../store/execution-summary.ts";

/** Names a visit of a state in every process. */
function placeOf({ meta, state, prefix }: Visit): readonly string[] {
	return [meta.execution_id, String(meta.step), state.name, prefix];
}

/** The id of a child that runs on its own. @param key its step's */
export function childId(visit: Visit, key: string): string {
	return createHash("sha256")
		.update(JSON.stringify([...placeOf(visit), key]), "utf8")
		.digest("hex")
		.slice(0, 32);
}

/** The id of the join of a visit's children. */
export function joinId(visit: Visit): string {
	return placeOf(visit).join("/");
}

/** The same for an execution that has parked: of the first attempt's children, where the state makes several. */
export function joinIdOf({ execution_id, step, current_state }: ExecutionSummary): string {
	return [execution_id, String(step), current_state, ""].join("/");
}
