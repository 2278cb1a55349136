/** What a child machine may give: the forms of its final states' outputs. */
import type { MachinePlan, Structure } from "../../../compiler/plan/plan.ts";
import { shapeOf } from "../../../compiler/xstate/shape.ts";
import { type Shape, words } from "./shape.ts";

/** Outputs that the machine's ends can have, as far as their keys tell; a constant stays what it is. */
export function childOutputsOf(plan: MachinePlan): readonly unknown[] {
	const ends = plan.states.filter((state) => shapeOf(plan, state, { state: false, lifecycle: false }).ends);
	return ends.map(({ output }) => (output === undefined ? {} : sampleOf(output, "output")));
}

function sampleOf(structure: Structure, name: string): unknown {
	switch (structure.kind) {
		case "constant":
			return structure.value;
		case "template":
			return structure.node.kind === "literal" ? structure.node.text : words(name);
		case "list":
			return structure.items.map((item) => sampleOf(item, name));
		case "map":
			return Object.fromEntries(structure.entries.map(([key, value]) => [key, sampleOf(value, key)]));
	}
}

/** One machine's output as a shape: the keys of its ends, and for a key that is a constant in all of them its values. */
export function childShape(plan: MachinePlan): readonly Shape[] {
	const ends = plan.states.filter((state) => shapeOf(plan, state, { state: false, lifecycle: false }).ends);
	return ends.map(({ output }) =>
		output === undefined
			? { type: "object", required: true, properties: new Map() }
			: shapeOfStructure(output, plan.parsesRendered),
	);
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
