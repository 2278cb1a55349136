import { describe, expect, test } from "vitest";
import { rateLimitFromHeaders } from "../../adapters/flatagent/index.ts";
import { harness } from "./flatagent-harness.ts";

describe("rate-limit windows out of headers (spec section 18.2)", () => {
	test("buckets of a minute, an hour and a day win over plain windows of the same resource", () => {
		expect(
			rateLimitFromHeaders({
				"x-ratelimit-remaining-requests-minute": "3",
				"x-ratelimit-limit-requests-minute": "30",
				"x-ratelimit-remaining-requests-day": "0",
				"x-ratelimit-remaining-requests": "1",
				"x-ratelimit-remaining-tokens": "100",
				"x-ratelimit-limit-tokens": "1000",
				"x-ratelimit-reset-tokens": "1h30m",
			}),
		).toEqual({
			limited: true,
			windows: [
				{ name: "requests_per_minute", resource: "requests", remaining: 3, limit: 30, resets_in: 60 },
				{ name: "requests_per_day", resource: "requests", remaining: 0, resets_in: 86_400 },
				{ name: "tokens", resource: "tokens", remaining: 100, limit: 1000, resets_in: 5400 },
			],
		});
	});

	test.each([
		["6m0s", 360],
		["500ms", 1],
		["1.2s", 2],
		["7.66s", 8],
		["2", 2],
		["soon", undefined],
	])("a reset of %s is %s seconds", (reset, seconds) => {
		const state = rateLimitFromHeaders({ "x-ratelimit-remaining-tokens": "1", "x-ratelimit-reset-tokens": reset });
		expect(state?.windows?.[0]?.resets_in).toBe(seconds);
	});

	test("anthropic's resets are moments", () => {
		expect(
			rateLimitFromHeaders({
				"anthropic-ratelimit-requests-remaining": "5",
				"anthropic-ratelimit-requests-limit": "50",
				"anthropic-ratelimit-requests-reset": "2026-01-01T00:00:10Z",
			}),
		).toEqual({
			limited: false,
			windows: [{ name: "requests", resource: "requests", remaining: 5, limit: 50, reset_at: 1_767_225_610 }],
		});
	});

	test("retry-after is seconds or a date, and the argument wins", () => {
		const now = () => Date.parse("2026-01-01T00:00:00Z");
		const date = { "retry-after": "Thu, 01 Jan 2026 00:00:05 GMT" };
		expect(rateLimitFromHeaders({ "retry-after": "12" })).toEqual({ limited: false, retry_after: 12, windows: [] });
		expect(rateLimitFromHeaders(date, { now })?.retry_after).toBe(5);
		expect(rateLimitFromHeaders({ "retry-after": "12" }, { retryAfter: 3 })?.retry_after).toBe(3);
		expect(rateLimitFromHeaders({ "retry-after": "later" })).toBeNull();
	});

	test("without any such header there is nothing to say", () => {
		expect(rateLimitFromHeaders({ "content-type": "x", "x-ratelimit-remaining-tokens": "many" })).toBeNull();
	});
});

test("the limits of a good answer are in the result", async () => {
	const headers = { "X-RateLimit-Remaining-Tokens-Minute": "9", "x-request-id": "r1", server: "x" };
	await using h = await harness([{ content: "ok", headers }]);
	const result = await h.agent().execute({ input: {}, context: {} });
	expect(result.rate_limit).toEqual({
		limited: false,
		windows: [{ name: "tokens_per_minute", resource: "tokens", remaining: 9, resets_in: 60 }],
	});
	expect(result.provider_data).toEqual({
		model: "small",
		raw_headers: { "x-ratelimit-remaining-tokens-minute": "9", "x-request-id": "r1" },
	});
});
