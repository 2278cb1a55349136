/** The graph of a machine's states: how far they are from an end, and loops that no end can be reached from. */
import type { MachinePlan } from "../../../compiler/plan/plan.ts";
import type { TransitionId } from "../scenario/scenario.ts";
import type { MachineModel } from "./model/machine-model.ts";

/** Visits until a run is done, by state, over `routes`; states from which no end can be reached are missing. */
export function distancesToEnds(
	plan: MachinePlan,
	model: MachineModel,
	routes: readonly TransitionId[],
): ReadonlyMap<string, number> {
	const before = new Map<string, string[]>();
	for (const { state, to } of routes) {
		const known = before.get(to);
		if (known) known.push(state);
		else before.set(to, [state]);
	}
	const distances = new Map<string, number>();
	let layer = plan.states.filter((state) => model.isEnd(state)).map(({ name }) => name);
	for (let distance = 1; layer.length > 0; distance++) {
		const next: string[] = [];
		for (const name of layer) {
			if (distances.has(name)) continue;
			distances.set(name, distance);
			next.push(...(before.get(name) ?? []));
		}
		layer = next;
	}
	return distances;
}

/** Groups of states that lead to each other and to nothing else, and of which each can be reached again. */
export function closedLoops(
	states: readonly string[],
	routes: readonly TransitionId[],
): readonly (readonly string[])[] {
	const known = new Set(states);
	const edges = new Map<string, string[]>(states.map((name) => [name, []]));
	for (const { state, to } of routes) if (known.has(state)) edges.get(state)?.push(to);
	return components(states, edges).filter((group) => {
		const inside = new Set(group);
		const out = group.flatMap((name) => edges.get(name) ?? []);
		return out.length > 0 && out.every((to) => inside.has(to));
	});
}

/** Strongly connected components (Tarjan), without recursion: chains may be long. */
function components(states: readonly string[], edges: ReadonlyMap<string, readonly string[]>): string[][] {
	const found: string[][] = [];
	const index = new Map<string, number>();
	const low = new Map<string, number>();
	const stack: string[] = [];
	const onStack = new Set<string>();
	for (const root of states) {
		if (index.has(root)) continue;
		const calls = [{ name: root, at: 0 }];
		for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
			const { name } = call;
			if (call.at === 0) {
				index.set(name, index.size);
				low.set(name, index.get(name) ?? 0);
				stack.push(name);
				onStack.add(name);
			}
			const next = edges.get(name)?.[call.at];
			call.at++;
			if (next !== undefined) {
				if (!index.has(next)) calls.push({ name: next, at: 0 });
				else if (onStack.has(next)) lower(low, name, index.get(next));
				continue;
			}
			calls.pop();
			const caller = calls.at(-1);
			if (caller) lower(low, caller.name, low.get(name));
			if (low.get(name) === index.get(name)) found.push(pop(stack, onStack, name));
		}
	}
	return found;
}

function lower(low: Map<string, number>, name: string, to: number | undefined): void {
	low.set(name, Math.min(low.get(name) ?? 0, to ?? 0));
}

function pop(stack: string[], onStack: Set<string>, last: string): string[] {
	const group: string[] = [];
	for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
		onStack.delete(name);
		group.push(name);
		if (name === last) break;
	}
	return group.reverse();
}
