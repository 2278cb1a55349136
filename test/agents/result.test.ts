import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { agentResultFields, apiCallsOf, coerceAgentResult, costOf, payloadOf } from "../../runtime/agents/result.ts";

describe("coerceAgentResult (spec section 18.1)", () => {
	test.each([
		["nothing", null, {}],
		["undefined", undefined, {}],
		["a text", "hello", { content: "hello" }],
		["a number", 4.5, { content: "4.5" }],
		["a boolean in Python's words", true, { content: "True" }],
		["a list as JSON text", [1, "a"], { content: '[1,"a"]' }],
		["a mapping without fields of a result", { score: 8 }, { output: { score: 8 } }],
		["a mapping with a field drops other keys", { content: "x", score: 8 }, { content: "x" }],
		["an empty error is no error", { content: "x", error: {} }, { content: "x" }],
		["a text as error", { error: "boom" }, { error: { message: "boom" } }],
		["a returned Error", new TypeError("boom"), { error: { type: "TypeError", message: "boom" } }],
		["numbers that are none", { usage: { api_calls: "3", input_tokens: 2 } }, { usage: { input_tokens: 2 } }],
		["an unknown finish reason", { content: "x", finish_reason: "bored" }, { content: "x" }],
		[
			"tool calls in either naming",
			{
				tool_calls: [
					{ id: "1", tool: "a", arguments: { x: 1 } },
					{ id: "2", name: "b" },
				],
			},
			{
				tool_calls: [
					{ id: "1", name: "a", arguments: { x: 1 } },
					{ id: "2", name: "b", arguments: {} },
				],
			},
		],
	])("%s", (_name, value, expected) => {
		expect(coerceAgentResult(value)).toEqual(expected);
	});

	test("a full result comes through unchanged", () => {
		const result = {
			output: { a: 1 },
			content: "text",
			usage: { input_tokens: 1, output_tokens: 2, api_calls: 1, cost: { total: 0.5 } },
			cost: { input: 1, output: 2, total: 3 },
			metadata: { x: 1 },
			finish_reason: "stop",
			error: { code: "rate_limit", type: "RateLimitError", message: "slow", status_code: 429, retryable: true },
			rate_limit: {
				limited: true,
				retry_after: 3,
				windows: [{ name: "requests", resource: "requests", remaining: 0 }],
			},
			provider_data: { model: "m" },
			tool_calls: [{ id: "1", name: "t", arguments: {} }],
			rendered_user_prompt: "hi",
		};
		expect(coerceAgentResult(result)).toEqual(result);
	});

	test("only own properties count", () => {
		const inherited: unknown = Object.create({ content: "inherited" });
		expect(coerceAgentResult(inherited)).toEqual({ output: inherited });
	});

	test("law: coercing twice gives what coercing once gives", () => {
		const fields = fc.dictionary(fc.constantFrom(...agentResultFields, "other"), fc.jsonValue());
		fc.assert(
			fc.property(fc.oneof(fields, fc.jsonValue()), (value) => {
				const once = coerceAgentResult(value);
				if (Object.keys(once).length > 0) expect(coerceAgentResult(once)).toEqual(once);
			}),
		);
	});
});

describe("payload and counters", () => {
	test("the output wins over the content, and nothing is an empty mapping", () => {
		expect(payloadOf({ output: 0, content: "x" })).toBe(0);
		expect(payloadOf({ output: null, content: "" })).toEqual({ content: "" });
		expect(payloadOf({ content: null })).toEqual({});
	});

	test("calls are counted by the first of api_calls, requests, calls", () => {
		expect(apiCallsOf({ usage: { api_calls: 2, requests: 5 } })).toBe(2);
		expect(apiCallsOf({ usage: { requests: 5, calls: 7 } })).toBe(5);
		expect(apiCallsOf({ usage: { calls: 7 } })).toBe(7);
		expect(apiCallsOf({})).toBe(0);
	});

	test("cost is the number or the total, and the usage's only where the cost is absent", () => {
		expect(costOf({ cost: 0.5, usage: { cost: 9 } })).toBe(0.5);
		expect(costOf({ cost: { input: 1, total: 3 } })).toBe(3);
		expect(costOf({ usage: { cost: { total: 2 } } })).toBe(2);
		expect(costOf({ cost: 0, usage: { cost: 9 } })).toBe(0);
	});
});
