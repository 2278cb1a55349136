/** Names that a state, or a context key, cannot have: XState addresses states by them, and the runtime uses some. */
import { isRecord } from "../document/plain-data.ts";
import { reservedPrefix, reservedSuffixes } from "../xstate/names.ts";
import type { CheckedMachine } from "./checked-machine.ts";

export function checkStateNames(machine: CheckedMachine): void {
	for (const name of machine.stateNames) {
		const problem = problemOf(name);
		if (problem === undefined) continue;
		machine.report("FS4108", {
			path: machine.path("states", name),
			at: "key",
			message: `${JSON.stringify(name)} cannot be the name of a state: ${problem}`,
		});
	}
	if (isRecord(machine.data.context) && Object.hasOwn(machine.data.context, "machine")) {
		machine.report("FS4109", {
			path: machine.path("context", "machine"),
			at: "key",
			message: "`context.machine` belongs to the runtime, which overwrites it before the first state",
		});
	}
}

function problemOf(name: string): string | undefined {
	if (name.trim() === "") return "it is blank";
	if (name.includes(".")) return "a `.` separates the parts of a path there";
	if (name.includes("\\")) return "a `\\` there makes the next character stand for itself";
	if (name.startsWith("#")) return "a leading `#` marks an id there";
	if (name.startsWith(reservedPrefix)) return `names that begin with \`${reservedPrefix}\` are the compiler's`;
	const ending = reservedSuffixes.find((one) => name.endsWith(one));
	return ending === undefined ? undefined : `names that end in \`${ending}\` are the compiler's`;
}
