/** The variables that templates and conditions see (decisions: "variables of a condition", "`input.x` in a state"). */
import { type ConditionNode, references, type TemplateNode } from "../expression/index.ts";
import type { StatePlan, Structure } from "../plan/plan.ts";
import type { MachineContext } from "./machine-context.ts";

/**
 * `context`, `output` and, where it is read, `input`.
 * @param readsInput whether to make `input`, which is a copy of the context over the run's input
 */
export function scopeOf(
	context: MachineContext,
	output: unknown,
	readsInput: boolean,
): Readonly<Record<string, unknown>> {
	return readsInput ? { context, output, input: inputOf(context) } : { context, output };
}

/** In a state `input.x` is `context.x` where the context has it, else the run's own input. */
function inputOf(context: MachineContext): Record<string, unknown> {
	const { machine, ...own } = context;
	return { ...machine.run.input, ...own };
}

/** Whether an expression reads the variable `root`. */
export function reads(root: string, node: ConditionNode | TemplateNode): boolean {
	// Liquid is not analysed: it may read anything.
	if (node.kind === "liquid") return true;
	return references(node).some(({ path: [first] }) => first === root);
}

/** Whether a condition of the state's transitions reads the state's `output`. */
export function conditionsReadOutput({ transitions }: StatePlan): boolean {
	return transitions.some(({ when }) => when !== undefined && when !== "never" && reads("output", when.node));
}

const inputReaders = new WeakMap<Structure, boolean>();

/** Whether a template in `structure` reads `input`. */
export function structureReadsInput(structure: Structure): boolean {
	const known = inputReaders.get(structure);
	if (known !== undefined) return known;
	const answer = computeReadsInput(structure);
	inputReaders.set(structure, answer);
	return answer;
}

function computeReadsInput(structure: Structure): boolean {
	switch (structure.kind) {
		case "constant":
			return false;
		case "template":
			return reads("input", structure.node);
		case "list":
			return structure.items.some(structureReadsInput);
		case "map":
			return structure.entries.some(([, value]) => structureReadsInput(value));
	}
}
