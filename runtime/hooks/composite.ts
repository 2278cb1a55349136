/** Several hooks as one: called in order, each given what the one before gave back (spec section 15.2). */
import { isRecord } from "../../compiler/document/plain-data.ts";
import {
	askToolProvider,
	callAction,
	callAgentStreamEvent,
	callCheck,
	callError,
	callMachineEnd,
	callMachineStart,
	callStateEnter,
	callStateExit,
	callToolCalls,
	callToolResult,
	callTransition,
} from "./call.ts";
import type { ActionInfo, CheckAnswer, Context, MachineHooks } from "./hooks.ts";
import { type HookMethod, hasMethod } from "./methods.ts";

/** Hooks that do nothing. */
export const NO_HOOKS: MachineHooks = Object.freeze({});

async function thread<Value>(
	members: readonly MachineHooks[],
	value: Value,
	call: (hooks: MachineHooks, value: Value) => Promise<Value>,
): Promise<Value> {
	let current = value;
	for (const hooks of members) {
		current = await call(hooks, current);
	}
	return current;
}

/**
 * Makes one hooks object of several. It has only those methods that some member has.
 *
 * Contexts and outputs go through all members in order. `onTransition` goes through them until one ends the run.
 * `onError` and `getToolProvider` give the first answer. An error of a member ends the call.
 */
export function compositeHooks(hooks: readonly MachineHooks[]): MachineHooks {
	const only = hooks[0];
	if (only === undefined) {
		return NO_HOOKS;
	}
	if (hooks.length === 1) {
		return only;
	}
	const having = (name: HookMethod) => hooks.filter((member) => hasMethod(member, name));
	const composite: MachineHooks = {};

	const starting = having("onMachineStart");
	if (starting.length > 0) {
		composite.onMachineStart = (context) => thread(starting, context, callMachineStart);
	}
	const ending = having("onMachineEnd");
	if (ending.length > 0) {
		composite.onMachineEnd = (context, output) =>
			thread(ending, output, (member, value) => callMachineEnd(member, context, value));
	}
	const entering = having("onStateEnter");
	if (entering.length > 0) {
		composite.onStateEnter = (state, context) =>
			thread(entering, context, (member, value) => callStateEnter(member, state, value));
	}
	const exiting = having("onStateExit");
	if (exiting.length > 0) {
		composite.onStateExit = (state, context, output) =>
			thread(exiting, output, (member, value) => callStateExit(member, state, context, value));
	}
	const moving = having("onTransition");
	if (moving.length > 0) {
		composite.onTransition = (from, to, context) => transitionThrough(moving, from, to, context);
	}
	const failing = having("onError");
	if (failing.length > 0) {
		composite.onError = (state, error, context) => firstRecovery(failing, state, error, context);
	}
	const acting = having("onAction");
	if (acting.length > 0) {
		composite.onAction = (action, context, info) =>
			info.keyResult !== undefined
				? firstVerdict(acting, action, context, info)
				: thread(acting, context, (member, value) => callAction(member, action, value, info));
	}
	const calling = having("onToolCalls");
	if (calling.length > 0) {
		composite.onToolCalls = (state, calls, context) =>
			thread(calling, context, (member, value) => callToolCalls(member, state, calls, value));
	}
	const answering = having("onToolResult");
	if (answering.length > 0) {
		composite.onToolResult = (state, result, context) =>
			thread(answering, context, (member, value) => callToolResult(member, state, result, value));
	}
	const streaming = having("onAgentStreamEvent");
	if (streaming.length > 0) {
		composite.onAgentStreamEvent = async (state, event, context) => {
			for (const member of streaming) {
				await callAgentStreamEvent(member, state, event, context);
			}
		};
	}
	const providing = having("getToolProvider");
	if (providing.length > 0) {
		composite.getToolProvider = (state) => firstProvider(providing, state);
	}
	return composite;
}

async function transitionThrough(
	members: readonly MachineHooks[],
	from: string,
	to: string,
	context: Context,
): Promise<string | null> {
	let target = to;
	for (const hooks of members) {
		const next = await callTransition(hooks, from, target, context);
		if (next === null) {
			return null;
		}
		target = next;
	}
	return target;
}

async function firstRecovery(
	members: readonly MachineHooks[],
	state: string,
	error: Error,
	context: Context,
): Promise<string | null> {
	for (const hooks of members) {
		const target = await callError(hooks, state, error, context);
		if (target !== null) {
			return target;
		}
	}
	return null;
}

/** Hooks that do not know the action give the context back. */
async function firstVerdict(
	members: readonly MachineHooks[],
	action: string,
	context: Context,
	info: ActionInfo,
): Promise<Context | CheckAnswer> {
	for (const hooks of members) {
		const answer = await callCheck(hooks, action, context, info);
		if (isCheckAnswer(answer)) {
			return answer;
		}
	}
	return context;
}

function isCheckAnswer(value: unknown): value is CheckAnswer {
	return typeof value === "boolean" || (isRecord(value) && typeof value.passed === "boolean");
}

function firstProvider(members: readonly MachineHooks[], state: string) {
	for (const hooks of members) {
		const provider = askToolProvider(hooks, state);
		if (provider !== null) {
			return provider;
		}
	}
	return null;
}

/** `compositeHooks` under the name and in the form that the specification gives it: `new CompositeHooks(a, b)`. */
export class CompositeHooks implements MachineHooks {
	constructor(...hooks: readonly MachineHooks[]) {
		Object.assign(this, compositeHooks(hooks));
	}
}
