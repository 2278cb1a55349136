/** What a call cost, by the model's price, or estimated where no price is known (spec section 19.5). */
import type { TokenUsage } from "./completion.ts";
import type { ModelPrice } from "./prices.ts";

/** US dollars by kind of token. */
export interface CostBreakdown {
	readonly input: number;
	readonly output: number;
	readonly cache_read: number;
	readonly cache_write: number;
	readonly total: number;
}

/** For models without a price; the reference assumes the same. */
const assumed: ModelPrice = { input: 1, output: 2, cache_read: 0.1, cache_write: 1.25 };

/** What a call cost, in US dollars. */
export function costOfCall(usage: TokenUsage, price: ModelPrice | undefined): CostBreakdown {
	const { input: perInput, output: perOutput, cache_read: perRead, cache_write: perWrite } = price ?? assumed;
	const { input_tokens, output_tokens, cache_read_tokens, cache_write_tokens } = usage;
	// Providers count what comes out of caches as input, too; the reference's estimate adds both.
	const cached = price === undefined ? 0 : cache_read_tokens + cache_write_tokens;
	const input = (Math.max(0, input_tokens - cached) * perInput) / 1e6;
	const output = (output_tokens * perOutput) / 1e6;
	const cache_read = (cache_read_tokens * (perRead ?? perInput)) / 1e6;
	const cache_write = (cache_write_tokens * (perWrite ?? perInput)) / 1e6;
	return { input, output, cache_read, cache_write, total: input + output + cache_read + cache_write };
}
