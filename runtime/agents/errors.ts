/** Errors of agent calls, and the names by which `on_error` may match any error (spec section 8). */
import { FlatstateError } from "../errors.ts";
import type { AgentErrorInfo } from "./agent.ts";

/** An agent call failed. `errorInfo` is the failure as the agent reported it. */
export class AgentError extends FlatstateError {
	readonly errorInfo: AgentErrorInfo;

	constructor(message: string, errorInfo: AgentErrorInfo = {}, options?: ErrorOptions) {
		super("agent_error", message, options);
		this.errorInfo = errorInfo;
	}
}

/** A failure that may pass when the call is made again; the `retry` execution type does so. Executors may throw it. */
export class RetryableError extends AgentError {}

/** A failure reported by an agent that another attempt would not mend; named as `on_error` knows it. */
export class RuntimeError extends AgentError {}

/**
 * The error that a state raises for a structured agent error (spec section 8.3).
 * Its text is `<type>: <message>`.
 */
export function errorFromAgentResult(info: AgentErrorInfo, options?: ErrorOptions): RetryableError | RuntimeError {
	const message = `${info.type || "AgentError"}: ${info.message || "unknown"}`;
	return info.retryable === true
		? new RetryableError(message, info, options)
		: new RuntimeError(message, info, options);
}

/** What an error was before it was stored and made again. */
export interface ErrorNature {
	readonly names?: readonly string[];
	readonly info?: AgentErrorInfo;
}

const natures = new WeakMap<object, ErrorNature>();

/** Tells `errorNames` and `errorInfoOf` what an error was that was stored and made again. */
export function rememberNature(error: Error, nature: ErrorNature): void {
	natures.set(error, nature);
}

export function natureOf(error: unknown): ErrorNature | undefined {
	return typeof error === "object" && error !== null ? natures.get(error) : undefined;
}

/**
 * The names that `on_error` may match, best first: the provider's type, its code, the error's own class, then its
 * parent classes, then a plain error's `type` and `code` (decisions: error names in on_error). Never throws.
 */
export function errorNames(error: unknown): string[] {
	const known = natureOf(error)?.names;
	if (known) return [...known];
	const names = new Set<string>();
	const add = (name: unknown): void => {
		if (typeof name === "string" && name !== "") names.add(name);
	};
	if (error instanceof AgentError) {
		add(error.errorInfo.type);
		add(error.errorInfo.code);
	}
	add(classNameOf(error));
	for (const name of prototypeNames(error)) add(name);
	add(property(error, "name"));
	add(property(error, "type"));
	add(property(error, "code"));
	return [...names];
}

/** What goes into `context.last_error` and `context.last_error_type` (spec section 8.2). */
export function describeError(error: unknown): { readonly text: string; readonly type: string } {
	const type = classNameOf(error) ?? typeof error;
	const message = property(error, "message");
	if (typeof message === "string") return { text: message, type };
	return { text: typeof error === "string" ? error : textOf(error), type };
}

/**
 * The error's own `name` where the thrower or its class set one, else the class's name: for
 * `class MyError extends TypeError {}` the inherited `name` is still `TypeError`.
 */
function classNameOf(error: unknown): string | undefined {
	const name = property(error, "name");
	if (typeof error !== "object" || error === null || typeof name !== "string" || name === "") {
		return prototypeNames(error)[0];
	}
	const prototype = prototypeOf(error);
	const isOwn =
		Object.hasOwn(error, "name") ||
		(typeof prototype === "object" && prototype !== null && Object.hasOwn(prototype, "name"));
	return isOwn ? name : (prototypeNames(error)[0] ?? name);
}

/** Class names from the value's own class up to, and without, `Object`. */
function prototypeNames(value: unknown): string[] {
	const names: string[] = [];
	if (typeof value !== "object" || value === null) return names;
	let prototype = prototypeOf(value);
	while (typeof prototype === "object" && prototype !== null && prototype !== Object.prototype) {
		const maker: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
		if (typeof maker === "function" && maker.name !== "") names.push(maker.name);
		prototype = prototypeOf(prototype);
	}
	return names;
}

function prototypeOf(value: object): unknown {
	try {
		return Object.getPrototypeOf(value);
	} catch {
		return null;
	}
}

function property(value: unknown, key: string): unknown {
	if (typeof value !== "object" || value === null) return undefined;
	try {
		return Reflect.get(value, key);
	} catch {
		return undefined;
	}
}

function textOf(value: unknown): string {
	try {
		return JSON.stringify(value) ?? String(value);
	} catch {
		return Object.prototype.toString.call(value);
	}
}
