import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { costOfCall } from "../../adapters/flatagent/cost.ts";
import { checkPrices } from "../../adapters/flatagent/index.ts";
import { priceOf } from "../../adapters/flatagent/prices.ts";
import { harness } from "./flatagent-harness.ts";

const usage = {
	input_tokens: 1000,
	output_tokens: 500,
	total_tokens: 1500,
	cache_read_tokens: 400,
	cache_write_tokens: 0,
};

test("a model's price is found by its name, without a date at its end, or by its provider", () => {
	const mini = { input: 0.25, output: 2, cache_read: 0.025 };
	expect(priceOf("openai", "gpt-5-mini")).toEqual(mini);
	expect(priceOf("openai", "gpt-5-mini-2025-08-07")).toEqual(mini);
	expect(priceOf("anthropic", "claude-sonnet-4-5-20250929")).toMatchObject({ input: 3 });
	expect(priceOf("ollama", "llama3.2")).toEqual({ input: 0, output: 0 });
	expect(priceOf("openai", "gpt-of-tomorrow")).toBeUndefined();
	expect(priceOf("custom", "gpt-5-mini")).toBeUndefined();
});

test("prices of one's own win", () => {
	const own = { "openai/*": { input: 9, output: 9 }, "mock/small": { input: 1, output: 1 } };
	expect(priceOf("openai", "gpt-5-mini", own)).toEqual({ input: 9, output: 9 });
	expect(priceOf("mock", "small", own)).toEqual({ input: 1, output: 1 });
});

test("what came out of a cache is not paid for as input, too", () => {
	const cost = costOfCall(usage, { input: 10, output: 20, cache_read: 1 });
	expect(cost).toEqual({ input: 0.006, output: 0.01, cache_read: 0.0004, cache_write: 0, total: 0.0164 });
	expect(costOfCall(usage, { input: 10, output: 20 }).cache_read).toBeCloseTo(0.004);
});

test("FLATSTATE_PRICES names a file of prices, and a call costs what it says", async () => {
	const file = join(mkdtempSync(join(tmpdir(), "flatstate-")), "prices.yml");
	writeFileSync(file, "mock/small: { input: 100, output: 1000 }\n");
	await using h = await harness([{ content: "x", usage: { prompt_tokens: 10, completion_tokens: 1 } }]);
	const agent = h.agent({}, { env: { MOCK_BASE_URL: h.model.url, FLATSTATE_PRICES: file } });
	expect((await agent.execute({ input: {}, context: {} })).cost).toMatchObject({ total: 0.002 });
});

test("a file of prices that is wrong fails the call before it is made", async () => {
	await using h = await harness(["x"]);
	const env = { MOCK_BASE_URL: h.model.url, FLATSTATE_PRICES: "nowhere/prices.yml" };
	const { error } = await h.agent({}, { env }).call();
	expect(error).toMatchObject({ code: "invalid_prices", type: "InvalidPricesError", retryable: false });
	expect(h.model.requests).toHaveLength(0);
});

test.each([
	["no map", [1], "no map"],
	["a name without provider", { "gpt-5": { input: 1, output: 1 } }, "names no provider"],
	["a price that is no map", { "a/b": 3 }, "no map"],
	["a missing price", { "a/b": { input: 1 } }, "needs"],
	["a negative price", { "a/b": { input: -1, output: 1 } }, "no amount"],
])("%s is refused", (_name, value, message) => {
	expect(() => checkPrices(value, "prices.yml")).toThrow(message);
});
