/** The twelve actions of the hooks `distributed-worker`, each in a machine of one state. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { openSqliteStore } from "../../adapters/stores/sqlite/index.ts";
import type { ActionRun } from "../../runtime/hooks/action-run.ts";
import { DistributedWorkerHooks } from "../../runtime/hooks/distributed-worker-hooks.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine, type FlatMachineOptions } from "../../src/flat-machine.ts";

type Values = Readonly<Record<string, unknown>>;

/** Does one action on a context, and gives the context after it, or the error as `on_error` sees it. */
function machineOf(action: string, context: Values, args: Values = {}, data: Values = {}): Values {
	const after = { all: "context" };
	const failed = { error: "context.last_error", type: "context.last_error_type" };
	return {
		spec: "flatmachine",
		spec_version: "4.2.1",
		data: {
			name: "one",
			context,
			states: {
				act: {
					type: "initial",
					action,
					hooks: [{ name: "distributed-worker", args }],
					on_error: "failed",
					transitions: [{ to: "done" }],
				},
				done: { type: "final", output: after },
				failed: { type: "final", output: failed },
			},
			...data,
		},
	};
}

async function act(store: Store, action: string, context: Values, more: Partial<FlatMachineOptions> = {}) {
	const machine = new FlatMachine({ ...more, config: machineOf(action, context), store });
	const output = Object(await machine.execute());
	const { machine: _, ...rest } = Object(output.all ?? output);
	return rest;
}

/** A store whose parts are there, with a clock that is set by hand. */
function setUp() {
	let now = Date.parse("2026-01-02T03:04:05.000Z");
	const store = openMemoryStore({ now: () => now });
	onTestFinished(() => store.close());
	const { registrations, work } = store;
	if (!registrations || !work) throw new Error("the store has no pools");
	const advance = (seconds: number) => {
		now += seconds * 1000;
	};
	return { store, registrations, pool: work.pool("p"), other: work.pool("q"), work, advance };
}

describe("jobs", () => {
	it("claim_job gives the oldest job and its id, or null for both", async () => {
		const { store, pool, registrations } = setUp();
		const id = await pool.push({ n: 1 });
		await registrations.register({ worker_id: "w" });
		const context = { pool_id: "p", worker_id: "w", kept: 1 };
		expect(await act(store, "claim_job", context)).toEqual({ ...context, job: { n: 1 }, job_id: id });
		expect((await registrations.get("w"))?.current_task_id).toBe(id);
		expect(await act(store, "claim_job", context)).toEqual({ ...context, job: null, job_id: null });
	});

	it("claims from the pool `default` where none is named, also for who has not registered", async () => {
		const { store, work } = setUp();
		await work.pool("default").push("x");
		expect(await act(store, "claim_job", { worker_id: "w" })).toMatchObject({ job: "x" });
	});

	it("makes a worker that was taken for lost active again before it claims", async () => {
		const { store, pool, registrations, advance } = setUp();
		await registrations.register({ worker_id: "w" });
		await registrations.updateStatus("w", "lost");
		await pool.push("x");
		advance(100);
		await act(store, "claim_job", { pool_id: "p", worker_id: "w" });
		const last_heartbeat = "2026-01-02T03:05:45.000Z";
		expect(await registrations.get("w")).toMatchObject({ status: "active", last_heartbeat });
	});

	it("complete_job keeps the result", async () => {
		const { store, pool, registrations } = setUp();
		await registrations.register({ worker_id: "w" });
		const id = await pool.push("x");
		await registrations.heartbeat("w", {}, id);
		const context = { pool_id: "p", worker_id: "w", job_id: id, result: { a: [1] } };
		expect(await act(store, "complete_job", context)).toEqual(context);
		expect(await pool.get(id)).toMatchObject({ status: "done", result: { a: [1] } });
		expect((await registrations.get("w"))?.current_task_id).toBeNull();
	});

	it("fail_job puts the job back with the error, which is the state's last one where none is given", async () => {
		const { store, pool } = setUp();
		const id = await pool.push("x");
		await pool.claim("w");
		await act(store, "fail_job", { pool_id: "p", job_id: id, error: "no luck" });
		expect(await pool.get(id)).toMatchObject({ status: "pending", error: "no luck" });
		await pool.claim("w");
		await act(store, "fail_job", { pool_id: "p", job_id: id, last_error: "out of paper" });
		expect((await pool.get(id))?.error).toBe("out of paper");
	});
});

describe("workers", () => {
	it("register_worker writes id, status and time, and registers host, process, pool and capabilities", async () => {
		const { store, registrations } = setUp();
		const context = { worker_id: "w", pool_id: "p", capabilities: ["gpu"] };
		const registered_at = "2026-01-02T03:04:05.000Z";
		expect(await act(store, "register_worker", context)).toEqual({ ...context, status: "active", registered_at });
		expect(await registrations.get("w")).toMatchObject({
			status: "active",
			capabilities: ["gpu"],
			pid: process.pid,
			host: expect.any(String),
			metadata: { pool_id: "p" },
		});
	});

	it("is heard of by itself at the machine's `heartbeat_interval`, until its machine ends", async () => {
		const { registrations, store } = setUp();
		const beats = vi.spyOn(registrations, "heartbeat");
		const machine = new FlatMachine({
			store,
			config: {
				spec: "flatmachine",
				spec_version: "4.2.1",
				data: {
					settings: { heartbeat_interval: 0.01 },
					context: { worker_id: "w" },
					states: {
						register: {
							type: "initial",
							action: "register_worker",
							hooks: "distributed-worker",
							transitions: [{ to: "work" }],
						},
						work: { action: "wait", hooks: "work", transitions: [{ to: "done" }] },
						done: { type: "final" },
					},
				},
			},
			hooks: {
				work: {
					async onAction(_action, context) {
						await vi.waitFor(() => expect(beats.mock.calls.length).toBeGreaterThan(2));
						return context;
					},
				},
			},
		});
		await machine.execute();
		const after = beats.mock.calls.length;
		expect(beats).toHaveBeenCalledWith("w");
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(beats.mock.calls).toHaveLength(after);
	});

	it("deregister_worker ends a worker, and puts back what it still has", async () => {
		const { store, registrations, pool } = setUp();
		await registrations.register({ worker_id: "w" });
		await pool.push("x");
		await pool.claim("w");
		await act(store, "deregister_worker", { worker_id: "w", pool_id: "p" });
		expect((await registrations.get("w"))?.status).toBe("terminated");
		expect(await pool.size()).toBe(1);
	});

	it("heartbeat moves the time", async () => {
		const { store, registrations, advance } = setUp();
		await registrations.register({ worker_id: "w" });
		advance(10);
		await act(store, "heartbeat", { worker_id: "w" });
		expect((await registrations.get("w"))?.last_heartbeat).toBe("2026-01-02T03:04:15.000Z");
	});
});

describe("looking after workers", () => {
	it("get_pool_state gives what is pending, and the active workers of the pool or of none", async () => {
		const { store, pool, other, registrations } = setUp();
		await pool.push(1);
		await pool.push(2);
		await other.push(3);
		await pool.claim("a");
		for (const [worker_id, metadata] of Object.entries({ a: { pool_id: "p" }, b: { pool_id: "q" }, c: {}, d: {} })) {
			await registrations.register({ worker_id, metadata });
		}
		await registrations.updateStatus("d", "lost");
		expect(await act(store, "get_pool_state", { pool_id: "p" })).toMatchObject({ queue_depth: 1, active_workers: 2 });
	});

	it.each([
		[{ queue_depth: 6, active_workers: 1, max_workers: 3 }, 3, 2],
		[{ queue_depth: 2, active_workers: 0, max_workers: "5" }, 2, 2],
		[{ queue_depth: 9 }, 3, 3],
		[{ queue_depth: 9, max_workers: null }, 3, 3],
		[{ queue_depth: 9.9, max_workers: 2.7 }, 2, 2],
		[{ queue_depth: 1, active_workers: 4 }, 1, 0],
		[{}, 0, 0],
	])("calculate_spawn makes of %j %i needed and %i to spawn", async (context, needed, toSpawn) => {
		const { store } = setUp();
		expect(await act(store, "calculate_spawn", context)).toEqual({
			...context,
			workers_needed: needed,
			workers_to_spawn: toSpawn,
			spawn_list: Array.from({ length: toSpawn }, (_, n) => n),
		});
	});

	it("list_stale_workers gives who was not heard of for a minute, and reap_stale_workers finds them in the context", async () => {
		const { store, registrations, pool, advance } = setUp();
		for (const worker_id of ["a", "b", "c", "gone"]) {
			await registrations.register({ worker_id, host: "h", metadata: { pool_id: "p" } });
			await pool.push(worker_id);
			await pool.claim(worker_id);
		}
		await registrations.register({ worker_id: "elsewhere", metadata: { pool_id: "q" } });
		await registrations.updateStatus("gone", "terminated");
		advance(61);
		await registrations.heartbeat("b");
		const last_heartbeat = "2026-01-02T03:04:05.000Z";
		const workers = ["a", "c"].map((worker_id) => ({ worker_id, last_heartbeat, host: "h" }));
		const listed = await act(store, "list_stale_workers", { pool_id: "p", stale_threshold_seconds: null });
		expect(listed).toMatchObject({ workers, stale_workers: workers, stale_count: 2 });
		// One of them was only slow.
		await registrations.heartbeat("c");
		expect(await act(store, "reap_stale_workers", listed)).toMatchObject({
			reaped_workers: ["a"],
			reaped_count: 1,
			total_jobs_released: 1,
		});
		expect((await registrations.list({ status: "lost" })).map(({ worker_id }) => worker_id)).toEqual(["a"]);
		expect(await pool.claim("x")).toMatchObject({ data: "a", attempts: 2 });
		expect(await pool.claim("x")).toBeNull();
	});

	it("reap_worker takes an id or a record, and also releases what the worker has in its own pool", async () => {
		const { store, registrations, pool, other } = setUp();
		for (const worker_id of ["a", "b"]) await registrations.register({ worker_id, metadata: { pool_id: "q" } });
		for (const each of [pool, other]) {
			await each.push(1);
			await each.claim("a");
		}
		expect(await act(store, "reap_worker", { pool_id: "p", worker: "a" })).toMatchObject({
			reaped_worker_id: "a",
			jobs_released: 2,
		});
		expect(await act(store, "reap_worker", { pool_id: "p", worker: { worker_id: "b" } })).toMatchObject({
			reaped_worker_id: "b",
			jobs_released: 0,
		});
		expect(await registrations.list({ status: "lost" })).toHaveLength(2);
	});
});

describe("what does not fit", () => {
	it.each([
		["claim_job", {}, "worker_id"],
		["complete_job", { worker_id: "w" }, "job_id"],
		["fail_job", { job_id: null }, "job_id"],
		["register_worker", {}, "worker_id"],
		["register_worker", { worker_id: "w", capabilities: "gpu" }, "capabilities"],
		["deregister_worker", {}, "worker_id"],
		["heartbeat", { worker_id: {} }, "worker_id"],
		["reap_worker", {}, "worker"],
		["reap_stale_workers", { stale_workers: [1] }, "ids of workers"],
		["calculate_spawn", { queue_depth: "many" }, "queue_depth"],
		["list_stale_workers", { stale_threshold_seconds: {} }, "stale_threshold_seconds"],
		["spawn_workers", { workers_to_spawn: 1 }, "worker_config_path"],
		["spawn_workers", { workers_to_spawn: 101, worker_config_path: "w.yml" }, "100"],
		["spawn_workers", { workers_to_spawn: 1, worker_config_path: "w.yml" }, "processes: machineProcesses()"],
	])("%s of %j is a ValueError that `on_error` routes", async (action, context, words) => {
		const { store } = setUp();
		const failed = await act(store, action, context);
		expect(failed).toMatchObject({ type: "ValueError", error: expect.stringContaining(words) });
	});

	it("an unknown worker or job is a StoreError that says so", async () => {
		const { store } = setUp();
		expect(await act(store, "heartbeat", { worker_id: "w" })).toMatchObject({ type: "StoreError" });
		expect(await act(store, "complete_job", { job_id: "j" })).toMatchObject({ type: "StoreError" });
	});

	it("an unknown action leaves the context as it is, also one with a name that every object has", async () => {
		const { store } = setUp();
		for (const action of ["dance", "constructor", "__proto__"]) {
			expect(await act(store, action, { a: 1 })).toEqual({ a: 1 });
		}
	});

	it("spawns nobody where nobody is needed", async () => {
		const { store } = setUp();
		expect(await act(store, "spawn_workers", {})).toEqual({ spawned_ids: [], spawned_count: 0 });
	});

	it.each([
		[{ backend: "mysql" }, "memory, sqlite, redis or postgres"],
		[{ backend: "redis" }, "REDIS_URL"],
		[{ db_pth: "x" }, "`db_path`"],
		[{ backend: 1 }, "text"],
	])("arguments %j are refused", (args, words) => {
		vi.stubEnv("REDIS_URL", "");
		onTestFinished(() => {
			vi.unstubAllEnvs();
		});
		expect(() => new DistributedWorkerHooks(args)).toThrow(words);
	});
});

describe("where pools are kept", () => {
	function folder(): string {
		const path = mkdtempSync(join(tmpdir(), "flatstate-workers-"));
		onTestFinished(() => rmSync(path, { recursive: true }));
		return path;
	}

	async function pushed(file: string): Promise<void> {
		const store = await openSqliteStore(file);
		await store.work?.pool("default").push("from a file");
		await store.close();
	}

	const claim = { worker_id: "w" };

	it("is what the arguments say, and closed when the machine ends", async () => {
		const file = join(folder(), "pool.db");
		await pushed(file);
		const config = machineOf("claim_job", claim, { backend: "sqlite", db_path: file });
		const output = Object(await new FlatMachine({ config }).execute());
		expect(output.all).toMatchObject({ job: "from a file" });
		// Closing moves all from the write-ahead log into the file.
		await vi.waitFor(() => expect(statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0));
	});

	it("is the memory of the process for `backend: memory`, shared by its machines", async () => {
		const run = (action: string, context: Values) =>
			new FlatMachine({ config: machineOf(action, context, { backend: "memory" }) }).execute();
		await run("register_worker", { worker_id: "m1", pool_id: "memory" });
		const seen = Object(await run("get_pool_state", { pool_id: "memory" })).all;
		expect(seen).toMatchObject({ queue_depth: 0, active_workers: 1 });
	});

	it("is given in code beside hooks of one's own", async () => {
		const { registrations, work, pool } = setUp();
		await pool.push("x");
		let seen: ActionRun | undefined;
		class Own extends DistributedWorkerHooks {
			override async onAction(...[action, context, info]: Parameters<DistributedWorkerHooks["onAction"]>) {
				seen = info.run;
				return super.onAction(action, context, info);
			}
		}
		const machine = new FlatMachine({
			config: machineOf("claim_job", { worker_id: "w", pool_id: "p" }),
			hooks: { "distributed-worker": (args) => new Own(args, { registrations, work }) },
		});
		expect(Object(await machine.execute()).all).toMatchObject({ job: "x" });
		expect(seen?.machine.name).toBe("one");
		expect(seen?.store).toBeNull();
		expect(seen?.ended.aborted).toBe(true);
	});
});
