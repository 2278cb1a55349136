/** `--rate-limit HOST=REQUESTS/SECONDS`: limits on calls of models, counted in the store where others share it. */
import { MemoryRateLimits } from "../../adapters/stores/memory/memory-rate-limits.ts";
import type { RateLimitBackend } from "../../runtime/fleet/rate-limit-backend.ts";
import type { RateLimit, RateLimits } from "../../runtime/fleet/rate-limiter.ts";
import type { Logger } from "../../runtime/logging/logger.ts";
import type { Store } from "../../runtime/store/store.ts";

export interface RateLimitCommandOptions {
	/** In the order of the command line. */
	readonly rateLimit?: readonly RateLimit[];
}

/** Lets the store count once the first call is made, where it can; else this process alone. */
export function rateLimitsOf(
	{ rateLimit: limits }: RateLimitCommandOptions,
	storeOf: () => Promise<Store | undefined>,
	logger: Logger,
): RateLimits | undefined {
	if (limits === undefined) return undefined;
	const limiter = async (): Promise<RateLimitBackend> => {
		const store = await storeOf();
		if (store?.rateLimits) return store.rateLimits;
		logger.warn(`${store?.name ?? "The run"} has no place for rate limits: they hold for this process alone.`);
		return new MemoryRateLimits();
	};
	return { limiter, limits };
}
