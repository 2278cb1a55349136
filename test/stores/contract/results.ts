/** What every store's results have to do, beyond what any result backend has to: other store objects see them. */
import { describe, expect, it } from "vitest";
import { resultUri } from "../../../runtime/results/result-uri.ts";
import { resultBackendContract } from "../../results/result-backend.contract.ts";
import { type StoreOpener, storesOf } from "./opener.ts";
import { commit, commitOf, longText, oddNames, rowsOf } from "./samples.ts";

export function resultsContract(name: string, opener: StoreOpener): void {
	describe(name, () => {
		const open = storesOf(opener);

		resultBackendContract(name, async () => ({ backend: (await open()).store.results }));

		describe("results of two store objects", () => {
			it("shows each what the other wrote and deleted", async () => {
				const { store, other } = await open();
				await store.results.write(resultUri("a", "parts/1"), { text: "hi 🎉" });
				expect(await other.results.read(resultUri("a", "parts/1"))).toEqual({ text: "hi 🎉" });
				await other.results.delete(resultUri("a", "parts/1"));
				expect(await store.results.exists(resultUri("a", "parts/1"))).toBe(false);
			});

			it("wakes a reader of the other", async () => {
				const { store, other } = await open();
				const readings = [1, 2].map(() => other.results.read(resultUri("a"), { timeoutSeconds: 20 }));
				await other.results.exists(resultUri("a"));
				await store.results.write(resultUri("a"), [1]);
				expect(await Promise.all(readings)).toEqual([[1], [1]]);
			});

			it("gives the result of a commit, and wakes the readers of both", async () => {
				const { store, other } = await open();
				const readings = [store, other].map(({ results }) => results.read(resultUri("a"), { timeoutSeconds: 20 }));
				await other.results.exists(resultUri("a"));
				await commit(store.persistence, [commitOf({ id: "a", event: "machine_end" }, { result: '{"n":1}' })]);
				expect(await Promise.all(readings)).toEqual([{ n: 1 }, { n: 1 }]);
				await commit(store.persistence, [rowsOf({ id: "a" }, [])]);
				expect(await other.results.read(resultUri("a"))).toEqual({ n: 1 });
				await commit(store.persistence, [commitOf({ id: "a" }, { result: "null" })]);
				expect(await other.results.exists(resultUri("a"))).toBe(true);
				expect(await other.results.read(resultUri("a"))).toBeNull();
			});

			it("gives up in time when nobody writes", async () => {
				const { other } = await open();
				const late = other.results.read(resultUri("a"), { timeoutSeconds: 0.05 });
				await expect(late).rejects.toMatchObject({ name: "TimeoutError", code: "result_timeout" });
			});
		});

		it("keeps results of odd ids and long values", async () => {
			const { store, other } = await open();
			for (const id of oddNames) await store.results.write(resultUri(id), { id });
			for (const id of oddNames)
				await store.results.write(resultUri(id, `part of ${id}`), JSON.parse('{"__proto__":1}'));
			for (const id of oddNames) {
				expect(await other.results.read(resultUri(id))).toEqual({ id });
				expect(JSON.stringify(await other.results.read(resultUri(id, `part of ${id}`)))).toBe('{"__proto__":1}');
			}
			await store.results.write(resultUri("long"), longText);
			expect(await other.results.read(resultUri("long"))).toBe(longText);
		});
	});
}
