/** The hooks interface: user code at fixed points of a run (spec section 15). */

import type { ToolProvider } from "../tools/tool-provider.ts";
import type { ActionRun } from "./action-run.ts";

/** A machine's context. Hooks get it whole and give it back; `context.machine` is read-only. */
export type Context = Record<string, unknown>;

type Maybe<T> = T | Promise<T>;

/**
 * All methods are optional, sync or async, and pass their value through by default. `this` is the hooks object.
 * A method that must return a context and returns `undefined` or `null` fails with a `HookError`.
 */
export interface MachineHooks {
	onMachineStart?(context: Context): Maybe<Context>;
	onMachineEnd?(context: Context, output: unknown): Maybe<unknown>;
	onStateEnter?(state: string, context: Context): Maybe<Context>;
	/** The return value has no further effect. */
	onStateExit?(state: string, context: Context, output: unknown): Maybe<unknown>;
	/** A falsy return ends the run. */
	onTransition?(from: string, to: string, context: Context): Maybe<string | null | undefined>;
	/** A state's name routes the error there. */
	onError?(state: string, error: Error, context: Context): Maybe<string | null | undefined>;
	/**
	 * Does an action and gives the context to go on with. As the check of a key result, where `info` has `keyResult`, it
	 * gives a verdict instead, and what it does to the context is not kept.
	 */
	onAction?(action: string, context: Context, info: ActionInfo): Maybe<Context | CheckAnswer>;
	onToolCalls?(state: string, calls: readonly unknown[], context: Context): Maybe<Context>;
	onToolResult?(state: string, result: unknown, context: Context): Maybe<Context>;
	onAgentStreamEvent?(state: string, event: unknown, context: Context): Maybe<void>;
	getToolProvider?(state: string): ToolProvider | null | undefined;
}

/** Whether a key result holds, and why not. */
export type CheckAnswer = boolean | { readonly passed: boolean; readonly reason?: string };

/** What an action is called for. */
export interface ActionInfo {
	readonly state: string;
	/** The key result to check: answer `true`, `false` or `{ passed, reason }`. */
	readonly keyResult?: string;
	/** What the state's work gave; only with `keyResult`. */
	readonly output?: unknown;
	/** The run that the action belongs to; absent with `keyResult`. */
	readonly run?: ActionRun;
}

/** Makes hooks from the `args` of a reference. A class is called with `new`. */
export type HooksFactory =
	| ((args: Readonly<Record<string, unknown>>) => MachineHooks)
	| (new (
			args: Readonly<Record<string, unknown>>,
	  ) => MachineHooks);
