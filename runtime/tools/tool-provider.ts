/** The port to tools: who tells a model which tools there are, and runs them (spec section 12.6). */

/** An OpenAI function definition, `{type: function, function: {name, description, parameters}}`. */
export type ToolDefinition = Readonly<Record<string, unknown>>;

/** What a tool gave, for the model to read. */
export interface ToolResult {
	readonly content: string;
	readonly is_error?: boolean;
}

/** What a tool is told of its call beside the arguments. */
export interface ToolCallInfo {
	/** Aborted when the call's time is over, or nobody waits for it any more. */
	readonly signal: AbortSignal;
	/**
	 * The same for a call that is made again after a crash. In a machine
	 * `<execution id>/<step>/<state>/tool.<turn>.<position>`.
	 */
	readonly idempotencyKey: string;
	/** Of a tool that pauses: the channel on which its answer is awaited once it has run. */
	readonly channel?: string;
}

/** Supplies the tools of a tool loop. */
export interface ToolProvider {
	/** Null: it runs the tools that the agent's own file defines. */
	getToolDefinitions(): readonly ToolDefinition[] | null;
	/** What it throws is told to the model as an error of the tool. */
	executeTool(
		name: string,
		toolCallId: string,
		args: Readonly<Record<string, unknown>>,
		info: ToolCallInfo,
	): Promise<ToolResult> | ToolResult;
	/** Called before the first call of a loop. What it throws fails the loop: a schema that is none, for example. */
	prepare?(): Promise<void>;
}

/** Whether a value has a provider's two methods. */
export function isToolProvider(value: unknown): value is ToolProvider {
	return (
		typeof value === "object" &&
		value !== null &&
		"getToolDefinitions" in value &&
		typeof value.getToolDefinitions === "function" &&
		"executeTool" in value &&
		typeof value.executeTool === "function"
	);
}
