/** Inputs that leave out what `data.context` has values of its own for: no condition asks for them, and only there they show. */
import type { FlatContext } from "../solve/answer-space.ts";
import { flatOf, type MachineModel } from "./model/machine-model.ts";
import { structureReads } from "./search/read-paths.ts";
import type { Situation } from "./search/situation.ts";

/** The start of a run without those keys of an input that have a default; undefined where none has. */
export function startWithDefaults(model: MachineModel, input: FlatContext): Situation | undefined {
	const kept = Object.entries(input).filter(([key]) => !hasDefault(model, without(input, key), key));
	const rest = Object.fromEntries(kept);
	if (kept.length === Object.keys(input).length || !contextOf(model, rest)) return undefined;
	return { position: model.start(rest), input: rest, depth: 0 };
}

/** Whether what is read of a key that the input lacks is not empty. */
function hasDefault(model: MachineModel, input: FlatContext, lacking: string): boolean {
	const context = contextOf(model, input);
	const readers = model.plan.context.filter(([, structure]) =>
		structureReads(structure).some(([root, key]) => root === "input" && key === lacking),
	);
	return context !== undefined && readers.length > 0 && readers.every(([key]) => !isEmpty(context[key]));
}

function isEmpty(value: unknown): boolean {
	return value === null || value === undefined || value === "";
}

function without(input: FlatContext, left: string): FlatContext {
	return Object.fromEntries(Object.entries(input).filter(([key]) => key !== left));
}

/** Undefined where the context cannot be made. */
function contextOf(model: MachineModel, input: FlatContext): FlatContext | undefined {
	try {
		return flatOf(model.start(input).context);
	} catch {
		// The run is over before its first state.
		return undefined;
	}
}
