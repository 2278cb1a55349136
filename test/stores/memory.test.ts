/** `memory:` passes the contract of stores, and commits before the call returns. */
import { expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { LeaseLostError } from "../../runtime/store/errors.ts";
import { commitOf } from "./contract/samples.ts";
import { storeContract } from "./contract/store.ts";

storeContract("memory:", {
	abilities: {
		locks: true,
		fences: true,
		takesOverExpired: false,
		notifiesAcrossStores: false,
		fleet: true,
		rateLimits: true,
	},
	open: (options) => ({ store: openMemoryStore(options) }),
});

it("has done a commit when the call returns", async () => {
	const { persistence } = openMemoryStore();
	expect(persistence.commit([commitOf({ id: "a" })], null)).toBeUndefined();
	expect((await persistence.loadExecution("a"))?.summary.execution_id).toBe("a");
});

it("throws in the call itself where the lease is lost", async () => {
	const { persistence, lock } = openMemoryStore();
	const lease = await lock?.acquire("a");
	if (!lease) throw new Error("the lease was not given");
	await lock?.release(lease);
	expect(() => persistence.commit([commitOf({ id: "a" })], lease)).toThrow(LeaseLostError);
});

it("writes nothing of a commit of which one checkpoint belongs to another execution", async () => {
	const { persistence } = openMemoryStore();
	const strange = { ...commitOf({ id: "b" }), summary: commitOf({ id: "c" }).summary };
	expect(() => persistence.commit([commitOf({ id: "a" }), strange], null)).toThrow("does not belong to execution c");
	expect(await persistence.listExecutionIds()).toEqual([]);
});

it("keeps its own random ids and time", async () => {
	const { signals } = openMemoryStore();
	const before = Date.now();
	const ids = [await signals.send("go", 1), await signals.send("go", 2)];
	expect(new Set(ids).size).toBe(2);
	const [first] = await signals.peek("go");
	expect(Date.parse(first?.created_at ?? "")).toBeGreaterThanOrEqual(before);
});

it("ends a wait for a result when it is closed", async () => {
	const store = openMemoryStore();
	const reading = store.results.read("flatagents://a/result");
	const outcome = expect(reading).rejects.toMatchObject({ code: "store_closed" });
	await store.close();
	await outcome;
});
