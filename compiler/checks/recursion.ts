/** Machines that call each other, or themselves, whatever happens: such a run ends only at the limit of depth. */
import type { MachinePlan, StatePlan } from "../plan/plan.ts";
import type { CheckedMachine } from "./checked-machine.ts";

/** A child that a machine calls on every run. */
interface Call {
	readonly state: StatePlan;
	readonly id: string;
}

export function checkRecursion(machines: readonly CheckedMachine[]): void {
	const calls = withoutEnds(new Map(machines.map(({ plan }) => [plan.id, certainCalls(plan)] as const)));
	for (const machine of machines) {
		for (const { state, id } of calls.get(machine.plan.id) ?? []) {
			if (!leadsTo(id, machine.plan.id, calls)) continue;
			machine.report("FS3106", {
				path: machine.path("states", state.name, "machine"),
				at: "value",
				message: `\`${machine.plan.name}\` always calls itself from \`${state.name}\`, directly or through others, so it never ends`,
			});
		}
	}
}

/** Leaves out, again and again, machines that call none of those that are left: what stays leads into a circle. */
function withoutEnds(calls: ReadonlyMap<string, readonly Call[]>): ReadonlyMap<string, readonly Call[]> {
	const callers = new Map<string, string[]>();
	const left = new Map<string, number>();
	for (const [id, made] of calls) {
		left.set(id, made.length);
		for (const call of made) {
			const known = callers.get(call.id);
			if (known === undefined) callers.set(call.id, [id]);
			else known.push(id);
		}
	}
	const ended = [...callers.keys(), ...calls.keys()].filter((id) => (left.get(id) ?? 0) === 0);
	const gone = new Set<string>();
	for (let id = ended.pop(); id !== undefined; id = ended.pop()) {
		if (gone.has(id)) continue;
		gone.add(id);
		for (const caller of callers.get(id) ?? []) {
			const count = (left.get(caller) ?? 0) - 1;
			left.set(caller, count);
			if (count === 0) ended.push(caller);
		}
	}
	return new Map([...calls].filter(([id]) => !gone.has(id)));
}

/** Follows the states from the initial one as long as there is only one way to go. */
function certainCalls(plan: MachinePlan): readonly Call[] {
	const found: Call[] = [];
	const states = new Map(plan.states.map((state) => [state.name, state] as const));
	const seen = new Set<string>();
	let name: string | undefined = plan.initial;
	while (name !== undefined && !seen.has(name)) {
		seen.add(name);
		const state: StatePlan | undefined = states.get(name);
		if (state === undefined || state.waitFor !== undefined || state.onError !== undefined) break;
		const called =
			state.machine === undefined
				? []
				: state.machine.kind === "single"
					? [state.machine.name]
					: state.machine.entries.map((entry) => entry.name);
		for (const child of called) {
			const reference = Object.hasOwn(plan.machines, child) ? plan.machines[child] : undefined;
			if (reference !== undefined) found.push({ state, id: reference.id });
		}
		const [first] = state.transitions;
		// Hooks may go elsewhere, and a condition may too.
		const isCertain = state.hooks.length === 0 && plan.machineHooks.length === 0 && first?.when === undefined;
		name = isCertain && state.kind !== "final" ? first?.to : undefined;
	}
	return found;
}

function leadsTo(from: string, to: string, calls: ReadonlyMap<string, readonly Call[]>): boolean {
	const seen = new Set<string>();
	const open = [from];
	for (let id = open.pop(); id !== undefined; id = open.pop()) {
		if (id === to) return true;
		if (seen.has(id)) continue;
		seen.add(id);
		open.push(...(calls.get(id) ?? []).map((call) => call.id));
	}
	return false;
}
