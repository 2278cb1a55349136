/** Rate limits in the memory of this process. */
import { randomUUID } from "node:crypto";
import type { RateLimitBackend, RatePlace, RateWindow } from "../../../runtime/fleet/rate-limit-backend.ts";

interface Place {
	readonly id: string;
	/** Milliseconds since 1970. */
	readonly at: number;
}

interface Limited {
	/** In the order of their times: those of the longest window, and those to come. */
	places: Place[];
	pausedUntil: number;
}

export interface MemoryRateLimitOptions {
	readonly now: () => number;
	readonly newId: () => string;
}

export class MemoryRateLimits implements RateLimitBackend {
	readonly #options: MemoryRateLimitOptions;
	readonly #checkOpen: () => void;
	readonly #limited = new Map<string, Limited>();

	/** @param checkOpen throws where the store is closed */
	constructor(
		options: MemoryRateLimitOptions = { now: Date.now, newId: randomUUID },
		checkOpen: () => void = () => undefined,
	) {
		this.#options = options;
		this.#checkOpen = checkOpen;
	}

	async reserve(key: string, windows: readonly RateWindow[], longestWaitMs: number): Promise<RatePlace> {
		this.#checkOpen();
		const { now, newId } = this.#options;
		const time = now();
		const limited = this.#of(key);
		const oldest = time - Math.max(...windows.map(({ seconds }) => seconds)) * 1000;
		limited.places = limited.places.filter(({ at }) => at > oldest);
		const free = windows.map(({ requests, seconds }) => {
			const before = limited.places.at(-requests);
			return before === undefined ? 0 : before.at + seconds * 1000;
		});
		const at = Math.max(time, limited.pausedUntil, ...free);
		const waitMs = at - time;
		if (waitMs > longestWaitMs) return { id: null, waitMs };
		const id = newId();
		const next = limited.places.findIndex((place) => place.at > at);
		limited.places.splice(next === -1 ? limited.places.length : next, 0, { id, at });
		return { id, waitMs };
	}

	async release(key: string, id: string): Promise<void> {
		this.#checkOpen();
		const limited = this.#of(key);
		limited.places = limited.places.filter((place) => place.id !== id);
	}

	async pause(key: string, milliseconds: number): Promise<void> {
		this.#checkOpen();
		const limited = this.#of(key);
		limited.pausedUntil = Math.max(limited.pausedUntil, this.#options.now() + milliseconds);
	}

	async pausedFor(key: string): Promise<number> {
		this.#checkOpen();
		return Math.max(0, this.#of(key).pausedUntil - this.#options.now());
	}

	#of(key: string): Limited {
		const known = this.#limited.get(key);
		if (known) return known;
		const limited = { places: [], pausedUntil: 0 };
		this.#limited.set(key, limited);
		return limited;
	}
}
