/** When a process is to be killed: at random times, and at chosen points of its work. */

/** What the process passes; `call` is an agent call or a hook, all others are calls of the store. */
export type Point = "call" | "commit" | "acquire" | "release" | "claim" | "acknowledge";

export type KillPlan =
	| { readonly kind: "never" }
	/** From outside, so many milliseconds after the process was told to work. */
	| { readonly kind: "time"; readonly milliseconds: number }
	/** By itself, when it passes a point for the `after`th time. */
	| {
			readonly kind: "point";
			readonly point: Point;
			/** `during`: the store was called and, where it does not answer within the call, has not answered. */
			readonly when: "begin" | "end" | "before" | "during" | "after";
			readonly after: number;
			/** How long it goes on: a turn of its event loop, or milliseconds. */
			readonly delay: "now" | "microtask" | "immediate" | number;
			/** `SIGSTOP` freezes it. Default: `SIGKILL`. */
			readonly signal?: "SIGKILL" | "SIGSTOP";
	  };

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

export function pick<Value>(random: () => number, values: readonly [Value, ...Value[]]): Value {
	return values[Math.floor(random() * values.length)] ?? values[0];
}

/**
 * A plan for one life.
 * @param takesSignal whether it will take a signal: of those a run has few, so these moments are aimed at
 */
export function randomPlan(random: () => number, takesSignal: boolean): KillPlan {
	if (takesSignal && random() < 0.6) {
		const point = pick<Point>(random, ["claim", "acknowledge"]);
		const when = pick<"before" | "during" | "after">(random, ["before", "during", "after"]);
		return { kind: "point", point, when, after: 1, delay: pick(random, ["now", "microtask", "immediate"]) };
	}
	const kind = random();
	if (kind < 0.35) return { kind: "time", milliseconds: Math.floor(random() ** 2 * 300) };
	const delay = pick<"now" | "microtask" | "immediate" | number>(random, ["now", "microtask", "immediate", 1, 2]);
	const upTo = (most: number) => 1 + Math.floor(random() * most);
	// Right after a call has ended is where its result is easiest to lose.
	if (kind < 0.65) return { kind: "point", point: "call", when: "end", after: upTo(16), delay };
	if (kind < 0.7) return { kind: "point", point: "call", when: "begin", after: upTo(16), delay };
	const when = pick<"before" | "during" | "after">(random, ["before", "during", "after"]);
	if (kind < 0.9) return { kind: "point", point: "commit", when, after: upTo(20), delay };
	const point = pick<Point>(random, ["acquire", "release"]);
	return { kind: "point", point, when, after: upTo(2), delay };
}
