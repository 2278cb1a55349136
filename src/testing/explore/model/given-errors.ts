/** Failures as scenarios write them, and the errors that the runtime makes of them. */
import { errorFromText, type ScriptedAnswer } from "../../../../adapters/scripted/index.ts";
import type { StatePlan } from "../../../../compiler/plan/plan.ts";
import { type AnswerSpace, type FlatContext, type GivenError, plainMessage } from "../../solve/answer-space.ts";
import { errorText, isWritable } from "../../solve/error-sources.ts";

/** Errors that only the runtime itself raises: no agent, action or hook fails with them. */
const ownErrors: ReadonlySet<string> = new Set([
	"ExpressionError",
	"NoTransitionError",
	"UnknownStateError",
	"LimitReachedError",
	"MachineDepthError",
	"MaxRetriesExceeded",
]);

/** What fails where it does not matter with what. */
export const plainError: GivenError = { type: "Error", message: plainMessage };

/** `{ throw }` for the error. */
export function failure(error: GivenError): { readonly throw: string } {
	return { throw: errorText(error) };
}

/** The error that a failing answer becomes. */
export function errorOf(answer: { readonly throw: string }): Error {
	return errorFromText(answer.throw);
}

/** Errors with which an agent or an action of the state may fail. */
export function answeredErrors(space: AnswerSpace, state: StatePlan, context: FlatContext): readonly GivenError[] {
	return machineErrors(space, state, context).filter(({ type }) => !ownErrors.has(type));
}

/** Errors with which a child machine may fail the state: whatever its own states fail with. */
export function machineErrors(space: AnswerSpace, state: StatePlan, context: FlatContext): readonly GivenError[] {
	// A state's own time is over in a way of its own.
	const isOfTime = ({ type }: GivenError) => state.timeout !== null && type === "TimeoutError";
	return space.errors(state, context).filter((error) => isWritable(error) && !isOfTime(error));
}

/** Errors with which one child of several may fail; they become values. */
export function valueErrors(
	space: AnswerSpace,
	state: StatePlan,
	machine: string,
	context: FlatContext,
): readonly GivenError[] {
	return space.childErrors(state, machine, context).filter(isWritable);
}

/**
 * What an agent answers for templates to see `payload` as `output`; a text where that says it all.
 * @param cost in US dollars
 */
export function answerFor(payload: unknown, cost?: number): ScriptedAnswer {
	if (typeof payload === "object" && payload !== null && !Array.isArray(payload)) {
		const [[key, value] = ["", undefined], ...more] = Object.entries(payload);
		if (more.length === 0 && key === "content" && typeof value === "string") {
			return cost === undefined ? value : { content: value, cost };
		}
	}
	return cost === undefined ? { output: payload } : { output: payload, cost };
}
