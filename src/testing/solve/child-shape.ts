/** What a child machine may give: the forms of its final states' outputs. */
import type { MachinePlan, Structure } from "../../../compiler/plan/plan.ts";
import { shapeOf } from "../../../compiler/xstate/shape.ts";
import { ANY_SHAPE, type Shape } from "./shape.ts";

const NOTHING_GIVEN: Shape = { type: "object", required: true, properties: new Map() };

/**
 * The output of a machine in the form of each of its ends, with what is constant in them.
 * @returns none where hooks have the last word
 */
export function childShapes(plan: MachinePlan): readonly Shape[] {
	if (plan.machineHooks.length > 0 || plan.lifecycleHooks.length > 0) return [];
	return plan.states.flatMap((state) => {
		const { ends, works } = shapeOf(plan, state, { state: false, lifecycle: false });
		if (!ends) return [];
		if (state.output !== undefined) return [shapeOfStructure(state.output, plan.parsesRendered)];
		// A final state that works gives what its work gave.
		return [works && state.kind === "final" ? ANY_SHAPE : NOTHING_GIVEN];
	});
}

function shapeOfStructure(structure: Structure, parsesRendered: boolean): Shape {
	switch (structure.kind) {
		case "constant":
			return { type: "any", required: true, enum: [structure.value] };
		case "template":
			if (structure.node.kind === "literal") return { type: "str", required: true, enum: [structure.node.text] };
			return { type: structure.node.kind === "path" || parsesRendered ? "any" : "str", required: true };
		case "list":
			return { type: "list", required: true };
		case "map":
			return {
				type: "object",
				required: true,
				properties: new Map(structure.entries.map(([key, value]) => [key, shapeOfStructure(value, parsesRendered)])),
			};
	}
}
