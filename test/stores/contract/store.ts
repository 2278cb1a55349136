/** What every store has to do: all contracts in one call. A store's test file calls this with a way to open it. */
import { describe, expect, it } from "vitest";
import { resultUri } from "../../../runtime/results/result-uri.ts";
import { configContract } from "./configs.ts";
import { joinContract } from "./joins.ts";
import { lockContract } from "./lock.ts";
import { type StoreOpener, storesOf } from "./opener.ts";
import { persistenceContract } from "./persistence.ts";
import { rateLimitContract } from "./rate-limits.ts";
import { registrationContract } from "./registrations.ts";
import { resultsContract } from "./results.ts";
import { commit, commitOf, keyOf } from "./samples.ts";
import { signalContract } from "./signals.ts";
import { workContract } from "./work.ts";

export type { OpenedStore, StoreAbilities, StoreOpener } from "./opener.ts";

export function storeContract(name: string, opener: StoreOpener): void {
	persistenceContract(name, opener);
	lockContract(name, opener);
	resultsContract(name, opener);
	signalContract(name, opener);
	configContract(name, opener);
	if (opener.abilities.rateLimits === true) rateLimitContract(name, opener);
	if (opener.abilities.fleet === true) {
		joinContract(name, opener);
		registrationContract(name, opener);
		workContract(name, opener);
	}

	describe(`${name} as a store`, () => {
		const open = storesOf(opener);

		it("has a name without a password, and says in words how sure it is", async () => {
			const { store } = await open();
			expect(store.name).not.toBe("");
			expect(store.name).not.toMatch(/\/\/[^/]*:[^/*]+@/);
			expect(store.persistence.durability.text).not.toBe("");
			expect(store.lock === null).toBe(!opener.abilities.locks);
			expect(store.joins !== undefined).toBe(opener.abilities.fleet === true);
		});

		it("keeps everything for the next who opens it", async () => {
			const { store, reopen } = await open();
			const written = commitOf({ id: "a" }, { origin: '{"o":1}', log: [{ step: 1, text: "{}" }], result: '"r"' });
			await commit(store.persistence, [written]);
			await store.signals.send("go", 1);
			const hash = await store.configs.put("a: 1");
			const next = await reopen();
			expect(await next.persistence.loadExecution("a")).toEqual({
				summary: written.summary,
				origin: '{"o":1}',
				latestKey: written.checkpoint?.key,
			});
			expect(await next.persistence.loadLog("a", 0)).toEqual([{ step: 1, text: "{}" }]);
			expect(await next.results.read(resultUri("a"), { block: false })).toBe("r");
			expect(await next.signals.channels()).toEqual(["go"]);
			expect(await next.configs.get(hash)).toBe("a: 1");
		});

		it("finishes what is under way before it closes", async () => {
			const { store, other } = await open();
			const writing = Promise.all([
				commit(store.persistence, [commitOf({ id: "a" })]),
				store.signals.send("go", 1),
				store.configs.put("a: 1"),
			]);
			await store.close();
			await expect(writing).resolves.toHaveLength(3);
			if (other !== store) expect(await other.persistence.listExecutionIds()).toEqual(["a"]);
		});

		it("closes twice, also at the end of a block, and refuses work from then on", async () => {
			const { store } = await open();
			await store.close();
			await store[Symbol.asyncDispose]();
			const closed = { code: "store_closed" };
			const { persistence, signals, results, configs, lock, joins, rateLimits } = store;
			const key = keyOf({ id: "a" });
			const calls: readonly (() => Promise<unknown>)[] = [
				() => commit(persistence, [commitOf({ id: "a" })]),
				() => persistence.save(key, Buffer.from("{}")),
				() => persistence.load(key),
				() => persistence.delete(key),
				() => persistence.loadExecution("a"),
				() => persistence.loadCheckpoint(key),
				() => persistence.listCheckpoints("a"),
				() => persistence.loadLog("a", 0),
				() => persistence.listExecutionIds(),
				() => persistence.listExecutions(),
				() => persistence.deleteExecution("a"),
				() => persistence.prune({ maxCount: 0 }),
				() => signals.send("go", 1),
				() => signals.claim("go", "a"),
				() => signals.acknowledge("s"),
				() => signals.broadcast("go", ["a"]),
				() => signals.consume("go"),
				() => signals.peek("go"),
				() => signals.channels(),
				() => signals.addressees("go"),
				() => signals.subscribe(() => {}),
				() => results.write(resultUri("a"), 1),
				() => results.read(resultUri("a")),
				() => results.read(resultUri("a"), { block: false }),
				() => results.exists(resultUri("a")),
				() => results.delete(resultUri("a")),
				() => configs.put("a: 1"),
				() => configs.get("0"),
				() => configs.delete("0"),
				...(lock === null ? [] : [() => lock.acquire("a"), () => lock.holder("a")]),
				...(joins === undefined
					? []
					: [
							() => joins.open({ id: "j", executionId: "a", needed: 1, held: [], wake: "w" }),
							() => joins.end("j", "m", "o"),
							() => joins.state("j"),
							() => joins.outcomes("j", 0, 1),
							() => joins.close("j"),
							() => joins.idle(0, 1),
						]),
				...(rateLimits === undefined
					? []
					: [
							() => rateLimits.reserve("a", [{ requests: 1, seconds: 1 }], 0),
							() => rateLimits.release("a", "b"),
							() => rateLimits.pause("a", 1),
							() => rateLimits.pausedFor("a"),
						]),
			];
			for (const call of calls) await expect(call(), call.toString()).rejects.toMatchObject(closed);
		});
	});
}
