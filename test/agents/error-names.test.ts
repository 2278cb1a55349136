import { describe, expect, test } from "vitest";
import {
	AgentError,
	describeError,
	errorFromAgentResult,
	errorNames,
	RetryableError,
	RuntimeError,
} from "../../runtime/agents/errors.ts";

describe("names that on_error may match", () => {
	test("a retryable agent error: the provider's type, its code, RetryableError, then parents", () => {
		const error = errorFromAgentResult({
			type: "RateLimitError",
			code: "rate_limit",
			message: "slow",
			retryable: true,
		});
		expect(error).toBeInstanceOf(RetryableError);
		expect(errorNames(error)).toEqual([
			"RateLimitError",
			"rate_limit",
			"RetryableError",
			"AgentError",
			"FlatstateError",
			"Error",
			"agent_error",
		]);
		expect(describeError(error)).toEqual({ text: "RateLimitError: slow", type: "RetryableError" });
	});

	test("any other agent error is a RuntimeError and never a RetryableError", () => {
		const error = errorFromAgentResult({});
		expect(error).toBeInstanceOf(RuntimeError);
		expect(error).toBeInstanceOf(AgentError);
		expect(errorNames(error)).not.toContain("RetryableError");
		expect(describeError(error)).toEqual({ text: "AgentError: unknown", type: "RuntimeError" });
	});

	test("classes of the user's count without a name of their own, up to Error", () => {
		class Refused extends RangeError {}
		expect(errorNames(new Refused("no"))).toEqual(["Refused", "RangeError", "Error"]);
		expect(describeError(new Refused("no"))).toEqual({ text: "no", type: "Refused" });
	});

	test("a name that the thrower set comes first, then classes, type and code", () => {
		const error = Object.assign(new Error("gone"), { name: "FileNotFoundError", type: "io", code: "ENOENT" });
		expect(errorNames(error)).toEqual(["FileNotFoundError", "Error", "io", "ENOENT"]);
	});

	test("anything may be thrown", () => {
		expect(errorNames("text")).toEqual([]);
		expect(errorNames(null)).toEqual([]);
		expect(errorNames({ code: "x" })).toEqual(["x"]);
		expect(describeError("text")).toEqual({ text: "text", type: "string" });
		expect(describeError({ a: 1 })).toEqual({ text: '{"a":1}', type: "object" });
		const trap = Object.defineProperty({}, "code", {
			get: () => {
				throw new Error("trap");
			},
		});
		expect(errorNames(trap)).toEqual([]);
	});
});
