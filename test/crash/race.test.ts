/** Two processes race for one execution: one writes, the other says who does; a frozen writer that thaws writes no more. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../src/open-store.ts";
import { type KillPlan, seededRandom } from "./kill-plans.ts";
import { type Driver, Drivers, type LifeEnd } from "./processes.ts";
import { Rivalry } from "./rivals.ts";
import { type StoreKind, sharedStores } from "./stores.ts";

const rounds = 200;
const patience = 120_000;
const seed = Number(process.env.FLATSTATE_CRASH_SEED ?? Math.floor(Math.random() * 1e9));
let folder = "";
const told: string[] = [];

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "flatstate-race-log-"));
});

afterAll(async () => {
	await rm(folder, { recursive: true, force: true });
	for (const line of told) console.info(line);
	console.info(`seed ${seed} (FLATSTATE_CRASH_SEED=${seed})`);
});

/** Gives a race on an empty store, and processes for it, and takes all away afterwards. */
async function withRace(
	{ open, modules }: StoreKind,
	test: (rivalry: Rivalry, drivers: Drivers) => Promise<void>,
): Promise<void> {
	const shared = await open();
	const drivers = new Drivers(1, modules);
	try {
		await using store = await openStore(shared.url);
		const rivalry = new Rivalry(store, shared.url, folder);
		await test(rivalry, drivers);
		await store.persistence.deleteExecution(rivalry.id);
	} finally {
		await drivers.end();
		await shared.remove();
	}
}

describe.each(await sharedStores())("two processes on $name", (kind) => {
	const { name, missing } = kind;

	it.skipIf(missing !== undefined)("race for one execution, and never write both", { timeout: patience }, async () => {
		const random = seededRandom(seed);
		const tally = { locked: 0, named: 0, killed: 0, bothRan: 0 };
		await withRace(kind, async (rivalry, drivers) => {
			// With its store open, so that both come at the same time.
			const newRival = async () => {
				const driver = await drivers.take();
				await driver.work(rivalry.work(2));
				return driver;
			};
			let rivals: readonly [Driver, Driver] = [await newRival(), await newRival()];
			for (let round = 0; round < rounds; round++) {
				const kill: KillPlan =
					random() < 0.15
						? { kind: "point", point: "call", when: "end", after: 1 + Math.floor(random() * 3), delay: "immediate" }
						: { kind: "never" };
				const work = rivalry.work((await rivalry.step()) + 3, { kill });
				const pids = rivals.map(({ pid }) => pid);
				const ends = await Promise.all(rivals.map((driver) => driver.work(work)));
				expect(rivals.map(({ complaints }) => complaints)).toEqual(["", ""]);
				const refused = ends.filter((end) => isRefusal(end));
				expect(refused.length).toBeLessThan(2);
				if (refused.length === 0) tally.bothRan += 1;
				for (const [index, end] of ends.entries()) {
					if (end.type === "killed") tally.killed += 1;
					else if (end.type === "result") expect(end.result).toMatchObject({ status: "stopped" });
					else {
						expect(end.error).toMatchObject({ name: "ExecutionLockedError", code: "execution_locked" });
						tally.locked += 1;
						// The holder may have ended since.
						if (end.error.holder === null) continue;
						tally.named += 1;
						expect(end.error.holder.label).toContain(`process ${pids[1 - index]} on host`);
						expect(end.error.message).toContain(end.error.holder.label);
					}
				}
				const next = rivals.map(async (driver, index) => {
					if (ends[index]?.type !== "killed") return driver;
					await driver.end();
					return newRival();
				});
				rivals = [await (next[0] ?? newRival()), await (next[1] ?? newRival())];
			}
			await rivalry.check();
		});
		told.push(`${name}: ${rounds} races, ${JSON.stringify(tally)}`);
		// Else they would not have met.
		expect(tally.locked).toBeGreaterThan(rounds / 2);
		expect(tally.named).toBeGreaterThan(tally.locked / 2);
		expect(tally.killed).toBeGreaterThan(0);
	});

	it.skipIf(missing !== undefined)("take over from one that is frozen, which writes no more", async () => {
		await withRace(kind, async (rivalry, drivers) => {
			const [frozen, other] = [await drivers.take(), await drivers.take()];
			const leaseSeconds = 1;
			const begun = (pid: number) => rivalry.lines.filter((line) => line.word === "begin" && line.pid === pid).length;
			// In a call, since with SQLite's own lock, which it has in the middle of a write, it would hold up everybody.
			const kill = { kind: "point", point: "call", when: "begin", after: 20, delay: "now", signal: "SIGSTOP" } as const;
			const first = frozen.work(rivalry.work(1_000_000, { leaseSeconds, kill }));
			await expect.poll(() => begun(frozen.pid), { timeout: 10_000 }).toBe(20);

			const steps = (await rivalry.step()) + 200;
			let second = other.work(rivalry.work(steps, { leaseSeconds }));
			let refusals = 0;
			while (begun(other.pid) < 10) {
				const end = await Promise.race([second, sleep(20)]);
				if (end === undefined) continue;
				expect(end).toMatchObject({ type: "error", error: { code: "execution_locked" } });
				refusals += 1;
				await sleep(50);
				second = other.work(rivalry.work(steps, { leaseSeconds }));
			}
			expect(refusals).toBeGreaterThan(0);
			const thawedAt = rivalry.lines.length;
			frozen.signal("SIGCONT");
			const end = await first;
			expect(end).toMatchObject({ type: "result", result: { status: "failed", error: { code: "lease_lost" } } });
			if (end.type === "result") expect(end.result.error?.message).toContain(`process ${other.pid} on host`);
			expect(await second).toMatchObject({ type: "result", result: { status: "stopped", steps } });
			// What the call gave that it was in does not get into the store, and it begins no other.
			expect(begun(frozen.pid)).toBe(20);
			const ended = rivalry.lines.slice(thawedAt).filter(({ pid, word }) => pid === frozen.pid && word === "end");
			expect(ended).toHaveLength(1);
			await rivalry.checkHistory(rivalry.lines);
		});
	});
});

function isRefusal(end: LifeEnd): boolean {
	return end.type === "error" && end.error.code === "execution_locked";
}
