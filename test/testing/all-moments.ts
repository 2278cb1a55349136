/** The moments of small machines by an interpreter of its own: the fewest steps to break an invariant, and what a scenario shows. */
import { isRecord, own } from "../../compiler/document/plain-data.ts";
import type { Scenario } from "../../src/testing/scenario/scenario.ts";
import { hasKnownAnswers, outcomesOf, startsOf } from "./all-runs.ts";
import { breaksAt, holdsAt, type SmallInvariant, type SmallMoment } from "./small-invariants.ts";
import { type Context, Failure, keys, type Output, type SmallMachine, type State } from "./small-machines.ts";

export interface FewestSteps {
	/** Undefined where no run breaks it. */
	readonly steps: number | undefined;
	/** Whether really everything was tried: there are neither longer runs nor other answers. */
	readonly isExact: boolean;
}

/**
 * Tries all runs up to a number of steps, the short ones first.
 * @param answers of agents with a schema; default: those that have all of its fields
 */
export function fewestSteps(
	machine: SmallMachine,
	invariant: SmallInvariant,
	most: number,
	answers?: readonly Output[],
): FewestSteps {
	const isExact = hasKnownAnswers(machine);
	const seen = new Set<string>();
	type Place = readonly [state: string, context: Context];
	let places: Place[] = [];
	const come = (to: Place[], step: number, [name, context]: Place): void => {
		const key = JSON.stringify([name, keys.map((one) => context[one]), invariant.asksStep ? step : 0]);
		if (!seen.has(key)) to.push([name, context]);
		seen.add(key);
	};
	for (const start of startsOf(machine.context, machine.given)) come(places, 1, [machine.states[0]?.name ?? "", start]);
	for (let step = 1; step <= most && places.length > 0; step += 1) {
		const next: Place[] = [];
		for (const [name, before] of places) {
			const state = machine.states.find((one) => one.name === name);
			if (!state) {
				const end = { state: name, step, context: before, output: {} };
				if (invariant.kind === "eventually" ? !holdsAt(invariant, end) : breaksAt(invariant, end))
					return { steps: step, isExact };
				continue;
			}
			const look = lookAt(invariant, { state: name, step });
			const entered = look(before, null);
			if (entered === "broken") return { steps: step, isExact };
			if (entered === "over") continue;
			for (const outcome of outcomesOf(state, before, answers)) {
				const done = "error" in outcome ? undefined : look(outcome.context, outputOf(state, outcome.output));
				if (done === "broken") return { steps: step, isExact };
				if (done === "over") continue;
				const after = "error" in outcome ? before : outcome.context;
				const to = "error" in outcome ? routeOf(state, outcome.error) : targetOf(state, after, outcome.output);
				if (to !== undefined) come(next, step + 1, [to, after]);
			}
		}
		places = next;
	}
	return { steps: undefined, isExact: isExact && places.length === 0 };
}

/** What one moment says of a run: `over` where nothing that comes can break the invariant any more. */
function lookAt(invariant: SmallInvariant, place: Pick<SmallMoment, "state" | "step">) {
	return (context: Context, output: Output | null): "broken" | "over" | undefined => {
		const moment = { ...place, context, output };
		if (invariant.kind === "eventually") return holdsAt(invariant, moment) ? "over" : undefined;
		return breaksAt(invariant, moment) ? "broken" : undefined;
	};
}

/** States without work, and actions, give no output. */
function outputOf({ work }: State, output: Output): Output | null {
	return work === "none" || work === "mark" ? null : output;
}

function targetOf(state: State, context: Context, output: Output): string | undefined {
	for (const { condition, to } of state.transitions) {
		if (condition === false) continue;
		try {
			if (condition === null || condition.eval(context, output)) return to;
		} catch (error) {
			if (!(error instanceof Failure)) throw error;
			return routeOf(state, "ExpressionError");
		}
	}
	return routeOf(state, "NoTransitionError");
}

function routeOf({ onError }: State, error: string): string | undefined {
	const name = [error, "default"].find((one) => onError !== null && Object.hasOwn(onError, one));
	return name === undefined ? undefined : onError?.[name];
}

/**
 * In which step the run of a scenario breaks an invariant; undefined where it does not.
 * @param machine one whose answers are all known
 */
export function stepBroken(machine: SmallMachine, invariant: SmallInvariant, scenario: Scenario): number | undefined {
	const { moments, isDone } = momentsOf(machine, scenario);
	if (invariant.kind !== "eventually") return moments.find((moment) => breaksAt(invariant, moment))?.step;
	return isDone && !moments.some((moment) => holdsAt(invariant, moment)) ? moments.at(-1)?.step : undefined;
}

function momentsOf({ context: initial, states }: SmallMachine, scenario: Scenario) {
	const take = answersOf(scenario);
	const moments: SmallMoment[] = [];
	let context = initial;
	let name = states[0]?.name;
	for (let step = 1; name !== undefined && step <= scenario.path.length; step += 1) {
		const state = states.find((one) => one.name === name);
		const moment = { state: name, step };
		if (!state) return { moments: [...moments, { ...moment, context, output: {} }], isDone: true };
		moments.push({ ...moment, context, output: null });
		const answer = take(state);
		if (typeof answer === "string") name = routeOf(state, answer);
		else {
			if (state.work === "mark") context = { ...context, ...answer };
			else if (state.work !== "none") {
				for (const [key, value] of state.sets) context = { ...context, [key]: value.eval(context, answer) };
			}
			moments.push({ ...moment, context, output: outputOf(state, answer) });
			name = targetOf(state, context, answer);
		}
	}
	return { moments, isDone: false };
}

/** Gives the answers of a scenario one after the other, a failure as the error's name. */
function answersOf({ agents, actions }: Scenario): (state: State) => Output | string {
	const left = { ask: [...(agents.ask ?? [])], mark: [...(actions.mark ?? [])] };
	const ask = (): Output | string => {
		const answer = left.ask.shift();
		return failureIn(answer) ?? outputIn(own(answer, "output"));
	};
	return ({ work }) => {
		if (work === "none") return {};
		if (work === "mark") {
			const answer = left.mark.shift();
			return failureIn(answer) ?? outputIn(own(answer, "set"));
		}
		const first = ask();
		return work === "retry" && typeof first === "string" ? ask() : first;
	};
}

function failureIn(answer: unknown): string | undefined {
	return isRecord(answer) && typeof answer.throw === "string" ? answer.throw.replace(/:.*/s, "") : undefined;
}

function outputIn(value: unknown): Output {
	if (!isRecord(value)) throw new TypeError("The scenario has no answer for this.");
	const scalars = Object.entries(value).map(([key, one]) => {
		if (typeof one === "object" && one !== null) throw new TypeError(`${key} is no scalar.`);
		return [key, typeof one === "string" || typeof one === "number" || typeof one === "boolean" ? one : null] as const;
	});
	return Object.fromEntries(scalars);
}
