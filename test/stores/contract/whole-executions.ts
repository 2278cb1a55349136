/** Executions with all that they can have, and whether all of it is there or gone. */
import { expect } from "vitest";
import { resultUri } from "../../../runtime/results/result-uri.ts";
import type { Store } from "../../../runtime/store/store.ts";
import { commit, commitOf, keyOf, type Sample } from "./samples.ts";

/** Writes executions with all that they can have. */
export async function writeWhole(store: Store, samples: readonly Sample[]): Promise<void> {
	for (const sample of samples) {
		const log = [{ step: 1, text: sample.id }];
		await commit(store.persistence, [commitOf(sample, { origin: "{}", log, result: JSON.stringify(sample.id) })]);
	}
}

export async function expectGone(store: Store, ids: readonly string[]): Promise<void> {
	const listed = await store.persistence.listExecutionIds();
	for (const id of ids) {
		expect(listed).not.toContain(id);
		expect(await store.persistence.loadExecution(id)).toBeNull();
		expect(await store.persistence.load(keyOf({ id }))).toBeNull();
		expect(await store.persistence.load(`${id}/latest`)).toBeNull();
		expect(await store.persistence.loadCheckpoint(keyOf({ id }))).toBeNull();
		expect(await store.persistence.listCheckpoints(id)).toEqual([]);
		expect(await store.persistence.loadLog(id, 0)).toEqual([]);
		expect(await store.results.exists(resultUri(id))).toBe(false);
	}
}

export async function expectWhole(store: Store, ids: readonly string[]): Promise<void> {
	expect(await store.persistence.listExecutionIds()).toEqual([...ids].sort());
	for (const id of ids) {
		expect((await store.persistence.loadExecution(id))?.latestKey).toBe(keyOf({ id }));
		expect(await store.persistence.loadCheckpoint(keyOf({ id }))).not.toBeNull();
		expect(await store.persistence.loadLog(id, 0)).toEqual([{ step: 1, text: id }]);
		expect(await store.results.read(resultUri(id), { block: false })).toBe(id);
	}
}
