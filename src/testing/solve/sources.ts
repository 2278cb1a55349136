/** The sources of a machine: the run's input, agents, child machines, actions and signals. */
import { isRecord, own, ownRecord } from "../../../compiler/document/plain-data.ts";
import { references, truthy } from "../../../compiler/expression/index.ts";
import type { MachinePlan, PlannedTemplate, StatePlan } from "../../../compiler/plan/plan.ts";
import { compileStructure } from "../../../compiler/render/structure.ts";
import { reads as readsRoot } from "../../../compiler/xstate/scope.ts";
import type { Setting } from "./assignments.ts";
import { childShapes } from "./child-shape.ts";
import { attempt } from "./evaluate.ts";
import { getAt, type Path } from "./paths.ts";
import { plainCandidate } from "./plain-candidate.ts";
import { machineReads, readersFrom, type Write } from "./readers.ts";
import { ANY_SHAPE, answerShape, plainValue, type Shape, TEXT_ANSWER } from "./shape.ts";
import type { Source } from "./source.ts";
import { templatesOf } from "./structure-templates.ts";

type Context = Readonly<Record<string, unknown>>;

const OBJECT: Shape = { type: "object", required: true };

/** What the run is started with. */
export function inputSource(plan: MachinePlan): Source {
	const keys = [...plan.context.map(([key]) => key), ...machineReads(plan).inputKeys()];
	const start = machineReads(plan).state(plan.initial);
	return {
		plan,
		root: "input",
		writes: plan.context,
		isPartial: false,
		readers: start === undefined ? [] : readersFrom(plan, start, "work", keys),
		shape: OBJECT,
		plain: plainCandidate(ANY_SHAPE, { plan, root: "input", writes: plan.context }),
		wrap: (candidate) => candidate,
		unwrap: (setting) => setting,
	};
}

/** What the agent of a state answers, as `output` of the state's templates (spec sections 7 and 9). */
export function agentSource(plan: MachinePlan, state: StatePlan): Source {
	const agent =
		state.agent !== undefined && Object.hasOwn(plan.agents, state.agent) ? plan.agents[state.agent] : undefined;
	const declared = parsesCandidates(state, agent?.config) ? ANY_SHAPE : answerShape(agent);
	// Where the machine reads more than the text of an agent that declares nothing, its author knows more than the file says.
	const one = declared === TEXT_ANSWER && readsFields(state) ? ANY_SHAPE : declared;
	const { execution } = state;
	if (execution.type !== "parallel") return outputSource(plan, state, one);
	const results: Shape = { type: "list", required: true, items: one };
	const shape: Shape = {
		type: "object",
		required: true,
		properties: new Map([
			["results", results],
			["count", { type: "int", required: true }],
		]),
	};
	const source = outputSource(plan, state, shape);
	const samples = Array.from({ length: execution.nSamples }, () => plainSample(source, one));
	return {
		...source,
		plain: { results: samples, count: execution.nSamples },
		settle: (value) => counted(value, execution.nSamples),
	};
}

/** Whether templates or conditions of a state read fields of its output beside the text. */
function readsFields(state: StatePlan): boolean {
	const structures = [
		...state.outputToContext.map(([, structure]) => structure),
		...(state.output ? [state.output] : []),
	];
	const conditions = state.transitions.flatMap(({ when }) =>
		when === undefined || when === "never" ? [] : [when.node],
	);
	const nodes = [...structures.flatMap(templatesOf).map(({ node }) => node), ...conditions];
	return nodes.some((node) =>
		references(node).some(({ path: [root, key] }) => root === "output" && key !== undefined && key !== "content"),
	);
}

/** `mdap_voting` may take its candidates out of the text with patterns of the agent's `metadata.parsing`. */
function parsesCandidates({ execution }: StatePlan, config: unknown): boolean {
	return execution.type === "mdap_voting" && isRecord(own(ownRecord(config, "metadata"), "parsing"));
}

function plainSample(source: Source, one: Shape): unknown {
	const plain = ownRecord(source.plain, "results");
	return Object.keys(plain).length > 0 ? plain : plainValue(one.type === "any" ? OBJECT : one, "output");
}

/** Samples that failed are dropped, so there may be fewer results, and `count` says how many there are. */
function counted(value: unknown, most: number): unknown {
	const results = own(value, "results");
	const wanted = own(value, "count");
	if (!Array.isArray(results)) return value;
	const [first] = results;
	const length = Math.min(most, typeof wanted === "number" && wanted !== most ? Math.max(0, wanted) : results.length);
	const kept = Array.from({ length }, (_, index) => (index < results.length ? results[index] : first));
	return { results: kept, count: kept.length };
}

/** Data of the signal that ends a wait; what is no mapping is seen as `{ value }`. */
export function signalSource(plan: MachinePlan, state: StatePlan): Source {
	return outputSource(plan, state, OBJECT);
}

/** One child's output in each form that the ends of its own file give it; in any form where that is not at hand. */
export function childSources(
	plan: MachinePlan,
	state: StatePlan,
	machine: string,
	plans: ReadonlyMap<string, MachinePlan> | undefined,
): readonly Source[] {
	const reference = Object.hasOwn(plan.machines, machine) ? plan.machines[machine] : undefined;
	const child = reference && plans?.get(reference.id);
	const shapes = child === undefined ? [] : childShapes(child);
	return (shapes.length > 0 ? shapes : [ANY_SHAPE]).map((shape) => childSource(plan, state, machine, shape));
}

/** One child's output: of a single machine, of an entry of a list, or of an item of a `foreach`. An empty one is `{}`. */
export function childSource(plan: MachinePlan, state: StatePlan, machine: string, shape: Shape): Source {
	const settle = (candidate: unknown): unknown => (truthy(candidate) ? candidate : {});
	if (state.foreach !== undefined) {
		const source = outputSource(plan, state, shape, { unwrap: (setting) => below(setting, 1), at: [0] });
		return { ...source, settle, wrap: (candidate, context) => items(plan, state, context, candidate) };
	}
	if (state.machine?.kind !== "list") return { ...outputSource(plan, state, shape), settle };
	const names = [...new Set(state.machine.entries.map(({ name }) => name))];
	const source = outputSource(plan, state, shape, {
		unwrap: (setting) => (setting.path[0] === machine ? below(setting, 1) : undefined),
		at: [machine],
	});
	const { plain } = source;
	return {
		...source,
		settle,
		wrap: (candidate) => Object.fromEntries(names.map((name) => [name, name === machine ? candidate : plain])),
	};
}

/** The place below the first keys; of a whole list its first item. */
function below({ path, value }: Setting, keys: number): Setting | undefined {
	if (path.length >= keys) return { path: path.slice(keys), value };
	return Array.isArray(value) && value.length > 0 ? { path: [], value: value[0] } : undefined;
}

/** The output of a `foreach` of which every item gave the same. */
function items({ parsesRendered }: MachinePlan, state: StatePlan, context: Context, candidate: unknown): unknown {
	const { foreach } = state;
	if (foreach === undefined) return [];
	const scope = { context, input: context, output: null };
	const list = attempt(compileStructure(foreach.items, { parsesRendered, values: true }), scope);
	const given: readonly unknown[] = !list.failed && Array.isArray(list.value) ? list.value : [];
	const { key } = foreach;
	if (key === undefined) return given.map(() => candidate);
	const keys = given.map((item) =>
		attempt(compileStructure(key, { parsesRendered }), { ...scope, [foreach.as]: item }),
	);
	return Object.fromEntries(keys.map((one, index) => [one.failed ? String(index) : String(one.value), candidate]));
}

/** What an action sets. */
export function effectSource(plan: MachinePlan, state: StatePlan, keys: readonly string[]): Source {
	return {
		plan,
		...(machineReads(plan).writesOf(state).length === 0 && { state }),
		root: "output",
		writes: keys.map((key): Write => [key, placeOf(key)]),
		isPartial: true,
		readers: readersFrom(plan, state, "work", keys),
		shape: OBJECT,
		plain: {},
		wrap: (candidate) => candidate,
		unwrap: (setting) => setting,
	};
}

function placeOf(key: string): PlannedTemplate {
	return { kind: "template", text: `output.${key}`, node: { kind: "path", root: "output", keys: [key] } };
}

function outputSource(
	plan: MachinePlan,
	state: StatePlan,
	shape: Shape,
	part: { readonly unwrap: Source["unwrap"]; readonly at: Path } = { unwrap: (setting) => setting, at: [] },
): Source {
	const writes = state.outputToContext;
	const readers = readersFrom(plan, state, "transitions", keysWithOutput(plan, writes));
	const seen = plainCandidate(shape, { plan, root: "output", writes, state });
	const plain = shape.type === "any" ? (getAt(seen, part.at) ?? {}) : seen;
	return {
		plan,
		state,
		root: "output",
		writes,
		isPartial: false,
		readers,
		shape,
		plain,
		wrap: (candidate) => candidate,
		unwrap: part.unwrap,
	};
}

/** Keys that hold something of the output afterwards: what else is stored has come from before, and is no matter of this answer. */
function keysWithOutput(plan: MachinePlan, writes: readonly Write[]): ReadonlySet<string> {
	const reads = machineReads(plan);
	const keys = new Set<string>();
	for (const [key, structure] of writes) {
		const isOfOutput = templatesOf(structure).some(({ node }) => readsRoot("output", node));
		const isOfKeys = [...keys].some((earlier) => reads.structureReads(structure, earlier));
		if (isOfOutput || isOfKeys) keys.add(key);
		else keys.delete(key);
	}
	return keys;
}
