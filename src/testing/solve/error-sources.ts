/** Errors as sources of values: what conditions read of them, as `context.last_error` or among the results of children. */
import { errorFromText } from "../../../adapters/scripted/index.ts";
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { parseTemplate } from "../../../compiler/expression/index.ts";
import type { MachinePlan, PlannedTemplate, StatePlan } from "../../../compiler/plan/plan.ts";
import { type GivenError, plainMessage } from "./answer-space.ts";
import { machineReads, readersFrom, type Write } from "./readers.ts";
import { type Shape, UNFIT } from "./shape.ts";
import type { Source } from "./source.ts";
import { childSource } from "./sources.ts";

/** What the runtime stores of an error that fails a state (spec section 8.2). */
const thrown: readonly Write[] = [
	["last_error", template("output.message")],
	["last_error_type", template("output.type")],
];
/** The same of an agent's error behind retries: it is told in a text (spec section 8.3). */
const retried: readonly Write[] = [
	["last_error", template("{{ output.type }}: {{ output.message }}")],
	["last_error_type", template("RuntimeError")],
];

function template(text: string): PlannedTemplate {
	return { kind: "template", text, node: parseTemplate(text, { engine: "jinja" }) };
}

/** The errors that fail a state, by its routes and in the forms in which these see them; none where nobody asks about them. */
export function errorSources(plan: MachinePlan, state: StatePlan): readonly Source[] {
	const isRetried = state.agent !== undefined && state.execution.type === "retry";
	const isThrown = !isRetried || state.action !== undefined || state.machine !== undefined;
	const forms = [...(isThrown ? [thrown] : []), ...(isRetried ? [retried] : [])];
	return routesOf(state).flatMap(({ to, types }) => {
		const target = machineReads(plan).state(to);
		const keys = thrown.map(([key]) => key);
		const readers = target === undefined ? [] : readersFrom(plan, target, "work", keys);
		if (readers.length === 0) return [];
		return forms.map(
			(writes): Source => ({
				plan,
				root: "output",
				writes,
				isPartial: false,
				readers,
				shape: errorShape(types),
				plain: { type: types?.[0] ?? otherError(state), message: plainMessage },
				wrap: (candidate) => candidate,
				unwrap: (setting) => setting,
				settle: onlyWritable,
			}),
		);
	});
}

interface ErrorRoute {
	readonly to: string;
	/** The types that take it; undefined: all that no other route takes. */
	readonly types?: readonly string[];
}

/** Classes of other errors: a route of theirs is open to any type. */
const parentClasses = new Set(["Error", "FlatstateError", "AgentError", "RuntimeError", "RetryableError"]);

function routesOf({ onError }: StatePlan): readonly ErrorRoute[] {
	const { byType = [], default: other } = onError ?? {};
	return [
		...byType.map(([type, to]) => (parentClasses.has(type) ? { to } : { to, types: [type] })),
		...(other === undefined ? [] : [{ to: other }]),
	];
}

/** The error of one child of several, which is a value of the state's output (spec section 8.4). */
export function childErrorSource(plan: MachinePlan, state: StatePlan, machine: string): Source {
	const source = childSource(plan, state, machine, errorShape());
	return {
		...source,
		plain: { type: otherError(state), message: plainMessage },
		wrap: (candidate, context) => source.wrap(asValue(candidate), context),
		unwrap: (setting) => {
			const own = source.unwrap(setting);
			const [key, ...below] = own?.path ?? [];
			if (own === undefined || below.length > 0) return undefined;
			if (key === "_error") return { path: ["message"], value: own.value };
			return key === "_error_type" ? { path: ["type"], value: own.value } : undefined;
		},
		settle: onlyWritable,
	};
}

function errorShape(types?: readonly string[]): Shape {
	return {
		type: "object",
		required: true,
		properties: new Map<string, Shape>([
			["type", { type: "str", required: true, ...(types && { enum: types }) }],
			["message", { type: "str", required: true }],
		]),
	};
}

/** A failed child as its siblings' state sees it; what is no error stays as it is. */
export function asValue(candidate: unknown): unknown {
	return isGivenError(candidate) ? { _error: candidate.message, _error_type: candidate.type } : candidate;
}

export function isGivenError(value: unknown): value is GivenError {
	return isRecord(value) && typeof value.type === "string" && typeof value.message === "string";
}

function onlyWritable(candidate: unknown): unknown {
	return isGivenError(candidate) && isWritable(candidate) ? candidate : UNFIT;
}

/** Whether a scenario can write the error as `TypeName: message`. */
export function isWritable(error: GivenError): boolean {
	const { name, message } = errorFromText(errorText(error));
	return name === error.type && message === error.message;
}

/** The error as scenarios write it. */
export function errorText({ type, message }: GivenError): string {
	return `${type}: ${message}`;
}

/** The names that `on_error` has, and one that it has not. */
export function namedErrors(state: StatePlan): readonly string[] {
	return [...routedNames(state), otherError(state)];
}

/** An error that `on_error` does not name. */
export function otherError(state: StatePlan): string {
	const names = routedNames(state);
	return ["Error", "UnexpectedError"].find((name) => !names.includes(name)) ?? "AnotherError";
}

function routedNames({ onError }: StatePlan): readonly string[] {
	return onError?.byType.map(([name]) => name) ?? [];
}
