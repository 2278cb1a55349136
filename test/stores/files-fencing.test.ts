/** Writers that have lost their lease: whatever they had begun has no effect. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LeaseLostError } from "../../runtime/store/errors.ts";
import type { Store } from "../../runtime/store/store.ts";
import { lockOf, TestClock } from "./contract/opener.ts";
import { commit, commitOf, keyOf, type Sample } from "./contract/samples.ts";
import { folders, type OperationName, observed } from "./files-samples.ts";

const log = (step: number, text: string) => [{ step, text }];
const logFile = ".flatstate.log";

describe("a writer that loses its lease in the middle of a commit", () => {
	const makeFolder = folders();

	/** Suspends the writer before a call, lets somebody else take over, and goes on. */
	async function overtaken(at: number) {
		const { open } = await makeFolder();
		const clock = new TestClock();
		const calls: OperationName[] = [];
		let isArmed = false;
		let taking: Promise<unknown> = Promise.resolve();
		const stale = await open(
			{ now: clock.now },
			observed({
				before(name) {
					if (!isArmed) return;
					calls.push(name);
					if (calls.length - 1 !== at) return;
					clock.advance(60_000);
					// Calls on files are synchronous: the lease is taken before the suspended writer goes on.
					taking = lockOf(other).acquire("a");
				},
			}),
		);
		const other = await open({ now: clock.now }, observed({}));
		const lost = await lockOf(stale).acquire("a");
		await commit(stale.persistence, [commitOf({ id: "a", step: 1 }, { log: log(1, "one") })], lost);
		isArmed = true;
		const begun = commitOf({ id: "a", step: 2 }, { log: log(2, "stale"), progress: '"stale"' });
		const failure = await commit(stale.persistence, [begun], lost).then(
			() => undefined,
			(error: unknown) => error,
		);
		isArmed = false;
		await taking;
		return { other, failure, calls: calls.length, clock };
	}

	it("either was done before, or writes nothing that counts, wherever it was suspended", async () => {
		let refused = 0;
		for (let at = 0; ; at++) {
			const { other, failure, calls } = await overtaken(at);
			if (at >= calls) break;
			if (failure !== undefined) {
				expect(failure).toBeInstanceOf(LeaseLostError);
				refused++;
			}
			const key = keyOf({ id: "a", step: failure === undefined ? 2 : 1 });
			expect((await other.persistence.loadExecution("a"))?.latestKey, `suspended at call ${at}`).toBe(key);
			const lease = await lockOf(other).acquire("a");
			expect(lease).toBeNull();
		}
		expect(refused).toBeGreaterThan(5);
	});

	it("has no row in the log once the new owner has written", async () => {
		for (let at = 0; at < 40; at++) {
			const { other, failure, clock } = await overtaken(at);
			if (failure === undefined) continue;
			clock.advance(60_000);
			const next = await lockOf(other).acquire("a");
			const before = await other.persistence.loadLog("a", 0);
			await commit(
				other.persistence,
				[commitOf({ id: "a", step: 2 }, { log: log(2, "new"), progress: '"new"' })],
				next,
			);
			expect(await other.persistence.loadLog("a", 0)).toEqual([...before, ...log(2, "new")]);
			expect((await other.persistence.loadCheckpoint(keyOf({ id: "a", step: 2 })))?.progress).toBe('"new"');
		}
	});
});

describe("the log", () => {
	const makeFolder = folders();

	async function appendStale(dir: string, token: number, at: number, step: number): Promise<void> {
		const path = join(dir, "a", logFile);
		const text = await readFile(path, "utf8");
		const last = JSON.parse(text.trimEnd().split("\n").at(-1) ?? "");
		const lines = [
			{ token, at, step, row: "stale" },
			{ ...last, token, at, lastRow: step },
		];
		await writeFile(path, `${text}${lines.map((line) => `${JSON.stringify(line)}\n`).join("")}`);
	}

	async function written(store: Store, steps: readonly number[]): Promise<void> {
		const lease = await lockOf(store).acquire("a");
		for (const step of steps) {
			await commit(store.persistence, [commitOf({ id: "a", step }, { log: log(step, `${step}`) })], lease);
		}
		if (lease !== null) await lockOf(store).release(lease);
	}

	it("leaves out what a lost lease appended behind what the new owner wrote", async () => {
		const { dir, open } = await makeFolder();
		const store = await open();
		await written(store, [1]);
		const { length: at } = await readFile(join(dir, "a", logFile));
		await written(store, [2, 3]);
		await appendStale(dir, 1, at, 2);
		await appendStale(dir, 1, at + 10, 2);
		for (const from of [0, 2, 3]) {
			const steps = (await store.persistence.loadLog("a", from)).map(({ text }) => text);
			expect(steps).toEqual(["1", "2", "3"].filter((step) => Number(step) >= from));
		}
		await written(await open(), [4]);
		expect((await store.persistence.loadLog("a", 0)).map(({ text }) => text)).toEqual(["1", "2", "3", "4"]);
	});

	it("leaves out what a lost lease appended before the new owner wrote on", async () => {
		const { dir, open } = await makeFolder();
		const store = await open();
		const lease = await lockOf(store).acquire("a");
		const write = (step: number) =>
			commit(store.persistence, [commitOf({ id: "a", step }, { log: log(step, `${step}`) })], lease);
		await written(await open(), []);
		await write(1);
		const { length: at } = await readFile(join(dir, "a", logFile));
		await appendStale(dir, 0, at, 2);
		await write(2);
		expect((await store.persistence.loadLog("a", 0)).map(({ text }) => text)).toEqual(["1", "2"]);
	});

	it("is mended by the next writer where its last line was cut off, anywhere", async () => {
		const { dir, open } = await makeFolder();
		const store = await open();
		await written(store, [1]);
		const path = join(dir, "a", logFile);
		const { length: whole } = await readFile(path);
		await written(store, [2]);
		const bytes = await readFile(path);
		let step = 2;
		for (let size = whole; size < bytes.length; size += 37) {
			await writeFile(path, bytes.subarray(0, size));
			const next = await open();
			expect((await next.persistence.loadExecution("a"))?.latestKey).toBe(keyOf({ id: "a", step }));
			expect((await next.persistence.loadLog("a", 0))[0]?.text).toBe("1");
			await written(next, [++step]);
			const texts = (await next.persistence.loadLog("a", 0)).map(({ text }) => text);
			expect(texts.filter((text) => text !== "2")).toEqual(["1", `${step}`]);
			for (const line of (await readFile(path, "utf8")).trimEnd().split("\n")) {
				expect(JSON.parse(line)).toMatchObject({ at: expect.any(Number) });
			}
		}
	});

	it("is read from its end: what is before a step costs nothing", async () => {
		const { open } = await makeFolder();
		let bytes = 0;
		const store = await open({}, observed({ read: (count) => (bytes += count) }));
		const cost = async (step: number) => {
			bytes = 0;
			expect(await store.persistence.loadLog("a", step)).toHaveLength(1);
			await store.persistence.loadExecution("a");
			await store.persistence.loadCheckpoint(keyOf({ id: "a", step }));
			return bytes;
		};
		const sample = (step: number): Sample => ({ id: "a", step });
		const write = async (from: number, to: number) => {
			for (let step = from; step <= to; step++) {
				await commit(store.persistence, [commitOf(sample(step), { log: log(step, "x".repeat(2000)) })]);
			}
		};
		await write(1, 30);
		const few = await cost(30);
		await write(31, 600);
		expect(await cost(600)).toBeLessThan(few * 1.5 + 1000);
		bytes = 0;
		const early = await store.persistence.loadCheckpoint(keyOf(sample(7)));
		expect(early?.progress).toBe("{}");
		expect(bytes).toBeLessThan(1_000_000);
	});

	it("keeps few files open, however many executions are written", async () => {
		const { dir, open } = await makeFolder();
		let opened = 0;
		let most = 0;
		const store = await open(
			{},
			observed({
				after(name) {
					if (name === "open") opened++;
					if (name === "close") opened--;
					most = Math.max(most, opened);
				},
			}),
		);
		for (let round = 1; round <= 2; round++) {
			for (let n = 0; n < 200; n++) {
				await commit(store.persistence, [commitOf({ id: `e${n}`, step: round }, { log: log(round, `${round}`) })]);
			}
		}
		expect(most).toBeLessThan(80);
		expect((await store.persistence.loadLog("e3", 0)).map(({ text }) => text)).toEqual(["1", "2"]);
		await store.close();
		expect(opened).toBe(0);
		expect(await readdir(join(dir, ".tmp"))).toEqual([]);
	});
});
