/** The moments of a run as the model of its machine has them: those that the runtime shows of the same run. */
import type { MachineModel } from "../explore/model/machine-model.ts";
import { flatOf } from "../explore/model/machine-model.ts";
import type { Position, Way } from "../explore/model/way.ts";
import type { FlatContext } from "../solve/answer-space.ts";
import { errorKeys, type Moment } from "./moments.ts";

/** When a state is entered. One that ends the run without any work has no moment before that of the run's output. */
export function momentsOfEntry(model: MachineModel, { state, context }: Position): readonly Moment[] {
	const { shape } = model.stateOf(state.name);
	if (shape.ends && !shape.works) return [];
	return [{ step: context.machine.step, state: state.name, context: flatOf(context), output: null }];
}

/** What changes while a state is visited, up to where the next is entered. */
export function momentsOfVisit({ state, context: before }: Position, way: Way): readonly Moment[] {
	const { leaving, error, output = null } = way;
	const moment = { step: before.machine.step, state: state.name };
	const after = flatOf(leaving.kind === "goes" ? leaving.to.context : leaving.context);
	if (leaving.kind === "ends" && leaving.ending.status === "done") {
		return [{ ...moment, context: after, output: leaving.ending.output }];
	}
	if (error === undefined) return [{ ...moment, context: after, output }];
	const withoutError = { ...after };
	for (const key of errorKeys) restore(withoutError, key, before);
	return [
		{ ...moment, context: withoutError, output },
		{ ...moment, context: after, output },
	];
}

function restore(context: Record<string, unknown>, key: string, before: FlatContext): void {
	if (Object.hasOwn(before, key)) context[key] = before[key];
	else delete context[key];
}
