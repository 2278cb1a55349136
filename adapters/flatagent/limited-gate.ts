/** A gate of one process behind a limit that all processes share (docs/agents.md, "Limits across processes"). */
import type { RateWindow } from "../../runtime/fleet/rate-limit-backend.ts";
import type { RateLimiter } from "../../runtime/fleet/rate-limiter.ts";
import { StoreError } from "../../runtime/store/errors.ts";
import { RateLimitError, RateLimiterError } from "./errors.ts";
import type { Answered, Entry, Gate, Leave } from "./rate-gate.ts";
import type { ObservedWindow } from "./rate-limits.ts";
import { digestOf, type LimitedEndpoint } from "./shared-gates.ts";

/** The gate that calls of an endpoint go through: its own, behind the shared limits where it has any. */
export function limitedGate(gate: Gate, limiter: RateLimiter | undefined, endpoint: LimitedEndpoint): Gate {
	const windows = limiter?.windowsOf(endpoint.baseUrl) ?? [];
	if (!limiter || windows.length === 0) return gate;
	return new LimitedGate({ gate, limiter, windows, key: digestOf(endpoint), now: Date.now });
}

export interface LimitedGateOptions {
	readonly gate: Gate;
	readonly limiter: RateLimiter;
	readonly windows: readonly RateWindow[];
	readonly key: string;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

export class LimitedGate implements Gate {
	readonly #options: LimitedGateOptions;

	constructor(options: LimitedGateOptions) {
		this.#options = options;
	}

	async enter({ signal, longestWait }: Entry): Promise<Leave> {
		const { gate, limiter, windows, key, now } = this.#options;
		const start = now();
		const delay = await limiter.take(key, windows, { signal, longestWait }).catch((error: unknown) => {
			throw error instanceof StoreError ? new RateLimiterError(error) : error;
		});
		if (delay > 0) throw new RateLimitError(delay);
		const leave = await gate.enter({ signal, longestWait: Math.max(0, longestWait - (now() - start)) });
		return (answered) => {
			leave(answered);
			const pause = pauseOf(answered, now());
			if (pause > 0) void limiter.pause(key, pause);
		};
	}
}

/** Milliseconds for which the provider takes no calls, whoever makes them; 0 = as far as it says, it does. */
function pauseOf({ limits, isRefused }: Answered, now: number): number {
	const usedUp = (limits?.windows ?? []).filter(({ remaining }) => remaining === 0);
	const asked = isRefused ? (limits?.retryAfter ?? 0) : 0;
	return Math.max(0, asked, ...usedUp.map((window) => untilReset(window, now)));
}

function untilReset({ reset }: ObservedWindow, now: number): number {
	if (reset === undefined) return 0;
	return "in" in reset ? reset.in : reset.at - now;
}
