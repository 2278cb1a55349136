/** Everything that can happen in a small machine: an interpreter of its own, which tries every answer in every situation. */
import {
	type Context,
	domains,
	effects,
	Failure,
	keys,
	type Output,
	type SmallMachine,
	type State,
	type Value,
} from "./small-machines.ts";

export interface AllRuns {
	/** By `transitionKey`. */
	readonly taken: ReadonlySet<string>;
	readonly entered: ReadonlySet<string>;
	/** Whether really everything was tried: inputs, signals and answers without a schema may be anything. */
	readonly isExact: boolean;
}

/** Stands for everything, where anything may come. */
const anything: readonly Value[] = [-1, 0, 1, 2, 3, 4, 5, "x", "y", "z", "", true, false, null];

const asked: readonly Output[] = domains.n.flatMap((n) =>
	domains.s.flatMap((s) => domains.ok.map((ok): Output => ({ n, s, ok }))),
);
/** The same of a model that may leave out fields. */
export const leavingOut: readonly Output[] = [undefined, ...domains.n].flatMap((n) =>
	[undefined, ...domains.s].flatMap((s) =>
		[undefined, ...domains.ok].map(
			(ok): Output => ({
				...(n !== undefined && { n }),
				...(s !== undefined && { s }),
				...(ok !== undefined && { ok }),
			}),
		),
	),
);
const free: readonly Output[] = [
	{},
	...anything.flatMap((value): Output[] => [{ n: value }, { s: value }, { ok: value }]),
];

/** How a state's work can go: the context after it, or the error that it fails with. */
export type Outcome = { readonly context: Context; readonly output: Output } | { readonly error: string };

/** @param answers of an agent with a schema */
export function outcomesOf({ work, sets }: State, context: Context, answers = asked): readonly Outcome[] {
	const failed = ["KeyError", "TimeoutError", "SomeError"].map((error) => ({ error }));
	const stored = (output: Output): Outcome => {
		let after = context;
		for (const [key, value] of sets) after = { ...after, [key]: value.eval(after, output) };
		return { context: after, output };
	};
	switch (work) {
		case "none":
			return [{ context, output: {} }];
		case "ask":
		case "retry":
			return [...answers.map(stored), ...failed];
		case "free":
			return [...free.map(stored), ...failed];
		case "wait":
			return [...free.map(stored), { error: "TimeoutError" }];
		case "mark":
			return [
				...effects.a.flatMap((a) => effects.c.map((c) => ({ context: { ...context, a, c }, output: {} }))),
				...failed,
			];
	}
}

/**
 * Tries everything; agents with a schema may leave out fields.
 * @param look is called with every context that a state is entered with, and with what its work leaves behind
 */
export function allRunsOf({ context, given, states }: SmallMachine, look?: (context: Context) => void): AllRuns {
	const taken = new Set<string>();
	const entered = new Set<string>();
	const seen = new Set<string>();
	const open: (readonly [state: string, context: Context])[] = [];
	const isExact = hasKnownAnswers({ context, given, states });
	const fail = ({ name, onError }: State, error: string, after: Context): void => {
		const route = [error, "default"].find((one) => onError !== null && Object.hasOwn(onError, one));
		const to = route === undefined ? undefined : onError?.[route];
		if (to === undefined) return;
		taken.add(`${name}!${route}`);
		open.push([to, after]);
	};
	const leave = (state: State, after: Context, output: Output): void => {
		for (const [index, { condition, to }] of state.transitions.entries()) {
			if (condition === false) continue;
			try {
				if (condition !== null && !condition.eval(after, output)) continue;
			} catch (error) {
				if (!(error instanceof Failure)) throw error;
				fail(state, "ExpressionError", after);
				return;
			}
			taken.add(`${state.name}#${index}`);
			open.push([to, after]);
			return;
		}
		fail(state, "NoTransitionError", after);
	};
	for (const start of startsOf(context, given)) open.push([states[0]?.name ?? "", start]);
	for (let at = open.pop(); at !== undefined; at = open.pop()) {
		const [name, before] = at;
		const key = JSON.stringify([name, keys.map((one) => before[one])]);
		if (seen.has(key)) continue;
		seen.add(key);
		entered.add(name);
		look?.(before);
		const state = states.find((one) => one.name === name);
		for (const outcome of state ? outcomesOf(state, before, leavingOut) : []) {
			if (!state) continue;
			if ("error" in outcome) fail(state, outcome.error, before);
			else {
				look?.(outcome.context);
				leave(state, outcome.context, outcome.output);
			}
		}
	}
	return { taken, entered, isExact };
}

/** Whether all that a machine may be answered is tried. */
export function hasKnownAnswers({ given, states }: SmallMachine): boolean {
	return given.length === 0 && states.every(({ work }) => work !== "free" && work !== "wait");
}

/** The contexts that a machine may start with. */
export function startsOf(context: Context, given: readonly string[]): readonly Context[] {
	let starts: readonly Context[] = [context];
	for (const key of given) starts = starts.flatMap((start) => anything.map((value) => ({ ...start, [key]: value })));
	return starts;
}
