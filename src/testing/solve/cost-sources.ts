/** What a run has cost as a source of values: `context.machine.total_cost`, which answers of agents add to. */
import { ownNumber } from "../../../compiler/document/plain-data.ts";
import type { MachinePlan, PlannedTemplate, StatePlan, Structure } from "../../../compiler/plan/plan.ts";
import { machineReads, readersFrom } from "./readers.ts";
import type { Shape } from "./shape.ts";
import type { Source } from "./source.ts";

const KEY = "total_cost";
const place: PlannedTemplate = {
	kind: "template",
	text: `output.${KEY}`,
	node: { kind: "path", root: "output", keys: [KEY] },
};
const machineData: Structure = { kind: "map", entries: [[KEY, place]] };
const TOTAL: Shape = {
	type: "object",
	required: true,
	properties: new Map([[KEY, { type: "float", required: true }]]),
};

/** The run's cost after the state, as a candidate of its own; none where nobody asks for it. */
export function costSources(plan: MachinePlan, state: StatePlan): readonly Source[] {
	if (state.agent === undefined || !machineReads(plan).readsMachine(KEY)) return [];
	return [
		{
			plan,
			root: "output",
			writes: [["machine", machineData]],
			isPartial: false,
			readers: readersFrom(plan, state, "transitions", ["machine"]),
			shape: TOTAL,
			plain: { [KEY]: 0 },
			wrap: (candidate) => candidate,
			unwrap: (setting) => setting,
		},
	];
}

/** The total that a candidate stands for, where it is one that costs something. */
export function costIn(candidate: unknown): number | undefined {
	const total = ownNumber(candidate, KEY);
	return total !== undefined && total > 0 ? total : undefined;
}
