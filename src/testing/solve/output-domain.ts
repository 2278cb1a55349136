/** What the fields of a state's output can be, by the schema of its agent or by the ends of its child machine. */
import { own, ownRecord } from "../../../compiler/document/plain-data.ts";
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import { childShapes } from "./child-shape.ts";
import { ANYTHING, type Domain, domainOfShape, NULL_ONLY, unite } from "./domain.ts";
import { answerShape, type Shape, shapeAt } from "./shape.ts";

/** The domains of `output.KEY` in the state. @param plans of child machines by id */
export function outputDomain(
	plan: MachinePlan,
	state: StatePlan,
	plans: ReadonlyMap<string, MachinePlan>,
): (key: string) => Domain {
	if (state.waitFor !== undefined || state.foreach !== undefined) return () => ANYTHING;
	if (state.machine !== undefined) return ofChild(plan, state, plans);
	const shape = agentShape(plan, state);
	// What is not declared may be there all the same, and a text without JSON is kept as it is.
	return (key) => (shape === undefined || key === "content" || key === "_raw" ? ANYTHING : fieldDomain(shape, key));
}

/** A child that is stopped gives nothing, so that every field may be missing. */
function ofChild(
	plan: MachinePlan,
	{ machine, agent }: StatePlan,
	plans: ReadonlyMap<string, MachinePlan>,
): (key: string) => Domain {
	const reference = machine?.kind === "single" ? plan.machines[machine.name] : undefined;
	const child = reference && plans.get(reference.id);
	const shapes = child === undefined || agent !== undefined ? [] : childShapes(child);
	if (shapes.length === 0) return () => ANYTHING;
	return (key) => shapes.map((shape) => childFieldDomain(shape, key)).reduce(unite, NULL_ONLY);
}

function childFieldDomain(shape: Shape, key: string): Domain {
	if (shape.type !== "object" || shape.properties === undefined) return ANYTHING;
	return shape.properties.has(key) ? fieldDomain(shape, key) : NULL_ONLY;
}

function fieldDomain(shape: Shape, key: string): Domain {
	const field = shapeAt(shape, [key]);
	return field === undefined ? ANYTHING : domainOfShape(field);
}

/** The declared output of the state's agent; undefined where nothing declares it. */
function agentShape(plan: MachinePlan, state: StatePlan): Shape | undefined {
	if (state.agent === undefined || state.toolLoop !== undefined) return undefined;
	if (state.execution.type === "parallel") return samplesShape(state.execution.nSamples);
	const agent = Object.hasOwn(plan.agents, state.agent) ? plan.agents[state.agent] : undefined;
	if (state.execution.type === "mdap_voting" && own(ownRecord(agent?.config, "metadata"), "parsing")) return undefined;
	const shape = answerShape(agent);
	return shape.type === "object" ? shape : undefined;
}

/** What samples give: those that fail are left out, and where all do there is nothing at all. */
function samplesShape(most: number): Shape {
	const counts = Array.from({ length: most }, (_, index) => index + 1);
	return {
		type: "object",
		required: true,
		properties: new Map<string, Shape>([
			["results", { type: "list", required: false }],
			["count", { type: "int", required: false, enum: counts }],
		]),
	};
}
