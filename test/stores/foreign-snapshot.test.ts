/** The row of an execution with which something else than flatstate has gone on. */
import { describe, expect, it } from "vitest";
import { summaryOfSaved } from "../../adapters/stores/foreign-snapshot.ts";
import { keyOf, type Sample, sampleTime, snapshotOf, summaryOf } from "./contract/samples.ts";

const saved: Sample = { id: "a", step: 2, event: "waiting", channel: "go", at: sampleTime + 1000 };
const ours = summaryOf({ id: "a", parent: "p", root: "p", status: "stopped" });

function rowOf(known: Parameters<typeof summaryOfSaved>[2], text = JSON.stringify(snapshotOf(saved))) {
	return summaryOfSaved(keyOf(saved), text, known, sampleTime);
}

describe("the row of a saved snapshot", () => {
	it("says what the snapshot says", () => {
		const created_at = snapshotOf(saved).created_at;
		expect(rowOf(null)).toEqual({ ...summaryOf(saved), created_at });
		expect(rowOf({ row: ours, committed: false })).toEqual({ ...summaryOf(saved), created_at });
	});

	it("keeps parent, root and start of an execution of ours", () => {
		const { parent_execution_id, root_execution_id, created_at } = ours;
		const expected = { ...summaryOf(saved), parent_execution_id, root_execution_id, created_at };
		expect(rowOf({ row: ours, committed: true })).toEqual(expected);
	});

	it("has the id of its key, whatever the snapshot says", () => {
		expect(rowOf(null, JSON.stringify(snapshotOf({ ...saved, id: "b" }))).execution_id).toBe("a");
	});

	it("stays as it was where the snapshot cannot be read", () => {
		expect(rowOf({ row: ours, committed: true }, "{ cut o")).toEqual(ours);
	});

	it("says what the key says where nothing else is known", () => {
		const unread = { execution_id: "a", root_execution_id: "a", status: "active", event: "waiting", step: 2 };
		expect(rowOf(null, "")).toMatchObject(unread);
	});
});
