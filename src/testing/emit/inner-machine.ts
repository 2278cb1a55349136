/** Machines that are written inside of another one's file, for `replay`. */
import { FlatstateError } from "../../../runtime/errors.ts";
import type { CompiledSet } from "../../../runtime/machine/compiled-set.ts";
import type { Compiled } from "../../compile.ts";

/** A machine of a compiled set; without `planId` the one that was compiled. */
export interface ReplayedMachine {
	readonly set: CompiledSet;
	readonly planId?: string;
}

/**
 * A machine that is written inside of another one's file.
 * @param compiled what `compileFile` gives for the file
 * @param path where it stands under `data`, e.g. `machines.reader`
 * @throws UnknownInnerMachineError
 */
export function innerMachine(compiled: Compiled, path: string): ReplayedMachine {
	const { set, plan, plans } = compiled;
	const planId = `${plan.file}#${path}`;
	if (plans.has(planId)) return { set, planId };
	const known = [...plans.keys()].filter((id) => id.startsWith(`${plan.file}#`));
	throw new UnknownInnerMachineError(
		path,
		known.map((id) => id.slice(plan.file.length + 1)),
	);
}

/** A file has no such machine inside. */
export class UnknownInnerMachineError extends FlatstateError {
	constructor(path: string, known: readonly string[]) {
		super(
			"unknown_inner_machine",
			`There is no machine \`${path}\` in the file; it has: ${known.join(", ") || "none"}.`,
		);
	}
}
