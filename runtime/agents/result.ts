/** Reads an `AgentResult` out of whatever an executor returned (spec section 18.1), and what the machine counts of it. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type {
	AgentCost,
	AgentErrorInfo,
	AgentResult,
	AgentToolCall,
	AgentUsage,
	FinishReason,
	RateLimitState,
	RateLimitWindow,
} from "./agent.ts";
import { readInterruption } from "./interruption.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The names of an `AgentResult`'s fields; a mapping with one of them is read as a result. */
export const agentResultFields: ReadonlySet<string> = new Set([
	"output",
	"content",
	"raw",
	"usage",
	"cost",
	"metadata",
	"finish_reason",
	"error",
	"rate_limit",
	"provider_data",
	"tool_calls",
	"rendered_user_prompt",
	"interruption",
]);

/**
 * Makes an `AgentResult` of an executor's return value: a mapping with at least one field of a result is read field by
 * field and its other keys are dropped, any other mapping is the output, nothing is an empty result, and anything else
 * is content in its text form. Fields of a wrong type are left out; an empty `error` is no error (spec section 18.1).
 */
export function coerceAgentResult(value: unknown): AgentResult {
	if (value === null || value === undefined) return {};
	if (value instanceof Error) return { error: readError(value) };
	if (!isRecord(value)) return { content: contentText(value) };
	if (!Object.keys(value).some((key) => agentResultFields.has(key))) return { output: value };
	const result: WritableResult = {};
	for (const [field, given] of Object.entries(value)) {
		if (given !== undefined) readField(result, field, given);
	}
	return result;
}

type WritableResult = { -readonly [Field in keyof AgentResult]: AgentResult[Field] };

function assignDefined<Field extends keyof AgentResult>(
	result: WritableResult,
	field: Field,
	value: WritableResult[Field],
): void {
	if (value !== undefined) result[field] = value;
}

/** Field by field, since most results have few: this runs once for every agent call. */
function readField(result: WritableResult, field: string, given: unknown): void {
	switch (field) {
		case "output":
		case "raw":
			result[field] = given;
			return;
		case "content":
			assignDefined(result, "content", readContent(given));
			return;
		case "usage":
			assignDefined(result, "usage", readUsage(given));
			return;
		case "cost":
			assignDefined(result, "cost", readCost(given));
			return;
		case "metadata":
		case "provider_data":
			assignDefined(result, field, readFields(given));
			return;
		case "finish_reason":
			assignDefined(result, "finish_reason", readFinishReason(given));
			return;
		case "error":
			assignDefined(result, "error", readError(given));
			return;
		case "rate_limit":
			assignDefined(result, "rate_limit", readRateLimit(given));
			return;
		case "tool_calls":
			assignDefined(result, "tool_calls", readToolCalls(given));
			return;
		case "rendered_user_prompt":
			assignDefined(result, "rendered_user_prompt", readText(given));
			return;
		case "interruption":
			assignDefined(result, "interruption", readInterruption(given));
	}
}

/** What templates see as `output`: the output if there is one, else `{content}`, else `{}` (spec section 7). */
export function payloadOf(result: AgentResult): unknown {
	if (result.output !== null && result.output !== undefined) return result.output;
	if (result.content !== null && result.content !== undefined) return { content: result.content };
	return {};
}

/** Calls to a provider: `usage.api_calls`, else `requests`, else `calls`, else 0 (spec section 6.5). */
export function apiCallsOf(result: AgentResult): number {
	const usage = result.usage;
	return usage?.api_calls ?? usage?.requests ?? usage?.calls ?? 0;
}

/** `usage.total_tokens`, else the sum of those that went in and came out. */
export function totalTokensOf({ usage }: AgentResult): number {
	return usage?.total_tokens ?? (usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0);
}

/** US dollars: `cost`, or where it is absent `usage.cost`; a breakdown counts by its `total` (spec section 6.5). */
export function costOf(result: AgentResult): number {
	const cost = result.cost ?? result.usage?.cost;
	if (cost === null || cost === undefined) return 0;
	return typeof cost === "number" ? cost : (cost.total ?? 0);
}

function own(fields: Fields, key: string): unknown {
	return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** The reference prints Python's words for booleans, and so do templates. */
function contentText(value: unknown): string {
	if (typeof value === "string") return value;
	if (typeof value === "boolean") return value ? "True" : "False";
	return Array.isArray(value) ? JSON.stringify(value) : String(value);
}

function readContent(value: unknown): string | null | undefined {
	return value === null || value === undefined ? value : contentText(isRecord(value) ? JSON.stringify(value) : value);
}

function readText(value: unknown): string | undefined {
	return typeof value === "string" ? value : undefined;
}

function readNumber(value: unknown): number | undefined {
	return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** Tokens, calls, dollars. What is below zero would give a spent budget back. */
function readAmount(value: unknown): number | undefined {
	const number = readNumber(value);
	return number === undefined || number < 0 ? undefined : number;
}

function readFields(value: unknown): Fields | undefined {
	return isRecord(value) ? value : undefined;
}

function readUsage(value: unknown): AgentUsage | undefined {
	if (!isRecord(value)) return undefined;
	return defined({
		input_tokens: readAmount(own(value, "input_tokens")),
		output_tokens: readAmount(own(value, "output_tokens")),
		total_tokens: readAmount(own(value, "total_tokens")),
		cache_read_tokens: readAmount(own(value, "cache_read_tokens")),
		cache_write_tokens: readAmount(own(value, "cache_write_tokens")),
		api_calls: readAmount(own(value, "api_calls")),
		requests: readAmount(own(value, "requests")),
		calls: readAmount(own(value, "calls")),
		cost: readCost(own(value, "cost")),
	});
}

function readCost(value: unknown): AgentCost | undefined {
	if (!isRecord(value)) return readAmount(value);
	return defined({
		input: readAmount(own(value, "input")),
		output: readAmount(own(value, "output")),
		cache_read: readAmount(own(value, "cache_read")),
		cache_write: readAmount(own(value, "cache_write")),
		total: readAmount(own(value, "total")),
	});
}

const finishReasons: readonly FinishReason[] = ["stop", "length", "tool_use", "error", "content_filter", "aborted"];

function readFinishReason(value: unknown): FinishReason | undefined {
	return finishReasons.find((reason) => reason === value);
}

/** No failure is lost: a text, an `Error`, or a mapping without a readable field still gives a message. */
function readError(value: unknown): AgentErrorInfo | undefined {
	if (typeof value === "string" && value !== "") return { message: value };
	if (value instanceof Error) return { type: value.name, message: value.message };
	if (!isRecord(value) || Object.keys(value).length === 0) return undefined;
	const error = defined({
		code: readText(own(value, "code")),
		type: readText(own(value, "type")),
		message: readText(own(value, "message")),
		status_code: readNumber(own(value, "status_code")),
		path: readText(own(value, "path")),
		retryable: Object.hasOwn(value, "retryable") ? Boolean(value.retryable) : undefined,
	});
	return Object.keys(error).length > 0 ? error : { message: JSON.stringify(value) };
}

function readRateLimit(value: unknown): RateLimitState | undefined {
	if (!isRecord(value)) return undefined;
	const windows = own(value, "windows");
	return defined({
		limited: Boolean(own(value, "limited")),
		retry_after: readNumber(own(value, "retry_after")),
		windows: Array.isArray(windows) ? windows.flatMap(readWindow) : undefined,
	});
}

function readWindow(value: unknown): RateLimitWindow[] {
	if (!isRecord(value)) return [];
	const window = defined({
		name: readText(own(value, "name")) ?? "",
		resource: readText(own(value, "resource")) ?? "",
		remaining: readNumber(own(value, "remaining")),
		limit: readNumber(own(value, "limit")),
		resets_in: readNumber(own(value, "resets_in")),
		reset_at: readNumber(own(value, "reset_at")),
	});
	return [window];
}

function readToolCalls(value: unknown): readonly AgentToolCall[] | undefined {
	if (!Array.isArray(value)) return undefined;
	return value.filter(isRecord).map((call) => ({
		id: readText(own(call, "id")) ?? "",
		// The agent's own response calls it `tool` (spec section 19.5).
		name: readText(own(call, "name")) ?? readText(own(call, "tool")) ?? "",
		...readArguments(own(call, "arguments"), readText(own(call, "malformed"))),
	}));
}

/** Arguments may be a mapping or its JSON text. */
function readArguments(args: unknown, malformed: string | undefined): Pick<AgentToolCall, "arguments" | "malformed"> {
	if (malformed !== undefined) return { arguments: {}, malformed };
	if (typeof args !== "string") return { arguments: readFields(args) ?? {} };
	try {
		const value: unknown = JSON.parse(args);
		if (isRecord(value)) return { arguments: value };
	} catch {
		// The model is told, and may call again.
	}
	return { arguments: {}, malformed: args };
}

/** The same object without keys whose value is undefined, so that results are clean JSON. */
function defined<T extends object>(fields: T): T {
	for (const [key, value] of Object.entries(fields)) {
		if (value === undefined) Reflect.deleteProperty(fields, key);
	}
	return fields;
}
