/** Estimates what a call cost (spec section 19.5). */
import type { TokenUsage } from "./completion.ts";

/** US dollars by kind of token. */
export interface CostBreakdown {
	readonly input: number;
	readonly output: number;
	readonly cache_read: number;
	readonly cache_write: number;
	readonly total: number;
}

/** US dollars per million tokens; an estimate for every model, as the reference makes where it knows no prices. */
const dollarsPerMillion = { input: 1, output: 2, cache_read: 0.1, cache_write: 1.25 } as const;

/** The estimated cost of a call, in US dollars. */
export function estimateCost(usage: TokenUsage): CostBreakdown {
	const input = (usage.input_tokens * dollarsPerMillion.input) / 1e6;
	const output = (usage.output_tokens * dollarsPerMillion.output) / 1e6;
	const cache_read = (usage.cache_read_tokens * dollarsPerMillion.cache_read) / 1e6;
	const cache_write = (usage.cache_write_tokens * dollarsPerMillion.cache_write) / 1e6;
	return { input, output, cache_read, cache_write, total: input + output + cache_read + cache_write };
}
