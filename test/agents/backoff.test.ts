import fc from "fast-check";
import { expect, test } from "vitest";
import { retryDelaySeconds } from "../../runtime/agents/backoff.ts";

const middle = () => 0.5;

test("each failed attempt has its delay, and after the last one there is none", () => {
	const delays = [0, 1, 2].map((attempt) =>
		retryDelaySeconds({ backoffs: [2, 8], attempt, jitter: 0.1, random: middle }),
	);
	expect(delays).toEqual([2, 8, undefined]);
});

test("the provider's wish raises a delay and never lowers it", () => {
	const delay = (retryAfter: number | null) =>
		retryDelaySeconds({ backoffs: [5], attempt: 0, jitter: 0, retryAfter, random: middle });
	expect([delay(20), delay(1), delay(null)]).toEqual([20, 5, 5]);
});

test("jitter spreads evenly around the delay", () => {
	const delay = (random: number) =>
		retryDelaySeconds({ backoffs: [10], attempt: 0, jitter: 0.2, random: () => random });
	expect([delay(0), delay(0.25), delay(0.75)]).toEqual([8, 9, 11]);
});

test("law: a delay is within its spread and never negative", () => {
	const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
	const seconds = fc.double({ min: 0, max: 1e6, noNaN: true });
	fc.assert(
		fc.property(seconds, seconds, share, share, (backoff, retryAfter, jitter, random) => {
			const base = Math.max(backoff, retryAfter);
			const delay = retryDelaySeconds({ backoffs: [backoff], attempt: 0, jitter, retryAfter, random: () => random });
			expect(delay).toBeGreaterThanOrEqual(0);
			expect(Math.abs((delay ?? Number.NaN) - base)).toBeLessThanOrEqual(base * jitter * 1.000001 + 1e-9);
		}),
	);
});
