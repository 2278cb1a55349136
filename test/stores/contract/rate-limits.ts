/** What every store that counts calls for all of its processes has to do. */
import { describe, expect, it } from "vitest";
import type { RateLimitBackend, RateWindow } from "../../../runtime/fleet/rate-limit-backend.ts";
import type { Store } from "../../../runtime/store/store.ts";
import { type StoreOpener, storesOf } from "./opener.ts";

const anyTime = 1e12;

export function rateLimitContract(name: string, opener: StoreOpener): void {
	describe(`${name} as a place for rate limits`, () => {
		const openStores = storesOf(opener);

		async function open() {
			const { store, other, clock } = await openStores();
			const [limits, others] = [limitsOf(store), limitsOf(other)];
			/** Takes a place. @returns when it is, in milliseconds */
			const place = async (key: string, windows: readonly RateWindow[], by: RateLimitBackend = limits) => {
				const start = clock.now();
				const { id, waitMs } = await by.reserve(key, windows, anyTime);
				expect(id).not.toBeNull();
				return start + waitMs;
			};
			return { limits, others, clock, place };
		}

		it("gives places at once up to the limit, then in order as early as they may be", async () => {
			const { limits, others, place, clock } = await open();
			const start = clock.now();
			const windows = [{ requests: 2, seconds: 10 }];
			const places = [];
			for (const by of [limits, others, limits, others, limits]) places.push((await place("a", windows, by)) - start);
			expect(places).toEqual([0, 0, 10_000, 10_000, 20_000]);
			clock.advance(15_000);
			expect((await place("a", windows)) - start).toBe(20_000);
			clock.advance(60_000);
			expect((await place("a", windows)) - start).toBe(75_000);
		});

		it("lets no window see more than its limit, wherever it begins, however many ask at once", async () => {
			const { limits, others, place, clock } = await open();
			const windows = [
				{ requests: 5, seconds: 1 },
				{ requests: 12, seconds: 4 },
			];
			const times: number[] = [];
			for (const pause of [0, 700, 250, 1900]) {
				clock.advance(pause);
				const asked = Array.from({ length: 20 }, (_, n) => place("a", windows, n % 2 === 0 ? limits : others));
				times.push(...(await Promise.all(asked)));
			}
			expect(times).toHaveLength(80);
			times.sort((a, b) => a - b);
			for (const { requests, seconds } of windows) {
				const tooMany = times.filter(
					(time, n) => (times[n + requests] ?? Number.POSITIVE_INFINITY) - time < seconds * 1000,
				);
				expect(tooMany).toEqual([]);
			}
			// Nothing is wasted either: 80 places of 12 in 4 seconds.
			expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(7 * 4000);
		});

		it("keeps keys apart", async () => {
			const { place, clock } = await open();
			const once = [{ requests: 1, seconds: 60 }];
			expect(await place("a", once)).toBe(clock.now());
			expect(await place("b", once)).toBe(clock.now());
			expect(await place("a", once)).toBe(clock.now() + 60_000);
		});

		it("takes no place that would be too late, and says how late", async () => {
			const { limits, place, clock } = await open();
			const once = [{ requests: 1, seconds: 60 }];
			await place("a", once);
			expect(await limits.reserve("a", once, 59_999)).toEqual({ id: null, waitMs: 60_000 });
			clock.advance(1000);
			expect(await limits.reserve("a", once, 59_000)).toMatchObject({ waitMs: 59_000 });
		});

		it("gives a place that was given back to the next who asks", async () => {
			const { limits, others, clock } = await open();
			const once = [{ requests: 1, seconds: 60 }];
			await limits.reserve("a", once, anyTime);
			const second = await limits.reserve("a", once, anyTime);
			await others.release("a", second.id ?? "");
			await others.release("a", "none");
			expect(await others.reserve("a", once, anyTime)).toMatchObject({ waitMs: 60_000 });
			clock.advance(1);
		});

		it("pauses for all, for as long as the longest asks", async () => {
			const { limits, others, place, clock } = await open();
			const start = clock.now();
			const windows = [{ requests: 2, seconds: 1 }];
			expect(await limits.pausedFor("a")).toBe(0);
			await limits.pause("a", 5000);
			await limits.pause("a", 2000);
			expect(await others.pausedFor("a")).toBe(5000);
			expect(await others.pausedFor("b")).toBe(0);
			expect(await place("a", windows, others)).toBe(start + 5000);
			clock.advance(5000);
			expect(await others.pausedFor("a")).toBe(0);
			expect(await place("a", windows, others)).toBe(start + 5000);
			expect(await place("a", windows, others)).toBe(start + 6000);
		});
	});
}

function limitsOf(store: Store): RateLimitBackend {
	if (!store.rateLimits) throw new Error(`${store.name} has no rate limits`);
	return store.rateLimits;
}
