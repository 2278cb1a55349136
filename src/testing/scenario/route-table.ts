/** Which transitions of a lowered machine are which transitions of its YAML. Knows how `compiler/xstate/lower.ts` orders them. */
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import type { FlatStateMachine } from "../../../compiler/xstate/build.ts";
import { errorDefault, part } from "../../../compiler/xstate/names.ts";
import { noInjectedHooks, shapeOf } from "../../../compiler/xstate/shape.ts";
import type { TransitionId } from "./scenario.ts";

/** The YAML transitions by XState's own transition objects. */
export type RouteTable = ReadonlyMap<object, TransitionId>;

/** Places of a YAML state's transitions among the `always` of an XState state, by that state's name. */
type Routes = readonly (readonly [at: number, id: TransitionId])[];

/** Reads the table out of a machine without hooks that were given in code. */
export function routeTable(plan: MachinePlan, machine: FlatStateMachine): RouteTable {
	const table = new Map<object, TransitionId>();
	for (const state of plan.states) {
		const { works, hooked } = shapeOf(plan, state, noInjectedHooks);
		const choices = choicesOf(state);
		// Before the choices stands the pause of a long chain, and with hooks the question whether they have a say.
		const first = hooked ? 2 : 1;
		const routes = choices.map(([at, id]) => [at + first, id] as const);
		add(table, machine, works ? part.route(state.name) : state.name, routes);
		if (works && hooked) add(table, machine, part.leave(state.name), choices);
		add(table, machine, part.error(state.name), errorRoutesOf(state));
	}
	return table;
}

function add(table: Map<object, TransitionId>, machine: FlatStateMachine, name: string, routes: Routes): void {
	const always = machine.states[name]?.always ?? [];
	for (const [at, id] of routes) {
		const transition = always[at];
		if (transition) table.set(transition, id);
	}
}

function choicesOf(state: StatePlan): Routes {
	const routes: [number, TransitionId][] = [];
	let at = 0;
	for (const [index, { to, when }] of state.transitions.entries()) {
		routes.push([at, { state: state.name, kind: "transition", index, to }]);
		if (when === undefined) break;
		// Behind a condition that can fail stands the way to the error routes.
		at += when !== "never" && when.canThrow ? 2 : 1;
	}
	return routes;
}

function errorRoutesOf({ name: state, onError }: StatePlan): Routes {
	const { byType = [], default: fallback } = onError ?? {};
	const all = fallback === undefined ? byType : [...byType, [errorDefault, fallback] as const];
	// Before the routes stands the stop at a limit.
	return all.map(([error, to], index) => [index + 1, { state, kind: "error", error, to }]);
}
