/** From plans to a diagram: states, their transitions, and the machines that they call, drawn within them. */
import type { MachinePlan, StatePlan } from "../../compiler/plan/plan.ts";
import { type CoverageMarks, type MachineCoverage, marksOf, noMarks } from "./coverage.ts";
import type { Diagram, DiagramEdge, DiagramGroup, DiagramNode } from "./diagram.ts";
import { idBehind, launchedId } from "./ids.ts";
import { cutText, plainText } from "./labels.ts";
import { edgesOf } from "./state-edges.ts";
import { linesOf } from "./state-lines.ts";

export interface DiagramOptions {
	/** How many levels of child machines are drawn; those below are named only. Default: all, 0 for none. */
	readonly depth?: number;
	/** Child machines are no longer drawn, only named, once the diagram has so many states. Default: 400. */
	readonly maxStates?: number;
	/** What explorations found, by plan id: marks on states and transitions. */
	readonly coverage?: ReadonlyMap<string, MachineCoverage>;
	/** What stands for a plan's id in the diagram, for example a relative path. Default: the id. */
	readonly machineId?: (planId: string) => string;
}

const nameColumns = 36;
const lineColumns = 44;
const titleColumns = 1000;

/** A machine that is about to be drawn. */
interface Pending {
	readonly plan: MachinePlan;
	/** The group's id; empty for the diagram's own machine. */
	readonly group: string;
	/** Plans that are being drawn around it, itself included. */
	readonly open: ReadonlySet<string>;
	readonly depth: number;
}

/** A child machine of a state: the names under which it is called. */
interface Child {
	readonly plan: MachinePlan;
	readonly names: readonly string[];
}

/**
 * The diagram of a machine. A machine that calls itself, or one that it is within, is named there and not drawn again.
 * @param plans by id, with those of the machines that it calls; what is not among them is named only
 */
export function diagramOf(
	plan: MachinePlan,
	plans: ReadonlyMap<string, MachinePlan>,
	options: DiagramOptions = {},
): Diagram {
	const { depth = Number.POSITIVE_INFINITY, maxStates = 400, coverage, machineId = (id) => id } = options;
	const nodes: DiagramNode[] = [];
	const groups: DiagramGroup[] = [];
	const edges: DiagramEdge[] = [];
	let count = plan.states.length;
	// Level by level, so that the bound leaves out what is deepest.
	const queue: Pending[] = [{ plan, group: "", open: new Set([plan.id]), depth: 0 }];
	for (const pending of queue) {
		const { states } = pending.plan;
		const known = coverage?.get(pending.plan.id);
		const marks = known ? marksOf(known) : noMarks;
		const names = new Set(states.map(({ name }) => name));
		const idOf = (name: string): string | undefined => (names.has(name) ? idBehind(pending.group, name) : undefined);
		const launched = new Map<string, string>();
		for (const state of states) {
			const owner = idBehind(pending.group, state.name);
			nodes.push(nodeOf(state, owner, pending, machineId(pending.plan.id), marks));
			edges.push(...edgesOf(state, idOf, marks));
			const draw = (child: Child, id: string, isLaunched: boolean): boolean => {
				if (pending.depth >= depth || pending.open.has(child.plan.id)) return false;
				if (count + child.plan.states.length > maxStates) return false;
				count += child.plan.states.length;
				groups.push({
					id,
					label: groupLabel(child),
					owner,
					machine: machineId(child.plan.id),
					...(pending.group !== "" && { parent: pending.group }),
					...(isLaunched && { isLaunched }),
				});
				const open = new Set(pending.open).add(child.plan.id);
				queue.push({ plan: child.plan, group: id, open, depth: pending.depth + 1 });
				return true;
			};
			for (const child of childrenOf(calledNames(state), pending.plan, plans)) {
				draw(child, idBehind(owner, child.names[0] ?? ""), false);
			}
			for (const child of childrenOf(state.launch, pending.plan, plans)) {
				const id = launched.get(child.plan.id) ?? launchedId(owner, child.names[0] ?? "");
				if (!launched.has(child.plan.id)) {
					if (!draw(child, id, true)) continue;
					launched.set(child.plan.id, id);
				}
				const title = `launches ${child.names.map(plainText).join(", ")}`;
				edges.push({
					id: launchedId(owner, child.names[0] ?? ""),
					from: owner,
					to: id,
					kind: "launch",
					label: "",
					title,
				});
			}
		}
	}
	return { title: cutText(plan.name, titleColumns), machine: machineId(plan.id), nodes, groups, edges };
}

function nodeOf(
	state: StatePlan,
	id: string,
	{ plan, group }: Pending,
	machine: string,
	marks: CoverageMarks,
): DiagramNode {
	const full = linesOf(state, plan);
	const label = cutText(state.name, nameColumns);
	const lines = full.map((line) => cutText(line, lineColumns));
	const title = [state.name, ...full].map((text) => cutText(text, titleColumns)).join("\n");
	const coverage = marks.ofState(state.name);
	const kind = state.kind === "final" ? "final" : state.name === plan.initial ? "initial" : "normal";
	return {
		id,
		state: state.name,
		machine,
		kind,
		label,
		lines,
		...(title !== [label, ...lines].join("\n") && { title }),
		...(group !== "" && { parent: group }),
		...(coverage && { coverage }),
	};
}

/** `worker`, or `worker: its own name` where the document names itself quite otherwise. */
function groupLabel({ names, plan }: Child): string {
	const called = names.map(plainText).join(", ");
	const letters = (text: string): string => text.toLowerCase().replace(/[\s_-]/g, "");
	return cutText(letters(called) === letters(plan.name) ? called : `${called}: ${plan.name}`, lineColumns);
}

function calledNames({ foreach, machine }: StatePlan): string[] {
	if (foreach) return [foreach.machine];
	if (!machine) return [];
	return machine.kind === "single" ? [machine.name] : machine.entries.map(({ name }) => name);
}

/** The machines of these names, each once. */
function childrenOf(
	names: readonly string[],
	{ machines }: MachinePlan,
	plans: ReadonlyMap<string, MachinePlan>,
): Child[] {
	const children = new Map<string, Child>();
	for (const name of new Set(names)) {
		const reference = Object.hasOwn(machines, name) ? machines[name] : undefined;
		const plan = reference?.missingFile === undefined && reference ? plans.get(reference.id) : undefined;
		if (!plan) continue;
		const known = children.get(plan.id);
		children.set(plan.id, { plan, names: [...(known?.names ?? []), name] });
	}
	return [...children.values()];
}
