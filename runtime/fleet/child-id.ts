/** Ids that follow from what they are for, so that a visit that runs again asks for the same executions and joins. */
import { createHash } from "node:crypto";
import type { Visit } from "../state/visit.ts";

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
