/** Deleting whole executions, one by one. */
import { describe, expect, it } from "vitest";
import { type StoreOpener, storesOf } from "./opener.ts";
import { commit, commitOf, keyOf, type Sample, saveForeign } from "./samples.ts";
import { expectGone, expectWhole, writeWhole } from "./whole-executions.ts";

export function deletionContract(name: string, opener: StoreOpener): void {
	describe(`${name}: deletion`, () => {
		const open = storesOf(opener);

		const family: readonly Sample[] = [
			{ id: "root" },
			{ id: "child", parent: "root", root: "root" },
			{ id: "grandchild", parent: "child", root: "root" },
			{ id: "sibling", parent: "root", root: "root" },
			{ id: "launched", parent: "root" },
			{ id: "stranger" },
		];

		it("deletes an execution with all that it has and the children that it waited for", async () => {
			const { store, other } = await open();
			await writeWhole(store, family);
			await store.persistence.deleteExecution("root");
			await expectGone(other, ["root", "child", "grandchild", "sibling"]);
			await expectWhole(other, ["launched", "stranger"]);
			for (const filter of [{ rootExecutionId: "root" }, { event: "execute", parentExecutionId: "child" }]) {
				expect(await other.persistence.listExecutionIds(filter)).toEqual([]);
			}
		});

		it("deletes a child with its own children only", async () => {
			const { store, other } = await open();
			await writeWhole(store, family);
			await store.persistence.deleteExecution("child");
			await expectGone(other, ["child", "grandchild"]);
			await expectWhole(other, ["root", "sibling", "launched", "stranger"]);
		});

		it("deletes the children of a root that is gone already", async () => {
			const { store, other } = await open();
			await writeWhole(store, family.slice(1));
			await store.persistence.deleteExecution("root");
			await expectGone(other, ["child", "grandchild", "sibling"]);
			await expectWhole(other, ["launched", "stranger"]);
		});

		it("deletes what something else wrote, and nothing where there is nothing", async () => {
			const { store, other } = await open();
			await saveForeign(store.persistence, { id: "foreign" });
			await store.persistence.deleteExecution("nobody");
			await store.persistence.deleteExecution("__proto__");
			await other.persistence.deleteExecution("foreign");
			await expectGone(store, ["foreign"]);
		});

		it("starts anew where an id comes back", async () => {
			const { store, other } = await open();
			await writeWhole(store, [{ id: "a" }, { id: "a", step: 2 }]);
			await store.persistence.deleteExecution("a");
			await commit(store.persistence, [commitOf({ id: "a", step: 7 })]);
			expect(await other.persistence.loadLog("a", 0)).toEqual([]);
			expect((await other.persistence.loadExecution("a"))?.origin).toBeNull();
			expect(await other.persistence.listCheckpoints("a")).toEqual([keyOf({ id: "a", step: 7 })]);
		});

		it("deletes the signals that are addressed to what it deletes, on whatever channel, and no others", async () => {
			const { store, other } = await open();
			await writeWhole(store, [...family, { id: "a", event: "waiting", channel: "go" }]);
			for (const executionId of ["root", "child", "launched", "a", "a b"]) {
				for (const channel of ["go", "other"]) await store.signals.send(channel, executionId, { executionId });
			}
			await store.signals.send("go", "claimed");
			await store.signals.claim("go", "grandchild");
			await store.signals.send("go", "for all");
			await other.persistence.deleteExecution("root");
			await other.persistence.deleteExecution("a");
			expect((await store.signals.peek("go")).map(({ data }) => data)).toEqual(["launched", "a b", "for all"]);
			expect(await store.signals.addressees("other")).toEqual(["launched", "a b"]);
			await store.persistence.deleteExecution("launched");
			await store.signals.send("last", 1, { executionId: "stranger" });
			await store.persistence.deleteExecution("stranger");
			expect(await other.signals.channels()).toEqual(["go", "other"]);
		});
	});
}
