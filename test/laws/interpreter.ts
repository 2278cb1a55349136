/** A small interpreter of random machines, written from the specification: what a run must do. */
import { type Expr, Failure, isTrue, type RandomMachine, type RandomState, type Scope } from "./random-machine.ts";

export interface Behaviour {
	readonly path: readonly string[];
	readonly status: "done" | "stopped" | "failed";
	readonly output: unknown;
	/** Name of the error that failed the run. */
	readonly error: string | null;
	/** Of the context: the declared keys and what error routing leaves. */
	readonly context: Readonly<Record<string, unknown>>;
	readonly calls: number;
}

/** What hook `step` does: adds one to a number under `a`, else sets it to 0. */
export function step(context: Readonly<Record<string, unknown>>): Record<string, unknown> {
	return { ...context, a: typeof context.a === "number" ? context.a + 1 : 0 };
}

/** Runs a machine (spec sections 6 to 8, decisions: Running). */
export function interpret(machine: RandomMachine): Behaviour {
	const { input, states, finals, maxSteps } = machine;
	let context: Record<string, unknown> = evaluate(machine.context, { context: {}, output: undefined, input });
	const path: string[] = [];
	let calls = 0;
	let at = states[0]?.name ?? "";
	const end = (status: Behaviour["status"], output: unknown, error: string | null = null): Behaviour => ({
		path,
		status,
		output,
		error,
		context,
		calls,
	});
	for (;;) {
		if (path.length >= maxSteps) return end("stopped", {});
		path.push(at);
		const final = finals.find(({ name }) => name === at);
		const state = states.find(({ name }) => name === at);
		try {
			if (final) {
				return end("done", final.output ? evaluate(final.output, { context, output: undefined, input }) : {});
			}
			if (!state) throw new TypeError(`no state ${at}`);
			const output = visit(state);
			// The run stops behind a state's work; its transitions are for the run that goes on from there.
			if (path.length >= maxSteps) return end("stopped", {});
			at = next(state, output);
		} catch (error) {
			if (!(error instanceof Failure)) throw error;
			context = { ...context, last_error_type: error.type };
			const target = state && routeOf(state, error.type);
			if (target === undefined) return end("failed", undefined, error.type);
			at = target;
		}
	}

	function visit({ work, agent, sets }: RandomState): unknown {
		if (work === "action" || work === "both") context = step(context);
		if (work !== "agent" && work !== "both") return undefined;
		if (agent.kind === "throws") throw new Failure(agent.type);
		calls++;
		const output = { n: agent.n };
		for (const { key, value } of sets) context = { ...context, [key]: value.eval({ context, output, input }) };
		return output;
	}

	function next({ transitions }: RandomState, output: unknown): string {
		const scope: Scope = { context, output, input };
		for (const { condition, to } of transitions) {
			if (condition === false) continue;
			if (condition === null || isTrue(condition.eval(scope))) return to;
		}
		throw new Failure("NoTransitionError");
	}
}

function routeOf({ onError }: RandomState, type: string): string | undefined {
	if (onError === null || typeof onError === "string") return onError ?? undefined;
	return onError[type] ?? onError.default;
}

function evaluate(entries: Readonly<Record<string, Expr>>, scope: Scope): Record<string, unknown> {
	return Object.fromEntries(Object.entries(entries).map(([key, expr]) => [key, expr.eval(scope)]));
}
