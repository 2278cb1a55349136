/** An exception as error data: code, type, text, status (spec section 9, "Exhausted/stopped"). */
import type { AgentErrorInfo } from "./agent.ts";
import { AgentError, describeError, natureOf } from "./errors.ts";

const statusKeys = ["status_code", "status", "http_status", "statusCode"] as const;

/** Error data of anything thrown by an executor; the status comes from the error, its response, or its text. */
export function errorInfoOf(error: unknown): AgentErrorInfo {
	const known = natureOf(error)?.info;
	if (known) return known;
	const { type, text } = describeError(error);
	const status = statusOf(error) ?? statusOf(read(error, "response")) ?? statusIn(text);
	const own = error instanceof AgentError ? error.errorInfo : {};
	return {
		code: status === 429 ? "rate_limit" : "server_error",
		type,
		message: text,
		...(status !== undefined && { status_code: status }),
		...own,
	};
}

function statusOf(value: unknown): number | undefined {
	for (const key of statusKeys) {
		const status = read(value, key);
		if (typeof status === "number") return status;
	}
	return undefined;
}

function statusIn(text: string): number | undefined {
	const match = /\b[45]\d\d\b/.exec(text);
	return match ? Number(match[0]) : undefined;
}

function read(value: unknown, key: string): unknown {
	return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
