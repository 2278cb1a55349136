import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cloneExecution, cloneSnapshot } from "../../runtime/checkpoint/clone-snapshot.ts";
import type { MachineSnapshot } from "../../runtime/checkpoint/machine-snapshot.ts";
import type { Store } from "../../runtime/store/store.ts";
import { openStore } from "../../src/open-store.ts";
import { doneSteps, snapshotOf, start, storeExecution } from "../cli/stored-executions.ts";

const now = () => start + 1.5;
const madeNow = "2026-03-01T12:00:00.001500+00:00";

const source: MachineSnapshot = {
	...snapshotOf("a", { step: 7, state: "ask", event: "waiting", at: -5000, calls: 3, cost: 0.5 }),
	context: { list: [{ text: "tea" }], machine: { execution_id: "a", parent_execution_id: null, step: 7 } },
	parent_execution_id: "root",
	pending_launches: [{ execution_id: "l", machine: "m", input: {}, launched: false }],
	waiting_channel: "office",
	tool_loop_state: { chain: [1] },
	config_hash: "abc",
};

describe("cloneSnapshot", () => {
	it("gives the copy an id, a time and a parent of its own, no launches, and keeps the rest", () => {
		expect(cloneSnapshot(source, "b", { now })).toEqual({
			...source,
			execution_id: "b",
			created_at: madeNow,
			parent_execution_id: "a",
			pending_launches: null,
			context: { ...source.context, machine: { execution_id: "b", parent_execution_id: "a", step: 7 } },
		});
	});

	it("copies deeply, and leaves the source as it is", () => {
		const before = structuredClone(source);
		const { context, tool_loop_state } = cloneSnapshot(source, "b", { now });
		expect(source).toEqual(before);
		expect(context.list).not.toBe(source.context.list);
		expect(tool_loop_state).not.toBe(source.tool_loop_state);
	});

	it("adds nothing to a context without `machine`", () => {
		expect(cloneSnapshot({ ...source, context: { x: 1 } }, "b", { now }).context).toEqual({ x: 1 });
	});
});

describe("cloneExecution", () => {
	let store: Store;

	beforeEach(async () => {
		store = await openStore("memory:");
		await storeExecution(store, { id: "a", steps: doneSteps.slice(0, 3) });
	});

	afterEach(() => store.close());

	it("stores the fork as an execution of its own, with origin and progress of its source", async () => {
		const { persistence } = store;
		const before = await persistence.loadExecution("a");
		const snapshot = await cloneExecution(persistence, "a", "b", { now });
		const key = "b/step_000002_state_exit.json";
		const origin = JSON.parse(before?.origin ?? "");
		expect(await persistence.loadExecution("b")).toEqual({
			summary: {
				...before?.summary,
				execution_id: "b",
				root_execution_id: "b",
				parent_execution_id: "a",
				created_at: madeNow,
				updated_at: madeNow,
			},
			// What its source has done before is in no record of the fork.
			origin: JSON.stringify({ ...origin, config_hash: null, begins_at: 2 }),
			latestKey: key,
		});
		expect(await persistence.listCheckpoints("b")).toEqual([key]);
		const stored = await persistence.loadCheckpoint(key);
		expect(stored?.progress).toBe('{"format":1,"at":"check","run":{}}');
		expect(JSON.parse(stored?.text ?? "")).toEqual(snapshot);
		expect(snapshot).toMatchObject({ execution_id: "b", parent_execution_id: "a", step: 2, total_api_calls: 2 });
		expect(await persistence.loadExecution("a")).toEqual(before);
	});

	it("starts from an earlier checkpoint", async () => {
		await cloneExecution(store.persistence, "a", "b", { now, key: "a/step_000001_state_exit.json" });
		expect(await store.persistence.loadExecution("b")).toMatchObject({
			latestKey: "b/step_000001_state_exit.json",
			summary: { current_state: "draft", step: 1, total_api_calls: 1, status: "active" },
		});
	});

	it("waits as long as its source, and failed as its source did, unless it starts earlier", async () => {
		const error = { name: "ValueError", message: "no" };
		await storeExecution(store, { id: "f", steps: doneSteps.slice(0, 3), summary: { status: "failed", error } });
		const steps = [
			{ step: 1, state: "ask", event: "waiting", at: 0, snapshot: { waiting_channel: "office" } },
		] as const;
		await storeExecution(store, { id: "w", steps, summary: { wake_at: start + 9000 } });
		const { persistence } = store;
		await cloneExecution(persistence, "f", "f2", { now });
		await cloneExecution(persistence, "f", "f3", { now, key: "f/step_000001_state_exit.json" });
		await cloneExecution(persistence, "w", "w2", { now });
		const rows = await persistence.listExecutions({});
		expect(rows.find((row) => row.execution_id === "f2")).toMatchObject({ status: "failed", error });
		expect(rows.find((row) => row.execution_id === "f3")).toMatchObject({ status: "active", error: null });
		expect(await persistence.listExecutionIds({ waitingChannel: "office", wakeBefore: start + 9001 })).toEqual([
			"w",
			"w2",
		]);
	});

	it("does not wait where its source waits for children, which the fork has not", async () => {
		const steps = [{ step: 1, state: "call", event: "execute", at: 0 }] as const;
		await storeExecution(store, { id: "p", steps, summary: { status: "waiting" } });
		await cloneExecution(store.persistence, "p", "p2", { now });
		expect((await store.persistence.loadExecution("p2"))?.summary.status).toBe("active");
	});

	it("forks what something else than flatstate has stored", async () => {
		const { persistence } = store;
		const bytes = Buffer.from(JSON.stringify(source).replaceAll('"a"', '"foreign"'));
		await persistence.save("foreign/step_000007_waiting.json", bytes);
		await persistence.save("foreign/latest", Buffer.from("foreign/step_000007_waiting.json"));
		await cloneExecution(persistence, "foreign", "b", { now });
		expect(await persistence.loadExecution("b")).toMatchObject({
			origin: null,
			latestKey: "b/step_000007_waiting.json",
			summary: { status: "waiting", waiting_channel: "office", parent_execution_id: "foreign" },
		});
		expect(await persistence.loadCheckpoint("b/step_000007_waiting.json")).toMatchObject({ progress: null });
	});

	it("forks a fork", async () => {
		const { persistence } = store;
		await cloneExecution(persistence, "a", "b", { now });
		const snapshot = await cloneExecution(persistence, "b", "c", { now });
		expect(snapshot).toMatchObject({ execution_id: "c", parent_execution_id: "b" });
	});

	it.each([
		["an unknown source", "nobody", "b", undefined, "unknown_execution", "There is no execution nobody in runs"],
		["an id that is taken", "a", "a", undefined, "invalid_checkpoint_key", "There is an execution a already"],
		["an id that leads elsewhere", "a", "../b", undefined, "invalid_checkpoint_key", "Invalid checkpoint key"],
		[
			"a checkpoint that is not there",
			"a",
			"b",
			"a/step_000009_execute.json",
			"invalid_checkpoint_key",
			"has no checkpoint",
		],
		["another's checkpoint", "a", "b", "x/step_000001_execute.json", "invalid_checkpoint_key", "has no checkpoint"],
	])("refuses %s and stores nothing", async (_what, from, to, key, code, message) => {
		await storeExecution(store, { id: "x", steps: [{ step: 1, state: "s", event: "execute", at: 0 }] });
		const cloning = cloneExecution(store.persistence, from, to, {
			now,
			storeName: "runs",
			...(key !== undefined && { key }),
		});
		await expect(cloning).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
		expect(await store.persistence.listExecutionIds()).toEqual(["a", "x"]);
	});

	it("refuses a checkpoint that is nested too deep", async () => {
		const key = "a/step_000002_state_exit.json";
		const text = JSON.stringify({ ...doneSteps[2]?.snapshot, execution_id: "a", current_state: "check", context: {} });
		const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
		await store.persistence.save(key, Buffer.from(text.replace('"context":{}', `"context":{"deep":${deep}}`)));
		await expect(cloneExecution(store.persistence, "a", "b", { now, key })).rejects.toMatchObject({
			code: "corrupt_checkpoint",
			message: expect.stringContaining("nested too deep"),
		});
	});

	it("refuses a checkpoint that cannot be read", async () => {
		await store.persistence.save("a/step_000002_state_exit.json", Buffer.from('{"execution_id'));
		await expect(cloneExecution(store.persistence, "a", "b", { now })).rejects.toMatchObject({
			code: "corrupt_checkpoint",
		});
		expect(await store.persistence.listExecutionIds()).toEqual(["a"]);
	});
});
