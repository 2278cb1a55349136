/** Looking executions up: every filter, filters together, order and pages. */
import { describe, expect, it } from "vitest";
import type { ExecutionFilter } from "../../../runtime/store/execution-summary.ts";
import { type StoreOpener, storesOf } from "./opener.ts";
import { commit, commitOf, type Sample, sampleTime, summaryOf } from "./samples.ts";

const later = sampleTime + 5000;

const samples: readonly Sample[] = [
	{ id: "w2", event: "waiting", channel: "go", wakeAt: later },
	{ id: "w1", event: "waiting", channel: "go", wakeAt: null, at: later },
	{ id: "W3", event: "waiting", channel: "stay", wakeAt: later + 1000 },
	{ id: "run", event: "execute", parent: "w1" },
	{ id: "kid", event: "waiting", channel: "go", parent: "w1", root: "w1", wakeAt: sampleTime },
	{ id: "bad", event: "execute", status: "failed", at: later + 1 },
	{ id: "end", event: "machine_end", parent: "run", root: "run" },
];

const expectations: readonly (readonly [string, ExecutionFilter, readonly string[]])[] = [
	["all", {}, ["W3", "bad", "end", "kid", "run", "w1", "w2"]],
	["those with an event", { event: "waiting" }, ["W3", "kid", "w1", "w2"]],
	["those that wait on a channel", { waitingChannel: "go" }, ["kid", "w1", "w2"]],
	["nothing on a channel like it", { waitingChannel: "g" }, []],
	["the children of a parent", { parentExecutionId: "w1" }, ["kid", "run"]],
	["what is part of a root's run, with the root", { rootExecutionId: "w1" }, ["kid", "w1"]],
	["those that no parent waits for", { rootsOnly: true }, ["W3", "bad", "run", "w1", "w2"]],
	["all where children are wanted", { rootsOnly: false, limit: 3 }, ["W3", "bad", "end"]],
	["those that no parent waits for, on a channel", { rootsOnly: true, waitingChannel: "go" }, ["w1", "w2"]],
	["those that a parent has started and does not wait for", { rootsOnly: true, parentExecutionId: "w1" }, ["run"]],
	["those that no parent waits for, with a status", { rootsOnly: true, status: "waiting" }, ["W3", "w1", "w2"]],
	["none of a root's children", { rootsOnly: true, rootExecutionId: "w1" }, ["w1"]],
	["those that no parent waits for, by age", { rootsOnly: true, updatedBefore: later }, ["W3", "run", "w2"]],
	["a page of those that no parent waits for", { rootsOnly: true, after: "bad", limit: 2 }, ["run", "w1"]],
	["those with a status", { status: "failed" }, ["bad"]],
	["those with another status", { status: "waiting" }, ["W3", "kid", "w1", "w2"]],
	["those last changed before a time", { updatedBefore: later }, ["W3", "end", "kid", "run", "w2"]],
	["none before the first", { updatedBefore: sampleTime }, []],
	["those whose waiting is over", { wakeBefore: later }, ["kid", "w2"]],
	["those whose waiting is over, of one root", { wakeBefore: later, rootExecutionId: "w1" }, ["kid"]],
	["what all filters hold for", { event: "waiting", waitingChannel: "go", parentExecutionId: "w1" }, ["kid"]],
	["nothing where one of the filters does not hold", { waitingChannel: "go", status: "done" }, []],
	["at most so many", { limit: 2 }, ["W3", "bad"]],
	["none", { limit: 0 }, []],
	["at most so many of those", { event: "waiting", limit: 2 }, ["W3", "kid"]],
	["only ids after one", { after: "kid" }, ["run", "w1", "w2"]],
	["only ids after one that there is not", { after: "l" }, ["run", "w1", "w2"]],
	["a page of those", { waitingChannel: "go", after: "kid", limit: 1 }, ["w1"]],
];

export function lookupContract(name: string, opener: StoreOpener): void {
	describe(`${name}: look-ups`, () => {
		const openStores = storesOf(opener);

		async function open() {
			const { store, other } = await openStores();
			for (const sample of samples) await commit(store.persistence, [commitOf(sample)]);
			return { persistence: store.persistence, other: other.persistence };
		}

		it("finds what is looked for, sorted by id, as ids and as rows", async () => {
			const { other } = await open();
			for (const [what, filter, ids] of expectations) {
				expect(await other.listExecutionIds(filter), what).toEqual(ids);
				const rows = ids.map((id) => summaryOf(samples.find((sample) => sample.id === id) ?? { id: "missing" }));
				expect(await other.listExecutions(filter), what).toEqual(rows);
			}
			expect(await other.listExecutionIds()).toHaveLength(samples.length);
			await other.deleteExecution("w1");
			expect(await other.listExecutionIds({ rootsOnly: true })).toEqual(["W3", "bad", "run", "w2"]);
		});

		it("finds executions by what they do now, and not by what they did", async () => {
			const { persistence, other } = await open();
			const now = { id: "w2", step: 2, event: "execute", parent: "p2", root: "r2", at: later + 9 } as const;
			await commit(persistence, [commitOf(now)]);
			for (const was of [
				{ event: "waiting" },
				{ waitingChannel: "go" },
				{ status: "waiting" },
				{ wakeBefore: later + 9 },
				{ updatedBefore: later },
				{ rootExecutionId: "w2" },
			] as const) {
				expect(await other.listExecutionIds(was)).not.toContain("w2");
			}
			for (const is of [
				{ event: "execute" },
				{ status: "active" },
				{ parentExecutionId: "p2" },
				{ rootExecutionId: "r2" },
				{ updatedBefore: later + 10 },
			] as const) {
				expect(await other.listExecutionIds(is)).toContain("w2");
			}
		});

		it("compares times as times, however they are written", async () => {
			const { persistence, other } = await open();
			const { summary, ...rest } = commitOf({ id: "z" });
			await commit(persistence, [{ ...rest, summary: { ...summary, updated_at: "2025-12-31T23:59:59Z" } }]);
			expect(await other.listExecutionIds({ updatedBefore: sampleTime })).toEqual(["z"]);
			expect((await other.loadExecution("z"))?.summary.updated_at).toBe("2025-12-31T23:59:59Z");
		});

		it("goes through all in pages, each once", async () => {
			const { store, other } = await openStores();
			const ids = Array.from({ length: 23 }, (_, index) => `id-${index % 2 === 0 ? "é" : "E"}${index}`).sort();
			for (const id of ids.toReversed()) {
				await commit(store.persistence, [commitOf({ id, event: "waiting", channel: "go" })]);
			}
			const found: string[] = [];
			for (let page = 0; page < 6; page++) {
				const after = found.at(-1);
				const filter = { waitingChannel: "go", limit: 5, ...(after === undefined ? {} : { after }) };
				found.push(...(await other.persistence.listExecutionIds(filter)));
			}
			expect(found).toEqual(ids);
		});

		it("finds a few among many", async () => {
			const { store, other } = await openStores();
			const many = Array.from({ length: 200 }, (_, index) =>
				commitOf({ id: `e${index}`, event: "waiting", channel: `c${index}` }),
			);
			await commit(store.persistence, many);
			expect(await other.persistence.listExecutionIds({ waitingChannel: "c150" })).toEqual(["e150"]);
			expect(await other.persistence.listExecutionIds({ rootExecutionId: "e7", event: "waiting" })).toEqual(["e7"]);
			expect(await other.persistence.listExecutionIds({ event: "waiting" })).toHaveLength(200);
		});
	});
}
