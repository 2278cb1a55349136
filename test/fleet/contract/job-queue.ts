/** What every queue of jobs does. */
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { QueuedJob } from "../../../runtime/fleet/job.ts";
import type { ConsumeOptions, JobConsumer, JobEnd, JobQueue, TakenJob } from "../../../runtime/fleet/job-queue.ts";
import { silentLogger } from "../../../runtime/logging/logger.ts";

/** Opens a queue on the same jobs each time it is called within a test; closed after it. */
export type OpenQueue = () => Promise<JobQueue>;

/** Within the time that a queue has for what is due at once. */
const soon = { timeout: 5_000, interval: 5 };

export function jobOf(id: string, more: Partial<Omit<QueuedJob, "id">> = {}): QueuedJob {
	const job = { kind: "resume", execution_id: id, reason: "signal" } as const;
	return { id, job, machine: "m", requires: [], ...more };
}

/** Takes jobs with this handler until the test ends. */
export async function consumerOf(
	queue: JobQueue,
	handle: (job: TakenJob) => Promise<JobEnd> | JobEnd,
	more: Partial<ConsumeOptions> = {},
): Promise<JobConsumer> {
	const consumer = await queue.consume({
		concurrency: 5,
		provides: () => true,
		handle: async (job) => handle(job),
		logger: silentLogger,
		...more,
	});
	onTestFinished(() => consumer.stop());
	return consumer;
}

const done: JobEnd = { type: "done" };

/** Writes down the ids of what it is given. */
function noting(ids: string[]): (job: TakenJob) => JobEnd {
	return ({ id }) => {
		ids.push(id);
		return done;
	};
}

/** Resolves when it is opened. */
export function gate(): { readonly passed: Promise<void>; open(): void } {
	let open = () => {};
	const passed = new Promise<void>((resolve) => {
		open = resolve;
	});
	return { passed, open };
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener("abort", () => resolve());
	});
}

/** What waits, is delayed and runs, over all queues. */
async function totals(queue: JobQueue): Promise<readonly [number, number, number]> {
	const depths = await queue.depths();
	const sum = (of: "waiting" | "delayed" | "running") => depths.reduce((total, depth) => total + depth[of], 0);
	return [sum("waiting"), sum("delayed"), sum("running")];
}

export function describeJobQueue(name: string, prepare: () => OpenQueue): void {
	describe(name, () => {
		it("has each added job handled once, with its data as they were", async () => {
			const queue = await prepare()();
			const odd = 'U+0000 \u0000, 1e400, {"__proto__": 1}';
			const start: QueuedJob = {
				...jobOf("a:b/c 1"),
				job: {
					kind: "start",
					execution_id: "x",
					config_hash: "h",
					machine: "m",
					file: null,
					input: { odd, big: 1e25, z: 1, a: -0.1 },
					parent_execution_id: null,
					depth: 0,
					limits: {},
					join: null,
				},
			};
			await queue.add([start, jobOf("123"), jobOf("wait"), jobOf("%41")]);
			const taken: TakenJob[] = [];
			const consumer = await consumerOf(queue, (job) => {
				taken.push(job);
				return done;
			});
			await vi.waitFor(() => expect(consumer.handled).toBe(4), soon);
			expect(taken.map(({ id }) => id).sort()).toEqual(["%41", "123", "a:b/c 1", "wait"]);
			expect(taken.find(({ id }) => id === "a:b/c 1")).toMatchObject({ data: start.job, losses: 0 });
			await vi.waitFor(async () => expect(await totals(queue)).toEqual([0, 0, 0]), soon);
			await vi.waitFor(() => expect(consumer.running).toBe(0), soon);
		});

		it("does not add a job whose id waits or runs, and adds it again after its end", async () => {
			const queue = await prepare()();
			await queue.add([jobOf("a"), jobOf("a")]);
			await queue.add([jobOf("a")]);
			expect(await totals(queue)).toEqual([1, 0, 0]);
			const hold = gate();
			let count = 0;
			const consumer = await consumerOf(queue, async () => {
				count += 1;
				await hold.passed;
				return done;
			});
			await vi.waitFor(() => expect(consumer.running).toBe(1), soon);
			await queue.add([jobOf("a")]);
			expect(await totals(queue)).toEqual([0, 0, 1]);
			hold.open();
			await vi.waitFor(async () => expect(await totals(queue)).toEqual([0, 0, 0]), soon);
			expect(count).toBe(1);
			await queue.add([jobOf("a")]);
			await vi.waitFor(() => expect(count).toBe(2), soon);
		});

		it("gives a job again that is to be done again, after its delay", async () => {
			const queue = await prepare()();
			const times: number[] = [];
			const ends: JobEnd[] = [{ type: "again", delayMs: 0 }, { type: "again", delayMs: 300 }, done];
			const consumer = await consumerOf(queue, () => {
				times.push(Date.now());
				return ends[times.length - 1] ?? done;
			});
			await queue.add([jobOf("a")]);
			await vi.waitFor(() => expect(consumer.handled).toBe(3), soon);
			const [first = 0, second = 0, third = 0] = times;
			expect(second - first).toBeLessThan(1_000);
			expect(third - second).toBeGreaterThanOrEqual(290);
			await vi.waitFor(async () => expect(await totals(queue)).toEqual([0, 0, 0]), soon);
		});

		it("gives jobs without priority first, then lower numbers before higher ones", async () => {
			const queue = await prepare()();
			const order = [jobOf("c", { priority: 7 }), jobOf("b", { priority: 2 }), jobOf("a1"), jobOf("a2")];
			await queue.add(order);
			expect(await totals(queue)).toEqual([4, 0, 0]);
			const taken: string[] = [];
			const consumer = await consumerOf(queue, noting(taken), { concurrency: 1 });
			await vi.waitFor(() => expect(consumer.handled).toBe(4), soon);
			expect(taken).toEqual(["a1", "a2", "b", "c"]);
		});

		it("keeps a delayed job until its time", async () => {
			const queue = await prepare()();
			const taken: string[] = [];
			await consumerOf(queue, noting(taken));
			const from = Date.now();
			await queue.add([jobOf("later", { delayMs: 600 }), jobOf("now")]);
			await vi.waitFor(() => expect(taken).toEqual(["now"]), soon);
			await vi.waitFor(async () => expect(await totals(queue)).toEqual([0, 1, 0]), soon);
			await vi.waitFor(() => expect(taken).toEqual(["now", "later"]), soon);
			expect(Date.now() - from).toBeGreaterThanOrEqual(590);
		});

		it("gives a job again whose handler throws, after a second, and says so", async () => {
			const queue = await prepare()();
			const times: number[] = [];
			const lines: string[] = [];
			const logger = { ...silentLogger, error: (line: string) => void lines.push(line) };
			const consumer = await consumerOf(
				queue,
				() => {
					times.push(Date.now());
					if (times.length === 1) throw new Error("no");
					return done;
				},
				{ logger },
			);
			await queue.add([jobOf("a")]);
			await vi.waitFor(() => expect(consumer.handled).toBe(2), soon);
			const [first = 0, second = 0] = times;
			expect(second - first).toBeGreaterThanOrEqual(950);
			expect(lines).toHaveLength(1);
			await vi.waitFor(async () => expect(await totals(queue)).toEqual([0, 0, 0]), soon);
		});

		it("gives a job only to those that have what it requires, also to one that comes later", async () => {
			const open = prepare();
			const [queue, other] = await Promise.all([open(), open()]);
			const poor: string[] = [];
			const rich: string[] = [];
			await consumerOf(queue, noting(poor), { provides: (requires) => requires.length === 0 });
			const requires = ["agent:coder", "hooks:a"];
			await queue.add([jobOf("a", { requires }), jobOf("b"), jobOf("c", { requires: ["hooks:b"] })]);
			await vi.waitFor(() => expect(poor).toEqual(["b"]), soon);
			const depths = await other.depths();
			expect(depths.find((depth) => depth.requires.length === 2)).toMatchObject({ requires, waiting: 1, running: 0 });
			await consumerOf(other, noting(rich), {
				provides: (list) => list.every((thing) => requires.includes(thing)),
			});
			await vi.waitFor(() => expect(rich).toEqual(["a"]), soon);
			await queue.add([jobOf("d", { requires: ["agent:coder"] })]);
			await vi.waitFor(() => expect(rich).toEqual(["a", "d"]), soon);
			expect(poor).toEqual(["b"]);
			expect(await totals(queue)).toEqual([1, 0, 0]);
		});

		it("handles as many jobs at the same time as are asked for, over all queues", async () => {
			const queue = await prepare()();
			const ids = Array.from({ length: 12 }, (_, index) => `${index}`);
			await queue.add(ids.map((id, index) => jobOf(id, { requires: index % 2 === 0 ? [] : ["hooks:a"] })));
			const hold = gate();
			const taken: string[] = [];
			const handle = async ({ id }: TakenJob) => {
				taken.push(id);
				await hold.passed;
				return done;
			};
			const consumer = await consumerOf(queue, handle, { concurrency: 3 });
			await vi.waitFor(() => expect(taken).toHaveLength(3), soon);
			await vi.waitFor(async () => expect(await totals(queue)).toEqual([9, 0, 3]), soon);
			expect(taken).toHaveLength(3);
			hold.open();
			await vi.waitFor(() => expect(consumer.handled).toBe(12), soon);
			expect(taken.toSorted()).toEqual(ids.toSorted());
		});

		it("runs no more jobs of a machine than may, and keeps no other machine waiting for it", async () => {
			const queue = await prepare()();
			const ids = Array.from({ length: 6 }, (_, index) => `slow${index}`);
			await queue.add(ids.map((id) => jobOf(id, { machine: "slow" })));
			await queue.add([jobOf("quick1", { machine: "quick" }), jobOf("quick2", { machine: "quick" })]);
			const hold = gate();
			const taken: string[] = [];
			let most = 0;
			let slow = 0;
			const handle = async ({ id }: TakenJob) => {
				taken.push(id);
				if (id.startsWith("quick")) return done;
				slow += 1;
				most = Math.max(most, slow);
				await hold.passed;
				slow -= 1;
				return done;
			};
			const machineConcurrency = new Map([["slow", 2]]);
			const consumer = await consumerOf(queue, handle, { concurrency: 3, machineConcurrency });
			await vi.waitFor(() => expect(taken.toSorted()).toEqual(["quick1", "quick2", "slow0", "slow1"]), soon);
			hold.open();
			await vi.waitFor(() => expect(consumer.handled).toBe(8), soon);
			expect(most).toBe(2);
			expect(new Set(taken).size).toBe(8);
		});

		it("hands over at once what a worker that stops has not ended", async () => {
			const open = prepare();
			const [queue, other] = await Promise.all([open(), open()]);
			const stopping = await consumerOf(queue, async ({ signal }) => {
				await aborted(signal);
				return { type: "again", delayMs: 0 };
			});
			await queue.add([jobOf("a"), jobOf("b")]);
			await vi.waitFor(() => expect(stopping.running).toBe(2), soon);
			const taken: TakenJob[] = [];
			await consumerOf(other, (job) => {
				taken.push(job);
				return done;
			});
			const from = Date.now();
			await stopping.stop();
			await vi.waitFor(() => expect(taken).toHaveLength(2), soon);
			expect(Date.now() - from).toBeLessThan(2_000);
			expect(taken.map(({ id, losses }) => [id, losses]).toSorted()).toEqual([
				["a", 0],
				["b", 0],
			]);
			await stopping.stop();
		});

		it("hands over what a handler that is stopped throws", async () => {
			const open = prepare();
			const [queue, other] = await Promise.all([open(), open()]);
			const stopping = await consumerOf(queue, async ({ signal }) => {
				await aborted(signal);
				throw signal.reason;
			});
			await queue.add([jobOf("a")]);
			await vi.waitFor(() => expect(stopping.running).toBe(1), soon);
			await stopping.stop();
			expect(await totals(queue)).toEqual([1, 0, 0]);
			const next = await consumerOf(other, () => done);
			await vi.waitFor(() => expect(next.handled).toBe(1), soon);
		});

		it("takes nothing while it is paused, and goes on with what runs", async () => {
			const open = prepare();
			const [queue, other] = await Promise.all([open(), open()]);
			const hold = gate();
			let wasAborted = false;
			const consumer = await consumerOf(queue, async ({ signal }) => {
				await hold.passed;
				wasAborted = signal.aborted;
				return done;
			});
			await queue.add([jobOf("a")]);
			await vi.waitFor(() => expect(consumer.running).toBe(1), soon);
			await consumer.pause();
			await queue.add([jobOf("b")]);
			hold.open();
			await vi.waitFor(async () => expect(await totals(queue)).toEqual([1, 0, 0]), soon);
			expect([consumer.handled, wasAborted]).toEqual([1, false]);
			const next = await consumerOf(other, () => done);
			await vi.waitFor(() => expect(next.handled).toBe(1), soon);
			expect(consumer.handled).toBe(1);
		});

		it("takes back jobs that wait or are delayed, and leaves those that run", async () => {
			const queue = await prepare()();
			const hold = gate();
			const taken: string[] = [];
			const consumer = await consumerOf(
				queue,
				async ({ id }) => {
					taken.push(id);
					await hold.passed;
					return done;
				},
				{ concurrency: 1, provides: ({ length }) => length === 0 },
			);
			await queue.add([jobOf("runs")]);
			await vi.waitFor(() => expect(consumer.running).toBe(1), soon);
			const many = Array.from({ length: 700 }, (_, index) => jobOf(`many${index}`));
			await queue.add(many);
			await queue.add([
				jobOf("delayed", { delayMs: 60_000 }),
				jobOf("first", { priority: 3 }),
				jobOf("routed", { requires: ["hooks:a"] }),
				jobOf("stays"),
			]);
			await queue.remove(["runs", "delayed", "first", "routed", "unknown", ...many.map(({ id }) => id)]);
			expect(await totals(queue)).toEqual([1, 0, 1]);
			await queue.add([jobOf("first")]);
			hold.open();
			await vi.waitFor(() => expect(taken).toEqual(["runs", "stays", "first"]), soon);
		});

		it("says what waits, is delayed and runs in each queue, also in those that nobody takes from", async () => {
			const queue = await prepare()();
			expect(await queue.depths()).toEqual([
				{ name: expect.any(String), requires: [], waiting: 0, delayed: 0, running: 0 },
			]);
			const requires = ["hooks:a"];
			await queue.add([jobOf("a", { requires }), jobOf("b", { requires, delayMs: 60_000 }), jobOf("c")]);
			const hold = gate();
			const consumer = await consumerOf(queue, () => hold.passed.then(() => done), {
				provides: ({ length }) => length === 0,
			});
			await vi.waitFor(() => expect(consumer.running).toBe(1), soon);
			const depths = await queue.depths();
			expect(depths).toHaveLength(2);
			expect(depths).toContainEqual({ name: expect.any(String), requires: [], waiting: 0, delayed: 0, running: 1 });
			expect(depths).toContainEqual({ name: expect.any(String), requires, waiting: 1, delayed: 1, running: 0 });
			hold.open();
		});

		it("has 1,000 jobs handled by three consumers, each once", async () => {
			const open = prepare();
			const queues = await Promise.all([open(), open(), open()]);
			const counts = new Map<string, number>();
			const consumers = await Promise.all(
				queues.map((queue) =>
					consumerOf(
						queue,
						async ({ id }) => {
							counts.set(id, (counts.get(id) ?? 0) + 1);
							await Promise.resolve();
							return done;
						},
						{ concurrency: 10 },
					),
				),
			);
			const ids = Array.from({ length: 1_000 }, (_, index) => `job${index}`);
			await queues[0]?.add(ids.map((id, index) => jobOf(id, { requires: index % 10 === 0 ? ["hooks:a"] : [] })));
			await vi.waitFor(() => expect(counts.size).toBe(1_000), { timeout: 20_000, interval: 20 });
			const [first] = queues;
			if (first !== undefined) await vi.waitFor(async () => expect(await totals(first)).toEqual([0, 0, 0]), soon);
			expect([...counts.values()].every((count) => count === 1)).toBe(true);
			expect(consumers.reduce((sum, { handled }) => sum + handled, 0)).toBe(1_000);
		});
	});
}
