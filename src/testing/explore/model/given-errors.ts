/** Failures as scenarios write them, and the errors that the runtime makes of them. */
import { errorFromText, type ScriptedAnswer } from "../../../../adapters/scripted/index.ts";
import type { StatePlan } from "../../../../compiler/plan/plan.ts";
import type { AnswerSpace } from "../../solve/answer-space.ts";

/** Errors that only the runtime itself raises: no agent, action or hook fails with them. */
const ownErrors: ReadonlySet<string> = new Set([
	"ExpressionError",
	"NoTransitionError",
	"UnknownStateError",
	"LimitReachedError",
	"NotSupportedError",
	"MachineDepthError",
]);

const message = "made to fail";

/** `{ throw }` for an error of that name. */
export function failure(name: string): { readonly throw: string } {
	return { throw: `${name}: ${message}` };
}

/** The error that a failing answer becomes. */
export function errorOf(answer: { readonly throw: string }): Error {
	return errorFromText(answer.throw);
}

/** Names of errors with which an agent or an action of the state may fail. */
export function answeredErrors(space: AnswerSpace, state: StatePlan): readonly string[] {
	return childErrors(space, state).filter((name) => !ownErrors.has(name));
}

/** Names of errors with which a child machine may fail: whatever its own states fail with. */
export function childErrors(space: AnswerSpace, state: StatePlan): readonly string[] {
	// A state's own time is over in a way of its own.
	return space.errors(state).filter((name) => isWritable(name) && (state.timeout === null || name !== "TimeoutError"));
}

/** What an agent answers for templates to see `payload` as `output`; a text where that says it all. */
export function answerFor(payload: unknown): ScriptedAnswer {
	if (typeof payload === "object" && payload !== null && !Array.isArray(payload)) {
		const [[key, value] = ["", undefined], ...more] = Object.entries(payload);
		if (more.length === 0 && key === "content" && typeof value === "string") return value;
	}
	return { output: payload };
}

function isWritable(name: string): boolean {
	return /^[A-Za-z_$][\w$]*$/.test(name);
}
