/** A Redis server that writes every commit to disk is killed in the middle of commits: what it acknowledged is there. */
import { expect, it, onTestFinished } from "vitest";
import { openRedisStore } from "../../adapters/stores/redis/index.ts";
import { resultUri } from "../../runtime/results/result-uri.ts";
import type { Store } from "../../runtime/store/store.ts";
import { startRedis, whyNoOwnRedis } from "../servers/redis.ts";
import { commit, commitOf, keyOf } from "./contract/samples.ts";

const reason = whyNoOwnRedis();
const skipped = reason === undefined ? "" : ` (skipped: ${reason})`;

it.skipIf(reason !== undefined)(`keeps all acknowledged commits through 8 kills, each whole${skipped}`, async () => {
	const own = await startRedis({ appendFsync: "always" });
	onTestFinished(() => own.stop());
	const ids = ["a", "b", "c", "d"];
	const acknowledged = new Map<string, number>(ids.map((id) => [id, 0]));
	const attempted = new Map<string, number>(ids.map((id) => [id, 0]));
	let failures = 0;
	let stopping = false;

	async function write(store: Store, id: string): Promise<void> {
		while (!stopping) {
			const step = (attempted.get(id) ?? 0) + 1;
			attempted.set(id, step);
			const log = [{ step, text: `${step}` }];
			const child = commitOf({ id: `${id}-child`, parent: id, root: id, step }, { log });
			try {
				await commit(store.persistence, [child, commitOf({ id, step }, { log, result: `${step}` })]);
			} catch (error) {
				expect(error).toMatchObject({
					name: "StoreError",
					code: expect.stringMatching(/^store_(write_failed|unreach)/),
				});
				failures += 1;
				return;
			}
			acknowledged.set(id, step);
		}
	}

	for (let kill = 0; kill < 8; kill++) {
		const store = await openRedisStore(own.url, { timeoutSeconds: 5 });
		expect(store.persistence.durability.powerLoss).toBe(true);
		const before = total(acknowledged);
		stopping = false;
		const writing = ids.map((id) => write(store, id));
		while (total(acknowledged) < before + 20 + kill * 7) await new Promise((resolve) => setImmediate(resolve));
		const killed = own.kill();
		stopping = true;
		await killed;
		await Promise.all(writing);
		await own.restart();
		await store.close();
		await check();
	}
	expect(failures).toBeGreaterThan(0);

	async function check(): Promise<void> {
		const store = await openRedisStore(own.url, { timeoutSeconds: 5 });
		const { persistence, results } = store;
		expect(await persistence.listExecutionIds()).toEqual(ids.flatMap((id) => [id, `${id}-child`]));
		for (const id of ids) {
			const row = await persistence.loadExecution(id);
			const step = row?.summary.step ?? 0;
			expect(step).toBeGreaterThanOrEqual(acknowledged.get(id) ?? 0);
			expect(step).toBeLessThanOrEqual(attempted.get(id) ?? 0);
			expect(row?.latestKey).toBe(keyOf({ id, step }));
			expect(await persistence.loadCheckpoint(keyOf({ id, step }))).not.toBeNull();
			expect((await persistence.loadExecution(`${id}-child`))?.summary.step).toBe(step);
			for (const each of [id, `${id}-child`]) {
				const steps = (await persistence.loadLog(each, 0)).map((logged) => logged.step);
				expect(steps.at(-1)).toBe(step);
				for (let known = 1; known <= (acknowledged.get(id) ?? 0); known++) {
					if (!steps.includes(known)) expect(lost).toContain(`${id} ${known}`);
				}
			}
			expect(await results.read(resultUri(id), { block: false })).toBe(step);
			for (let gone = step + 1; gone <= (attempted.get(id) ?? 0); gone++) lost.add(`${id} ${gone}`);
		}
		await store.close();
	}
});

/** Commits that failed and were not written: the steps after them leave a gap. */
const lost = new Set<string>();

function total(counts: ReadonlyMap<string, number>): number {
	return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
