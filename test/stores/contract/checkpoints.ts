/** Checkpoints by key, as bytes, and what a foreign program writes that knows no more than spec section 13.4. */
import { describe, expect, it } from "vitest";
import type { PersistenceBackend } from "../../../runtime/store/persistence-backend.ts";
import { type StoreOpener, storesOf } from "./opener.ts";
import {
	bytesOf,
	commit,
	commitOf,
	keyOf,
	longText,
	oddNames,
	type Sample,
	saveForeign,
	snapshotOf,
	summaryOf,
	textAt,
} from "./samples.ts";

export function checkpointContract(name: string, opener: StoreOpener): void {
	describe(`${name}: checkpoints by key`, () => {
		const openStores = storesOf(opener);

		async function open() {
			const { store, other } = await openStores();
			return { persistence: store.persistence, other: other.persistence };
		}

		const key = keyOf({ id: "a" });
		const started = { origin: '{"o":1}', log: [{ step: 1, text: "{}" }] };

		it("gives back the bytes that were stored, whatever they are", async () => {
			const { persistence, other } = await open();
			for (const value of [
				Uint8Array.of(),
				Uint8Array.of(0, 255, 254, 10, 13),
				bytesOf("{ cut o"),
				bytesOf(longText),
			]) {
				await persistence.save(key, value);
				expect(Buffer.from((await other.load(key)) ?? "none").equals(value)).toBe(true);
			}
		});

		it("has nothing under a key that was not stored", async () => {
			const { persistence } = await open();
			await persistence.save(key, bytesOf("{}"));
			for (const missing of [keyOf({ id: "a", step: 2 }), keyOf({ id: "b" }), "a/latest", "__proto__/latest"]) {
				expect(await persistence.load(missing)).toBeNull();
				expect(await persistence.loadCheckpoint(missing)).toBeNull();
				await expect(persistence.delete(missing)).resolves.toBeUndefined();
			}
		});

		it("keeps no reference to the bytes of the caller, and hands out none of its own", async () => {
			const { persistence } = await open();
			const value = bytesOf("first");
			await persistence.save(key, value);
			value.fill(0);
			(await persistence.load(key))?.fill(0);
			expect(await textAt(persistence, key)).toBe("first");
		});

		it.each(["", "/a/latest", "/", "..", "../a/latest", "a/../b", "a/..", "../../etc/passwd"])(
			"refuses the key %j",
			async (invalid) => {
				const { persistence } = await open();
				const refusal = { code: "invalid_checkpoint_key", name: "StoreError" };
				await expect(persistence.save(invalid, bytesOf("{}"))).rejects.toMatchObject(refusal);
				await expect(persistence.load(invalid)).rejects.toMatchObject(refusal);
				await expect(persistence.delete(invalid)).rejects.toMatchObject(refusal);
				expect(await persistence.listExecutionIds()).toEqual([]);
			},
		);

		it("finds an execution that something else wrote like one of ours", async () => {
			const { persistence, other } = await open();
			const sample = { id: "a", step: 3, event: "waiting", channel: "go", parent: "p" } as const;
			await saveForeign(persistence, sample);
			expect(await other.loadExecution("a")).toEqual({
				summary: { ...summaryOf(sample), created_at: snapshotOf(sample).created_at },
				origin: null,
				latestKey: keyOf(sample),
			});
			expect(await other.loadCheckpoint(keyOf(sample))).toEqual({
				text: JSON.stringify(snapshotOf(sample)),
				progress: null,
			});
			expect(await other.listCheckpoints("a")).toEqual([keyOf(sample)]);
			expect(await other.loadLog("a", 0)).toEqual([]);
			expect(await textAt(other, "a/latest")).toBe(keyOf(sample));
		});

		it.each([
			["event", { event: "waiting" }],
			["waiting channel", { waitingChannel: "go" }],
			["parent", { parentExecutionId: "p" }],
			["root", { rootExecutionId: "a" }],
			["status", { status: "waiting" }],
			["age", { updatedBefore: Date.parse("2026-01-01T00:00:00.001Z") }],
		] as const)("finds an execution that something else wrote by %s", async (_, filter) => {
			const { persistence, other } = await open();
			await saveForeign(persistence, { id: "a", event: "waiting", channel: "go", parent: "p" });
			const notFound = { id: "b", event: "machine_end", at: Date.parse("2026-01-01T00:00:01Z") } as const;
			await saveForeign(persistence, notFound);
			expect(await other.listExecutionIds(filter)).toEqual(["a"]);
			expect((await other.listExecutions(filter)).map((row) => row.execution_id)).toEqual(["a"]);
		});

		it("looks executions up by the latest snapshot that something else wrote", async () => {
			const { persistence } = await open();
			await saveForeign(persistence, { id: "a", step: 1, event: "waiting", channel: "go" });
			await saveForeign(persistence, { id: "a", step: 2, event: "execute" });
			expect(await persistence.listExecutionIds({ waitingChannel: "go" })).toEqual([]);
			expect(await persistence.listExecutionIds({ event: "execute" })).toEqual(["a"]);
			expect(await persistence.listCheckpoints("a")).toHaveLength(2);
		});

		it("keeps the old latest checkpoint until the pointer is moved", async () => {
			const { persistence } = await open();
			await saveForeign(persistence, { id: "a", step: 1, event: "waiting", channel: "go" });
			const next = { id: "a", step: 2, event: "execute" } as const;
			await persistence.save(keyOf(next), bytesOf(JSON.stringify(snapshotOf(next))));
			expect((await persistence.loadExecution("a"))?.latestKey).toBe(keyOf({ id: "a", step: 1, event: "waiting" }));
			expect(await persistence.listExecutionIds({ waitingChannel: "go" })).toEqual(["a"]);
			await persistence.save("a/latest", bytesOf(keyOf(next)));
			expect((await persistence.loadExecution("a"))?.latestKey).toBe(keyOf(next));
			expect(await persistence.listExecutionIds({ waitingChannel: "go" })).toEqual([]);
		});

		it("goes on with one of ours that something else has continued", async () => {
			const { persistence, other } = await open();
			await commit(persistence, [commitOf({ id: "a", step: 1, event: "waiting", channel: "go" }, { origin: "{}" })]);
			await saveForeign(other, { id: "a", step: 2, event: "machine_end" });
			expect(await persistence.listExecutionIds({ event: "machine_end", status: "done" })).toEqual(["a"]);
			expect(await persistence.listExecutionIds({ waitingChannel: "go" })).toEqual([]);
			await commit(persistence, [commitOf({ id: "a", step: 3, event: "state_enter" })]);
			expect(await persistence.listExecutionIds({ event: "state_enter" })).toEqual(["a"]);
			expect(await textAt(other, "a/latest")).toBe(keyOf({ id: "a", step: 3, event: "state_enter" }));
		});

		it("keeps the row of one of ours where something else saves what is not its latest checkpoint", async () => {
			const { persistence, other } = await open();
			const ours = { id: "a", step: 2, status: "stopped" } as const;
			await commit(persistence, [commitOf(ours)]);
			const earlier = { id: "a", step: 1, event: "waiting", channel: "go" } as const;
			await other.save(keyOf(earlier), bytesOf(JSON.stringify(snapshotOf(earlier))));
			expect((await persistence.loadExecution("a"))?.summary).toEqual(summaryOf(ours));
			expect(await persistence.listExecutionIds({ status: "stopped" })).toEqual(["a"]);
			expect(await persistence.listCheckpoints("a")).toEqual([keyOf(earlier), keyOf(ours)]);
		});

		it("forgets what it knew beyond a snapshot that something else replaced", async () => {
			const { persistence, other } = await open();
			await commit(persistence, [commitOf({ id: "a" }, { progress: '{"mine":1}' })]);
			expect((await other.loadCheckpoint(key))?.progress).toBe('{"mine":1}');
			await other.save(key, bytesOf("{}"));
			expect(await persistence.loadCheckpoint(key)).toEqual({ text: "{}", progress: null });
		});

		it("stores a snapshot that cannot be read, and still finds the execution's others", async () => {
			const { persistence } = await open();
			await saveForeign(persistence, { id: "a", step: 1 });
			await saveForeign(persistence, { id: "a", step: 2 }, '{"execution_id": "a", "conte');
			const latest = keyOf({ id: "a", step: 2 });
			expect(await textAt(persistence, latest)).toBe('{"execution_id": "a", "conte');
			expect((await persistence.loadExecution("a"))?.latestKey).toBe(latest);
			expect(await persistence.listCheckpoints("a")).toEqual([keyOf({ id: "a", step: 1 }), latest]);
			expect(await persistence.listExecutionIds()).toEqual(["a"]);
		});

		it("deletes a checkpoint and leaves the pointer to another", async () => {
			const { persistence, other } = await open();
			await commit(persistence, [commitOf({ id: "a", step: 1 })]);
			await commit(persistence, [commitOf({ id: "a", step: 2 })]);
			await persistence.delete(key);
			expect(await other.load(key)).toBeNull();
			expect(await other.loadCheckpoint(key)).toBeNull();
			expect(await other.listCheckpoints("a")).toEqual([keyOf({ id: "a", step: 2 })]);
			expect((await other.loadExecution("a"))?.latestKey).toBe(keyOf({ id: "a", step: 2 }));
		});

		it("deletes the latest checkpoint and the pointer to it", async () => {
			const { persistence, other } = await open();
			await commit(persistence, [commitOf({ id: "a", step: 1 }, started)]);
			await commit(persistence, [commitOf({ id: "a", step: 2 })]);
			await persistence.delete(keyOf({ id: "a", step: 2 }));
			expect(await other.load("a/latest")).toBeNull();
			await expectNoPointer(other, { id: "a", step: 2 });
			expect(await other.listCheckpoints("a")).toEqual([key]);
			await persistence.save("a/latest", bytesOf(key));
			expect((await other.loadExecution("a"))?.latestKey).toBe(key);
			await commit(persistence, [commitOf({ id: "a", step: 3 })]);
			expect((await other.loadExecution("a"))?.latestKey).toBe(keyOf({ id: "a", step: 3 }));
		});

		it("deletes a pointer and leaves the checkpoint", async () => {
			const { persistence, other } = await open();
			await commit(persistence, [commitOf({ id: "a" }, started)]);
			await persistence.delete("a/latest");
			expect(await other.load("a/latest")).toBeNull();
			await expectNoPointer(other, { id: "a" });
			expect(await other.load(key)).not.toBeNull();
		});

		it("keeps odd ids apart", async () => {
			const { persistence, other } = await open();
			for (const id of oddNames) await saveForeign(persistence, { id, context: { id } });
			expect(await other.listExecutionIds()).toEqual([...oddNames].sort());
			for (const id of oddNames) {
				expect(await textAt(other, keyOf({ id }))).toBe(JSON.stringify(snapshotOf({ id, context: { id } })));
				expect(await other.listCheckpoints(id)).toEqual([keyOf({ id })]);
			}
		});
	});
}

/** The execution is still there, with its row, log and what it was started with. */
async function expectNoPointer(persistence: PersistenceBackend, latest: Sample): Promise<void> {
	const { id } = latest;
	expect(await persistence.load(`${id}/latest`)).toBeNull();
	expect(await persistence.loadExecution(id)).toEqual({
		summary: summaryOf(latest),
		origin: '{"o":1}',
		latestKey: null,
	});
	expect(await persistence.listExecutionIds()).toEqual([id]);
	expect(await persistence.listExecutionIds({ event: "execute", status: "active" })).toEqual([id]);
	expect(await persistence.loadLog(id, 0)).toHaveLength(1);
}
