/** Calls one hook method safely: awaits it, checks what it gave back, keeps `context.machine` read-only. */

import { isToolProvider, type ToolProvider } from "../tools/tool-provider.ts";
import { HookError } from "./errors.ts";
import type { ActionInfo, Context, MachineHooks } from "./hooks.ts";
import { describeHooks, type HookMethod, hasMethod } from "./methods.ts";

/** What is being called, for messages. */
interface CallSite {
	readonly hooks: MachineHooks;
	readonly method: HookMethod;
	readonly state?: string;
}

function describeSite({ hooks, method, state }: CallSite): string {
	return `${describeHooks(hooks)}.${method}${state === undefined ? "" : ` (state \`${state}\`)`}`;
}

function describeValue(value: unknown): string {
	return Array.isArray(value) ? "a list" : value === null ? "null" : typeof value;
}

/**
 * Makes `context.machine` read-only, so that a hook that writes into it gets a `TypeError` (spec section 6.4).
 *
 * The object is frozen where it is: the runtime replaces `context.machine` and never writes into it. Replacing it as a
 * whole stays possible and lasts until the runtime's next replacement.
 */
export function freezeMachine(context: Context): void {
	const { machine } = context;
	if (typeof machine === "object" && machine !== null) {
		Object.freeze(machine);
	}
}

async function guarded<Value>(site: CallSite, context: Context, call: () => Value | Promise<Value>): Promise<Value> {
	freezeMachine(context);
	try {
		return await call();
	} catch (thrown) {
		if (thrown instanceof Error) {
			throw thrown;
		}
		throw new HookError(
			"hook_threw_non_error",
			`${describeSite(site)} threw ${describeValue(thrown)} (${String(thrown)}). Throw an Error.`,
			{ cause: thrown },
		);
	}
}

function isContext(value: unknown): value is Context {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkedContext(site: CallSite, returned: unknown): Context {
	if (isContext(returned)) {
		return returned;
	}
	if (returned === undefined || returned === null) {
		throw new HookError(
			"hook_returned_nothing",
			`${describeSite(site)} returned ${String(returned)} where a context is expected. End it with \`return context\`.`,
		);
	}
	throw new HookError(
		"hook_returned_wrong_type",
		`${describeSite(site)} returned ${describeValue(returned)} where a context is expected. End it with \`return context\`.`,
	);
}

function checkedStateName(site: CallSite, returned: unknown): string | null {
	if (returned === undefined || returned === null || typeof returned === "string") {
		return returned ?? null;
	}
	throw new HookError(
		"hook_returned_wrong_type",
		`${describeSite(site)} returned ${describeValue(returned)} where a state's name or null is expected.`,
	);
}

// Each function below passes its value through when the hooks lack the method. All of them throw what the hook throws;
// `hook_threw_non_error` when that is no Error; those that need a context throw `hook_returned_nothing` for `undefined`
// or `null` and `hook_returned_wrong_type` for anything else that is no object.

/** Calls `onMachineStart` and gives the context to go on with (spec section 15.1). */
export async function callMachineStart(hooks: MachineHooks, context: Context): Promise<Context> {
	if (!hasMethod(hooks, "onMachineStart")) {
		return context;
	}
	const site: CallSite = { hooks, method: "onMachineStart" };
	return checkedContext(site, await guarded(site, context, () => hooks.onMachineStart(context)));
}

/** Calls `onMachineEnd` and gives the run's output; a hook that returns `undefined` leaves it unchanged. */
export async function callMachineEnd(hooks: MachineHooks, context: Context, output: unknown): Promise<unknown> {
	if (!hasMethod(hooks, "onMachineEnd")) {
		return output;
	}
	const site: CallSite = { hooks, method: "onMachineEnd" };
	const returned = await guarded(site, context, () => hooks.onMachineEnd(context, output));
	return returned === undefined ? output : returned;
}

/** Calls `onStateEnter` and gives the context to go on with. */
export async function callStateEnter(hooks: MachineHooks, state: string, context: Context): Promise<Context> {
	if (!hasMethod(hooks, "onStateEnter")) {
		return context;
	}
	const site: CallSite = { hooks, method: "onStateEnter", state };
	return checkedContext(site, await guarded(site, context, () => hooks.onStateEnter(state, context)));
}

/** Calls `onStateExit`. The result matters to the next hooks of a composite only; `undefined` leaves it unchanged. */
export async function callStateExit(
	hooks: MachineHooks,
	state: string,
	context: Context,
	output: unknown,
): Promise<unknown> {
	if (!hasMethod(hooks, "onStateExit")) {
		return output;
	}
	const site: CallSite = { hooks, method: "onStateExit", state };
	const returned = await guarded(site, context, () => hooks.onStateExit(state, context, output));
	return returned === undefined ? output : returned;
}

/**
 * Calls `onTransition` and gives the state to go to, or null to end the run.
 *
 * @throws {HookError} `hook_returned_wrong_type` for what is neither text nor empty
 */
export async function callTransition(
	hooks: MachineHooks,
	from: string,
	to: string,
	context: Context,
): Promise<string | null> {
	if (!hasMethod(hooks, "onTransition")) {
		return to;
	}
	const site: CallSite = { hooks, method: "onTransition", state: from };
	return checkedStateName(site, await guarded(site, context, () => hooks.onTransition(from, to, context))) || null;
}

/**
 * Calls `onError` and gives the state that handles the error, or null (also for an empty name) when these hooks do not.
 *
 * @throws {HookError} `hook_returned_wrong_type` for what is neither text nor empty
 */
export async function callError(
	hooks: MachineHooks,
	state: string,
	error: Error,
	context: Context,
): Promise<string | null> {
	if (!hasMethod(hooks, "onError")) {
		return null;
	}
	const site: CallSite = { hooks, method: "onError", state };
	return checkedStateName(site, await guarded(site, context, () => hooks.onError(state, error, context))) || null;
}

/** Calls `onAction` with `(action, context, {state})` (decisions, Versions) and gives the context to go on with. */
export async function callAction(
	hooks: MachineHooks,
	action: string,
	context: Context,
	info: ActionInfo,
): Promise<Context> {
	if (!hasMethod(hooks, "onAction")) {
		return context;
	}
	const site: CallSite = { hooks, method: "onAction", state: info.state };
	return checkedContext(site, await guarded(site, context, () => hooks.onAction(action, context, info)));
}

/**
 * Asks `onAction` whether a key result holds: gives what it answers, unchecked; the context itself stands for hooks that
 * do not know the action.
 */
export async function callCheck(
	hooks: MachineHooks,
	action: string,
	context: Context,
	info: ActionInfo,
): Promise<unknown> {
	if (!hasMethod(hooks, "onAction")) {
		return context;
	}
	const site: CallSite = { hooks, method: "onAction", state: info.state };
	return guarded<unknown>(site, context, () => hooks.onAction(action, context, info));
}

/** Calls `onToolCalls` and gives the context to go on with. */
export async function callToolCalls(
	hooks: MachineHooks,
	state: string,
	calls: readonly unknown[],
	context: Context,
): Promise<Context> {
	if (!hasMethod(hooks, "onToolCalls")) {
		return context;
	}
	const site: CallSite = { hooks, method: "onToolCalls", state };
	return checkedContext(site, await guarded(site, context, () => hooks.onToolCalls(state, calls, context)));
}

/** Calls `onToolResult` and gives the context to go on with. */
export async function callToolResult(
	hooks: MachineHooks,
	state: string,
	result: unknown,
	context: Context,
): Promise<Context> {
	if (!hasMethod(hooks, "onToolResult")) {
		return context;
	}
	const site: CallSite = { hooks, method: "onToolResult", state };
	return checkedContext(site, await guarded(site, context, () => hooks.onToolResult(state, result, context)));
}

/** Calls `onAgentStreamEvent`; what it returns is ignored. */
export async function callAgentStreamEvent(
	hooks: MachineHooks,
	state: string,
	event: unknown,
	context: Context,
): Promise<void> {
	if (hasMethod(hooks, "onAgentStreamEvent")) {
		const site: CallSite = { hooks, method: "onAgentStreamEvent", state };
		await guarded(site, context, () => hooks.onAgentStreamEvent(state, event, context));
	}
}

/**
 * Asks hooks for the tool provider of a state; null when they have none. Never waits.
 *
 * @throws {HookError} `hook_returned_wrong_type` for what lacks a provider's two methods, a promise for example
 */
export function askToolProvider(hooks: MachineHooks, state: string): ToolProvider | null {
	if (!hasMethod(hooks, "getToolProvider")) {
		return null;
	}
	const provider = hooks.getToolProvider(state) ?? null;
	if (provider !== null && !isToolProvider(provider)) {
		throw new HookError(
			"hook_returned_wrong_type",
			`${describeSite({ hooks, method: "getToolProvider", state })} returned what is no tool provider: ` +
				"it needs the methods `getToolDefinitions` and `executeTool`, and may not be a promise.",
		);
	}
	return provider;
}
