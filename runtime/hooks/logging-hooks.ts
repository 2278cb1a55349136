/** Hooks that log what a machine does (spec section 15.2). */
import type { LogFields, Logger, LogLevel } from "../logging/logger.ts";
import type { Context, MachineHooks } from "./hooks.ts";

/** Settings of {@link LoggingHooks}. */
export interface LoggingHooksOptions {
	readonly logger: Logger;
	/** The level of all lines but those about errors. Default `info`. */
	readonly level?: LogLevel;
}

function executionOf(context: Context): LogFields {
	const { machine } = context;
	return typeof machine === "object" && machine !== null && "execution_id" in machine
		? { execution_id: machine.execution_id }
		: {};
}

function nameOf(call: unknown): unknown {
	return typeof call === "object" && call !== null && "name" in call ? call.name : undefined;
}

/**
 * Logs starts, ends, states, transitions, actions and tools, with names only: contexts and outputs may be large and
 * private. It does not listen to streams, which would make agents stream.
 */
export class LoggingHooks implements MachineHooks {
	readonly #logger: Logger;
	readonly #level: LogLevel;

	constructor(options: LoggingHooksOptions) {
		this.#logger = options.logger;
		this.#level = options.level ?? "info";
	}

	#log(message: string, context: Context, fields: LogFields = {}): void {
		this.#logger[this.#level](message, { ...fields, ...executionOf(context) });
	}

	onMachineStart(context: Context): Context {
		this.#log("Machine started", context);
		return context;
	}

	onMachineEnd(context: Context, output: unknown): unknown {
		this.#log("Machine ended", context);
		return output;
	}

	onStateEnter(state: string, context: Context): Context {
		this.#log("State entered", context, { state });
		return context;
	}

	onStateExit(state: string, context: Context, output: unknown): unknown {
		this.#log("State left", context, { state });
		return output;
	}

	onTransition(from: string, to: string, context: Context): string {
		this.#log("Transition", context, { from, to });
		return to;
	}

	onError(state: string, error: Error, context: Context): null {
		this.#logger.error("State failed", { state, error_type: error.name, error, ...executionOf(context) });
		return null;
	}

	onAction(action: string, context: Context, info: { readonly state: string }): Context {
		this.#log("Action", context, { action, state: info.state });
		return context;
	}

	onToolCalls(state: string, calls: readonly unknown[], context: Context): Context {
		this.#log("Tools called", context, { state, tools: calls.map(nameOf) });
		return context;
	}

	onToolResult(state: string, result: unknown, context: Context): Context {
		this.#log("Tool answered", context, { state, tool: nameOf(result) });
		return context;
	}
}
