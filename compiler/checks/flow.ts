/** The shape of the graph: where a run starts, what it can reach, and whether it can end (spec sections 1.4 and 6). */
import type { StatePlan } from "../plan/plan.ts";
import type { CheckedMachine } from "./checked-machine.ts";
import { transitionsOf } from "./places.ts";

export function checkFlow(machine: CheckedMachine): void {
	const { plan } = machine;
	if (!plan.states.some((state) => state.kind === "initial")) {
		const message = `no state is \`type: initial\`, so the run starts with \`${plan.initial}\``;
		machine.report("FS4103", { path: machine.path("states", plan.initial), at: "key", message });
	}
	for (const state of plan.states) {
		checkDeadTransitions(machine, state);
		checkWayOut(machine, state);
	}
	checkReach(machine);
}

/** Targets that the transitions and error routes of a state can lead to. */
export function targetsOf(machine: CheckedMachine, state: StatePlan): readonly string[] {
	if (state.kind === "final") return errorTargets(state);
	const targets: string[] = [];
	for (const { entry } of transitionsOf(machine.written(state))) {
		if (entry.condition !== false && typeof entry.to === "string") targets.push(entry.to);
		if (isAlways(entry.condition)) break;
	}
	return [...targets, ...errorTargets(state)];
}

function errorTargets(state: StatePlan): readonly string[] {
	const { onError } = state;
	if (onError === undefined) return [];
	const byType = onError.byType.map(([, target]) => target);
	return onError.default === undefined ? byType : [...byType, onError.default];
}

/** A condition that always holds: none, blank, or `true`. */
function isAlways(condition: unknown): boolean {
	return (
		condition === undefined ||
		condition === null ||
		condition === true ||
		(typeof condition === "string" && /^\s*(?:|true|True)\s*$/.test(condition))
	);
}

function checkDeadTransitions(machine: CheckedMachine, state: StatePlan): void {
	const transitions = transitionsOf(machine.written(state));
	const always = transitions.findIndex(({ entry }) => isAlways(entry.condition) && typeof entry.to === "string");
	if (always === -1) return;
	const path = (index: number) => machine.path("states", state.name, "transitions", index);
	const winner = transitions[always];
	for (const { index } of transitions.slice(always + 1)) {
		machine.report("FS4106", {
			path: path(index),
			at: "value",
			message: `this transition of \`${state.name}\` is never looked at: the one before it has no condition`,
			...(winner && { related: [{ ...machine.place(path(winner.index)), message: "this one is always taken" }] }),
		});
	}
}

/** Hooks may name the next state themselves, but only after a transition was found. */
function checkWayOut(machine: CheckedMachine, state: StatePlan): void {
	if (state.kind === "final" || transitionsOf(machine.written(state)).length > 0) return;
	machine.report("FS4107", {
		path: machine.path("states", state.name),
		at: "key",
		message: `\`${state.name}\` has no transitions and is not final: the run ends there with its \`output\` block or \`{}\``,
		suggestion: "add `transitions`, or `type: final`",
	});
}

function checkReach(machine: CheckedMachine): void {
	const { plan } = machine;
	const byName = new Map(plan.states.map((state) => [state.name, state] as const));
	// `on_transition` and `on_error` hooks may lead to any state.
	const free = plan.machineHooks.length > 0 || plan.states.some((state) => state.hooks.length > 0);
	const forward = new Map(plan.states.map((state) => [state.name, targetsOf(machine, state)] as const));
	const reached = closure([plan.initial], (name) => forward.get(name) ?? []);
	if (!free) {
		for (const state of plan.states.filter(({ name }) => !reached.has(name))) {
			const message = `nothing leads to the state \`${state.name}\``;
			machine.report("FS4104", { path: machine.path("states", state.name), at: "key", message });
		}
	}
	const backward = new Map<string, string[]>();
	for (const [from, targets] of forward) {
		for (const to of targets) {
			const known = backward.get(to);
			if (known === undefined) backward.set(to, [from]);
			else known.push(from);
		}
	}
	const ends = plan.states.filter((state) => canEnd(machine, state)).map(({ name }) => name);
	// A target that does not exist is reported as such; that it leads nowhere would be noise.
	const unknownTargets = [...backward.keys()].filter((name) => !byName.has(name));
	const ending = closure([...ends, ...unknownTargets], (name) => backward.get(name) ?? []);
	if (free) return;
	for (const state of plan.states.filter(({ name }) => reached.has(name) && !ending.has(name))) {
		machine.report("FS4105", {
			path: machine.path("states", state.name),
			at: "key",
			message: `from \`${state.name}\` no end of the run can be reached, so it runs until a limit stops it`,
		});
	}
}

/** Whether a run may end in a state: final, or without a way out. */
function canEnd(machine: CheckedMachine, state: StatePlan): boolean {
	return state.kind === "final" || transitionsOf(machine.written(state)).length === 0;
}

function closure(from: readonly string[], next: (name: string) => readonly string[]): ReadonlySet<string> {
	const found = new Set<string>();
	const open = [...from];
	for (let name = open.pop(); name !== undefined; name = open.pop()) {
		if (found.has(name)) continue;
		found.add(name);
		open.push(...next(name));
	}
	return found;
}
