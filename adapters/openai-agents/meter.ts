/** What the requests of one call of an agent add up to, also where the call fails in the end. */
import type { AgentCost, AgentUsage, RateLimitState } from "../../runtime/agents/agent.ts";
import type { KnownSecrets } from "../../runtime/logging/known-secrets.ts";
import { type CostBreakdown, costOfCall } from "../flatagent/cost.ts";
import type { ModelPrice } from "../flatagent/prices.ts";
import { type HeaderMap, rateLimitFromHeaders } from "../flatagent/rate-limits.ts";

/** Token counts as the SDK has them. */
export interface SdkUsage {
	readonly inputTokens: number;
	readonly outputTokens: number;
	readonly inputTokensDetails?: unknown;
}

const nothing: CostBreakdown = { input: 0, output: 0, cache_read: 0, cache_write: 0, total: 0 };

export class Meter {
	/** The model that answered last, as its provider knows it. */
	model: string | undefined;
	/** Why it ended its answer, in the provider's words. */
	finishReason: string | undefined;
	#headers: HeaderMap = {};
	readonly #secrets = new Set<KnownSecrets>();
	#requests = 0;
	#input = 0;
	#output = 0;
	#cacheRead = 0;
	#cost = nothing;

	/** @param price absent: the cost is an estimate */
	answered(model: string, usage: SdkUsage, price: ModelPrice | undefined): void {
		const { inputTokens: input_tokens, outputTokens: output_tokens } = usage;
		const cache_read_tokens = cachedTokens(usage.inputTokensDetails);
		const total_tokens = input_tokens + output_tokens;
		const more = costOfCall(
			{ input_tokens, output_tokens, total_tokens, cache_read_tokens, cache_write_tokens: 0 },
			price,
		);
		const { input, output, cache_read, cache_write, total } = this.#cost;
		this.#cost = {
			input: input + more.input,
			output: output + more.output,
			cache_read: cache_read + more.cache_read,
			cache_write: cache_write + more.cache_write,
			total: total + more.total,
		};
		this.model = model;
		this.#requests += 1;
		this.#input += input_tokens;
		this.#output += output_tokens;
		this.#cacheRead += cache_read_tokens;
	}

	/** Requests to models that are not ours: what they cost is an estimate. */
	answeredElsewhere(requests: number, usage: SdkUsage): void {
		this.answered("", usage, undefined);
		this.model = undefined;
		this.#requests = requests;
	}

	/** What a provider is sent that it must not repeat in a failure's message. */
	sends(secrets: KnownSecrets): void {
		this.#secrets.add(secrets);
	}

	/** A text without what was sent in secret. */
	hide(text: string): string {
		return [...this.#secrets].reduce((safe, secrets) => secrets.hide(safe), text);
	}

	/** Headers about limits, of an answer or a refusal. */
	saw(headers: HeaderMap): void {
		this.#headers = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, this.hide(value)]));
	}

	get headers(): HeaderMap {
		return this.#headers;
	}

	get usage(): AgentUsage {
		return {
			input_tokens: this.#input,
			output_tokens: this.#output,
			total_tokens: this.#input + this.#output,
			cache_read_tokens: this.#cacheRead,
			cache_write_tokens: 0,
			api_calls: this.#requests,
		};
	}

	get cost(): AgentCost {
		return this.#cost;
	}

	/** @param retryAfter seconds, where the failure itself says so */
	rateLimit(now: () => number, retryAfter?: number): RateLimitState | null {
		return rateLimitFromHeaders(this.#headers, { now, ...(retryAfter !== undefined && { retryAfter }) });
	}
}

/** The SDK has one map for each request, or the map alone. */
function cachedTokens(details: unknown): number {
	const [first]: readonly unknown[] = Array.isArray(details) ? details : [details];
	const cached: unknown = typeof first === "object" && first !== null ? Reflect.get(first, "cached_tokens") : 0;
	return typeof cached === "number" ? cached : 0;
}
