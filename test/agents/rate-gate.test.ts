import { expect, test } from "vitest";
import { type Answered, type Leave, RateGate } from "../../adapters/flatagent/rate-gate.ts";
import { observeLimits } from "../../adapters/flatagent/rate-limits.ts";
import { type RequestLimit, requestCounter } from "../../adapters/mock-model/request-limit.ts";

/** A clock that moves when told to, with the gate's alarms on it. */
function clock() {
	let time = 1_000_000;
	const alarms = new Set<{ at: number; ring: () => void }>();
	return {
		now: () => time,
		sleep: (milliseconds: number, signal: AbortSignal) =>
			new Promise<void>((resolve, reject) => {
				const alarm = { at: time + milliseconds, ring: resolve };
				alarms.add(alarm);
				signal.addEventListener("abort", () => {
					alarms.delete(alarm);
					reject(signal.reason);
				});
			}),
		/** When the next alarm rings. */
		next: () => Math.min(...[...alarms].map(({ at }) => at)),
		async pass(milliseconds: number) {
			time += milliseconds;
			for (const alarm of alarms) {
				if (alarm.at > time) continue;
				alarms.delete(alarm);
				alarm.ring();
			}
			await turns();
		},
	};
}

async function turns() {
	for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

function gated() {
	const time = clock();
	const gate = new RateGate(time);
	const entered: Leave[] = [];
	const failures: unknown[] = [];
	const enter = async (count: number, longestWait = 600_000, signal?: AbortSignal) => {
		for (let call = 0; call < count; call += 1) {
			gate.enter({ signal, longestWait }).then(
				(leave) => entered.push(leave),
				(error: unknown) => failures.push(error),
			);
		}
		await turns();
	};
	const leave = async (answered: Answered) => {
		entered.shift()?.(answered);
		await turns();
	};
	return { ...time, gate, entered, failures, enter, leave };
}

const ok: Answered = { isRefused: false, limits: { windows: [] } };

test("a gate that knows of no limit is open to all", async () => {
	const g = gated();
	await g.enter(1000);
	expect([g.entered.length, g.gate.waiting]).toEqual([1000, 0]);
});

test("Retry-After stops all calls until it is over, to the millisecond", async () => {
	const g = gated();
	await g.enter(2);
	await g.leave({ isRefused: true, limits: { windows: [], retryAfter: 7000 } });
	await g.leave(ok);
	await g.enter(3);
	expect([g.entered.length, g.gate.waiting]).toEqual([0, 3]);
	await g.pass(6999);
	expect(g.entered).toHaveLength(0);
	await g.pass(1);
	expect(g.entered.length).toBeGreaterThan(0);
});

test("no more calls are let in than a window has left, with those under way counted", async () => {
	const g = gated();
	const answer = (remaining: number, resetsIn: number): Answered => ({
		isRefused: false,
		limits: {
			windows: [{ name: "requests", resource: "requests", remaining, limit: 5, reset: { in: resetsIn } }],
		},
	});
	await g.enter(1);
	await g.leave(answer(4, 1000));
	await g.enter(10);
	expect([g.entered.length, g.gate.waiting]).toEqual([4, 6]);
	// Answers overtake each other: what the later one said stays true.
	await g.leave(answer(0, 1000));
	await g.leave(answer(3, 1000));
	expect([g.entered.length, g.gate.waiting]).toEqual([2, 6]);
	await g.pass(1000);
	expect([g.entered.length, g.gate.waiting]).toEqual([5, 3]);
});

test("tokens that are left are shared out by what a call uses on average", async () => {
	const g = gated();
	await g.enter(1);
	const windows = [{ name: "tokens", resource: "tokens" as const, remaining: 250, reset: { in: 60_000 } }];
	await g.leave({ isRefused: false, tokens: 100, limits: { windows } });
	await g.enter(5);
	expect([g.entered.length, g.gate.waiting]).toEqual([3, 2]);
});

test("a refusal that says nothing pauses all calls, longer after each further one", async () => {
	const g = gated();
	for (const pause of [500, 1000, 2000]) {
		await g.enter(1);
		await g.leave({ isRefused: true });
		await g.enter(1);
		await g.pass(pause - 1);
		expect(g.entered).toHaveLength(0);
		await g.pass(1);
		expect(g.entered).toHaveLength(1);
		g.entered.shift()?.({ isRefused: false });
	}
});

test("calls that were under way when the provider refused one are one refusal together", async () => {
	const g = gated();
	await g.enter(50);
	for (let call = 0; call < 50; call += 1) await g.leave({ isRefused: true });
	await g.enter(50);
	await g.pass(500);
	expect([g.entered.length, g.gate.waiting]).toEqual([25, 25]);
	for (let call = 0; call < 25; call += 1) await g.leave(ok);
	expect(g.entered).toHaveLength(25);
});

test("a call that would wait longer than it may fails at once, and so does one whose wait grows", async () => {
	const g = gated();
	await g.enter(2);
	await g.leave({ isRefused: true, limits: { windows: [], retryAfter: 5000 } });
	await g.enter(1, 4999);
	expect(g.failures).toMatchObject([{ code: "rate_limit", retryAfter: 5 }]);
	await g.enter(1, 5000);
	expect(g.gate.waiting).toBe(1);
	await g.leave({ isRefused: true, limits: { windows: [], retryAfter: 9000 } });
	expect([g.failures.length, g.gate.waiting]).toEqual([2, 0]);
});

test("a call that is aborted while it waits leaves the queue", async () => {
	const g = gated();
	await g.enter(1);
	await g.leave({ isRefused: true, limits: { windows: [], retryAfter: 1000 } });
	const controller = new AbortController();
	await g.enter(1, 600_000, controller.signal);
	await g.enter(1);
	controller.abort(new Error("enough"));
	await turns();
	expect(g.failures).toEqual([new Error("enough")]);
	await g.pass(1000);
	expect([g.entered.length, g.gate.waiting]).toEqual([1, 0]);
});

test("a window without a reset holds nobody back, since nobody could wait for it", async () => {
	const g = gated();
	await g.enter(1);
	await g.leave({
		isRefused: false,
		limits: { windows: [{ name: "requests", resource: "requests", remaining: 0 }] },
	});
	await g.enter(2);
	expect(g.entered).toHaveLength(2);
});

test("the answer that was quickest says best when a window begins anew", async () => {
	const g = gated();
	const answer = (remaining: number, resetsIn: number): Answered => ({
		isRefused: false,
		limits: { windows: [{ name: "requests", resource: "requests", remaining, limit: 9, reset: { in: resetsIn } }] },
	});
	await g.enter(2);
	await g.pass(10);
	await g.leave(answer(1, 1000));
	await g.pass(300);
	await g.leave(answer(0, 990));
	await g.enter(1);
	await g.pass(699);
	expect(g.entered).toHaveLength(0);
	await g.pass(1);
	expect(g.entered).toHaveLength(1);
});

/** Calls, 50 at once, over a wire that takes 10 to 40 ms each way; a refused call is made again. */
async function callThrough(limit: RequestLimit, calls: number) {
	const time = clock();
	const gate = new RateGate(time);
	const begin = time.now();
	const admit = requestCounter(limit, time.now);
	const never = () => new AbortController().signal;
	let left = calls;
	let refused = 0;
	let working = 50;
	const work = async (worker: number) => {
		while (left > 0) {
			left -= 1;
			for (let isDone = false; !isDone; ) {
				const leave = await gate.enter({ signal: undefined, longestWait: 600_000 });
				await time.sleep(10 + ((worker * 7 + left) % 30), never());
				const { isRefused, headers } = admit();
				await time.sleep(10 + ((worker * 13 + left) % 30), never());
				leave({ isRefused, limits: observeLimits(headers, time.now()) });
				isDone = !isRefused;
				if (isRefused) refused += 1;
			}
		}
		working -= 1;
	};
	for (let worker = 0; worker < working; worker += 1) work(worker);
	while (working > 0) {
		await turns();
		if (working > 0) await time.pass(time.next() - time.now());
	}
	return { refused, seconds: (time.now() - begin) / 1000 };
}

test("law: 1,000 calls at 100 a second take at most 1.3 times the ideal, and none is refused", async () => {
	const { refused, seconds } = await callThrough({ requests: 100, seconds: 1 }, 1000);
	expect(refused).toBe(0);
	expect(seconds).toBeLessThan(13);
});

test.each([
	[10, 1, 100],
	[20, 5, 200],
	[100, 1, 1000],
	[500, 60, 1200],
])(
	"law: with %i requests in %i s, of which only refusals tell, %i calls get through",
	async (requests, seconds, calls) => {
		const end = await callThrough({ requests, seconds, tells: "retry-after" }, calls);
		expect(end.refused).toBeLessThan(calls * 1.5);
		// Retry-After is in whole seconds, rounded up.
		expect(end.seconds).toBeLessThan((calls / requests) * (seconds + 1) * 1.3);
	},
);
