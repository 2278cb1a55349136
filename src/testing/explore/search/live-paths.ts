/**
 * Which parts of the context can still matter when a state is entered: those that some condition ahead reads before it is
 * written anew, directly or through templates. Situations that differ in nothing else are the same one.
 */
import type { MachinePlan, StatePlan } from "../../../../compiler/plan/plan.ts";
import { mayFail } from "../../solve/may-fail.ts";
import type { MachineModel } from "../model/machine-model.ts";
import { conditionReads, type ReadPath, structureReads, workReads } from "./read-paths.ts";

type PathSet = ReadonlyMap<string, ReadPath>;

/** Live paths by state, each list without repetition and in a fixed order. */
export function livePaths(plan: MachinePlan, model: MachineModel): ReadonlyMap<string, readonly ReadPath[]> {
	const live = new Map<string, PathSet>(plan.states.map(({ name }) => [name, new Map()]));
	const before = predecessors(plan, model);
	const open = [...plan.states].reverse();
	const waiting = new Set(open);
	for (let state = open.shift(); state !== undefined; state = open.shift()) {
		waiting.delete(state);
		const found = liveAt(state, model, live);
		if (found.size === live.get(state.name)?.size) continue;
		live.set(state.name, found);
		for (const earlier of before.get(state.name) ?? []) {
			if (waiting.has(earlier)) continue;
			waiting.add(earlier);
			open.push(earlier);
		}
	}
	return new Map([...live].map(([name, paths]) => [name, [...paths].sort(byKey).map(([, path]) => path)]));
}

function byKey([first]: readonly [string, ReadPath], [second]: readonly [string, ReadPath]): number {
	return first < second ? -1 : first > second ? 1 : 0;
}

function predecessors(plan: MachinePlan, model: MachineModel): ReadonlyMap<string, readonly StatePlan[]> {
	const before = new Map<string, StatePlan[]>();
	for (const state of plan.states) {
		for (const { to } of model.routesOf(state)) {
			const known = before.get(to);
			if (known) known.push(state);
			else before.set(to, [state]);
		}
	}
	return before;
}

function liveAt(state: StatePlan, model: MachineModel, live: ReadonlyMap<string, PathSet>): PathSet {
	const found = new Map<string, ReadPath>();
	const add = (paths: Iterable<ReadPath>) => {
		for (const path of paths) {
			if (path[0] !== "output") found.set(path.join("."), path);
		}
	};
	const after = new Map<string, ReadPath>();
	// Conditions of an end are asked by nobody but the search for broken invariants.
	const ends = model.isEnd(state) ? endReads(state) : [];
	for (const path of [...ends, ...conditionReads(state)]) after.set(path.join("."), path);
	for (const route of model.routesOf(state)) {
		const ahead = live.get(route.to) ?? [];
		if (route.kind === "error") add([...ahead].map(([, path]) => path));
		else for (const [key, path] of ahead) after.set(key, path);
	}
	add(workReads(state));
	const writes = writesOf(state);
	add(writes.flatMap(([, structure]) => (mayFail(structure) ? structureReads(structure) : [])));
	add(beforeWriting(writes, after));
	return found;
}

/** What the state stores: without work there is no output, and nothing is stored. */
function writesOf({ agent, machine, foreach, waitFor, outputToContext }: StatePlan): StatePlan["outputToContext"] {
	return (agent ?? machine ?? foreach ?? waitFor) === undefined ? [] : outputToContext;
}

/** Whether an end's output can be made decides where an error route leads. */
function endReads({ output }: StatePlan): readonly ReadPath[] {
	return mayFail(output) ? structureReads(output) : [];
}

/** What has to be known before `output_to_context` for `after` to be known behind it. */
function beforeWriting(writes: StatePlan["outputToContext"], after: PathSet): Iterable<ReadPath> {
	let wanted: Map<string, ReadPath> = new Map(after);
	for (const [key, structure] of [...writes].reverse()) {
		const rest = new Map([...wanted].filter(([, path]) => !isOf(path, key)));
		if (rest.size < wanted.size) for (const path of structureReads(structure)) rest.set(path.join("."), path);
		wanted = rest;
	}
	return wanted.values();
}

/** Whether a path is `context.<key>` or `input.<key>`, or leads through it. The whole context is more than one key. */
function isOf([root, first]: ReadPath, key: string): boolean {
	return (root === "context" || root === "input") && first === key;
}
