/** One call of a tool: whatever goes wrong in it becomes text for the model (spec section 12.3, step 9). */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { AgentToolCall } from "../agents/agent.ts";
import { describeError } from "../agents/errors.ts";
import type { ToolProvider, ToolResult } from "./tool-provider.ts";

export interface ToolRequest {
	readonly provider: ToolProvider | undefined;
	readonly call: AgentToolCall;
	/** Seconds; 0 = any time. */
	readonly timeout: number;
	readonly signal: AbortSignal;
	readonly idempotencyKey: string;
	/** Resolves after so many seconds; rejects when the signal aborts. */
	readonly sleep: (seconds: number, signal: AbortSignal) => Promise<void>;
}

/** A tool's result with both fields. */
export type FullToolResult = Required<ToolResult>;

/** Calls a tool. Never rejects for what happens in it. */
export async function callTool(request: ToolRequest): Promise<FullToolResult> {
	const { provider, call, timeout, signal } = request;
	const { name, malformed } = call;
	if (malformed !== undefined) {
		return failed(`The arguments for tool '${name}' are no JSON object. Call it again with a JSON object.`);
	}
	if (provider === undefined) return failed(`Tool '${name}' cannot be run: no tool provider configured.`);
	const ended = new AbortController();
	const late = new AbortController();
	const expiry =
		timeout > 0
			? request.sleep(timeout, AbortSignal.any([ended.signal, signal])).then(() => {
					late.abort(new DOMException(`Tool ${name} took longer than ${timeout} s.`, "TimeoutError"));
					return failed(`Tool '${name}' timed out after ${timeout}s.`);
				})
			: undefined;
	try {
		const work = execute(provider, request, AbortSignal.any([signal, late.signal]));
		return await (expiry ? Promise.race([work, expiry]) : work);
	} catch (error) {
		return failed(`Error executing tool '${name}': ${describeError(error).text}`);
	} finally {
		ended.abort();
		expiry?.catch(() => undefined);
	}
}

async function execute(
	provider: ToolProvider,
	{ call, idempotencyKey }: ToolRequest,
	signal: AbortSignal,
): Promise<FullToolResult> {
	return readToolResult(await provider.executeTool(call.name, call.id, call.arguments, { signal, idempotencyKey }));
}

/** A result as a provider of the user's, or a store, gives it: a text alone is its content. */
export function readToolResult(given: unknown): FullToolResult {
	if (typeof given === "string") return { content: given, is_error: false };
	if (!isRecord(given)) return { content: "", is_error: false };
	const { content } = given;
	const text = typeof content === "string" ? content : (JSON.stringify(content ?? "") ?? "");
	return { content: text, is_error: given.is_error === true };
}

function failed(content: string): FullToolResult {
	return { content, is_error: true };
}
