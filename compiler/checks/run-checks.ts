/** Runs every check over every machine of a set. */
import type { Reporter } from "../diagnostics/report.ts";
import type { DocumentPath } from "../document/document.ts";
import type { MachinePlan } from "../plan/plan.ts";
import { type CheckedMachine, checkedMachine } from "./checked-machine.ts";
import { checkFlow } from "./flow.ts";
import { checkIdleKeys } from "./idle-keys.ts";
import { checkInvariants } from "./invariants.ts";
import { checkKeyResults } from "./key-results.ts";
import { checkNames } from "./names.ts";
import { checkPortability } from "./portability.ts";
import { checkPromptInput } from "./prompt-input.ts";
import { checkRecursion } from "./recursion.ts";
import { checkSettings } from "./settings.ts";
import { checkStateNames } from "./state-names.ts";
import { checkTextTypes } from "./text-types.ts";
import { checkTools } from "./tools.ts";
import { checkUnknownVariables } from "./unknown-variables.ts";
import { checkUnsetNames } from "./unset-names.ts";
import { checkWholeFloats } from "./whole-floats.ts";

/** A machine and where it is written. */
export interface PlannedMachine {
	readonly plan: MachinePlan;
	/** Of the document that the machine stands in. */
	readonly reporter: Reporter;
	/** Path of the machine's wrapper in that document. */
	readonly base: DocumentPath;
}

export interface CheckOptions {
	/** Names that `hooks` may use. Without it unknown names are not reported: they may be registered at run time. */
	readonly knownHooks?: ReadonlySet<string>;
	/** Also name what would not run the same on the reference. */
	readonly portable?: boolean;
}

type Check = (machine: CheckedMachine) => void;

const CHECKS: readonly Check[] = [
	checkNames,
	checkStateNames,
	checkFlow,
	checkIdleKeys,
	checkKeyResults,
	checkTools,
	checkUnsetNames,
	checkUnknownVariables,
	checkInvariants,
	checkTextTypes,
	checkPromptInput,
	checkSettings,
	checkWholeFloats,
];

/** Adds what the checks find to the reporters of the machines. */
export function runChecks(machines: Iterable<PlannedMachine>, options: CheckOptions = {}): void {
	const checked = [...machines].map(({ plan, reporter, base }) =>
		checkedMachine(plan, reporter, base, options.knownHooks),
	);
	for (const machine of checked) {
		for (const check of CHECKS) check(machine);
		if (options.portable) checkPortability(machine);
	}
	checkRecursion(checked);
}
