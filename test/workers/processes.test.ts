/** Workers as real processes: started by a checker, killed in the middle of a job, reaped, and followed by others. */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it, onTestFinished, vi } from "vitest";
import type { Store } from "../../runtime/store/store.ts";
import type { WorkItem } from "../../runtime/workers/work-backend.ts";
import { openStore } from "../../src/open-store.ts";
import { flatstate } from "../cli/built-command.ts";
import { files } from "../cli/files.ts";
import { ask, postgresForTests } from "../servers/postgres.ts";
import { redisForTests } from "../servers/redis.ts";
import { removeKeys } from "../stores/redis-harness.ts";

const head = (name: string) => `spec: flatmachine
spec_version: "4.2.1"
data:
  name: ${name}
  settings: { heartbeat_interval: 0.1 }`;

const checker = `${head("checker")}
  context:
    pool_id: input.pool_id
    max_workers: input.max_workers
    worker_config_path: "{{ input.worker | default('worker.yml') }}"
  states:
    look: { type: initial, action: get_pool_state, hooks: distributed-worker, transitions: [{ to: count }] }
    count: { action: calculate_spawn, hooks: distributed-worker, transitions: [{ to: spawn }] }
    spawn: { action: spawn_workers, hooks: distributed-worker, on_error: refused, transitions: [{ to: done }] }
    done: { type: final, output: { ids: context.spawned_ids, count: context.spawned_count } }
    refused: { type: final, output: { error: context.last_error } }
`;

const worker = `${head("worker")}
  context: { pool_id: input.pool_id, worker_id: input.worker_id, done: 0 }
  machines: { job: ./job.yml }
  states:
    register: { type: initial, action: register_worker, hooks: distributed-worker, transitions: [{ to: claim }] }
    claim:
      action: claim_job
      hooks: distributed-worker
      transitions:
        - { condition: context.job == None, to: leave }
        - { to: work }
    work:
      machine: job
      input: { job: context.job }
      output_to_context: { result: output }
      on_error: fail
      transitions: [{ to: complete }]
    complete: { action: complete_job, hooks: distributed-worker, transitions: [{ to: claim }] }
    fail: { action: fail_job, hooks: distributed-worker, transitions: [{ to: claim }] }
    leave: { action: deregister_worker, hooks: distributed-worker, transitions: [{ to: done }] }
    done: { type: final, output: { worker_id: context.worker_id } }
`;

const job = `${head("job")}
  context: { job: input.job }
  states:
    work: { type: initial, action: work, hooks: job, transitions: [{ to: done }] }
    done: { type: final, output: { answer: context.answer } }
`;

const reaper = `${head("reaper")}
  context: { pool_id: input.pool_id, stale_threshold_seconds: input.seconds }
  states:
    find: { type: initial, action: list_stale_workers, hooks: distributed-worker, transitions: [{ to: reap }] }
    reap: { action: reap_stale_workers, hooks: distributed-worker, transitions: [{ to: done }] }
    done: { type: final, output: { reaped: context.reaped_workers, released: context.total_jobs_released } }
`;

/** Does a job that is slow until there is a file `go`, and says in a file which process does it. */
const hooks = `
import { randomUUID } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
export default {
	job: {
		async onAction(action, context) {
			const { n, slow, bad } = context.job;
			if (bad) throw new Error("this job is bad");
			if (slow) {
				writeFileSync("slow.pid", String(process.pid));
				while (!existsSync("go")) await sleep(20);
			}
			return { ...context, answer: n * 10 };
		},
	},
};
`;

interface Place {
	readonly path: string;
	readonly store: Store;
	run(machine: string, input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
	/** Items by their number. */
	items(ids: readonly string[]): Promise<readonly (WorkItem | null)[]>;
}

async function place(): Promise<Place> {
	const folder = files({
		"checker.yml": checker,
		"worker.yml": worker,
		"job.yml": job,
		"reaper.yml": reaper,
		"hooks.mjs": hooks,
	});
	const address = `sqlite:${join(folder.path, "runs.db")}`;
	const store = await openStore(address);
	onTestFinished(async () => {
		// Whoever still waits for the file ends, too.
		writeFileSync(join(folder.path, "go"), "");
		await vi.waitFor(async () => expect(await store.registrations?.list({ status: "active" })).toEqual([]), 10_000);
		await store.close();
		await folder[Symbol.asyncDispose]();
	});
	return {
		path: folder.path,
		store,
		async run(machine, input) {
			const args = ["run", machine, "--hooks", "hooks.mjs", "--store", address, "--input", JSON.stringify(input), "-q"];
			const { FLATSTATE_WORKER_LOGS: logs = "" } = process.env;
			const env = { FLATSTATE_WORKER_LOGS: logs };
			const { code, stdout, stderr } = await flatstate(args, { cwd: folder.path, env });
			if (code !== 0) throw new Error(stderr);
			return Object(JSON.parse(stdout));
		},
		items: (ids) => Promise.all(ids.map(async (id) => (await store.work?.pool("p").get(id)) ?? null)),
	};
}

async function push(store: Store, jobs: readonly Readonly<Record<string, unknown>>[]): Promise<string[]> {
	const ids: string[] = [];
	for (const data of jobs) ids.push((await store.work?.pool("p").push(data, { maxRetries: 2 })) ?? "");
	return ids;
}

const patience = { timeout: 30_000, interval: 100 };

it("has a checker start three workers that drain a pool of six jobs, of which one is bad", {
	timeout: 60_000,
}, async () => {
	const { run, store, items } = await place();
	const ids = await push(
		store,
		[1, 2, 3, 4, 5, 6].map((n) => ({ n, bad: n === 4 })),
	);
	const started = await run("checker.yml", { pool_id: "p", max_workers: 3 });
	const name = expect.stringMatching(/^worker-[0-9a-f]{8}$/);
	expect(started).toEqual({ ids: [name, name, name], count: 3 });
	await vi.waitFor(async () => {
		const workers = (await store.registrations?.list()) ?? [];
		expect(workers.map(({ status }) => status)).toEqual(["terminated", "terminated", "terminated"]);
	}, patience);
	const ended = await items(ids);
	expect(ended.map((item) => item?.status)).toEqual(["done", "done", "done", "poisoned", "done", "done"]);
	expect(ended.map((item) => item?.result)).toEqual([10, 20, 30, null, 50, 60].map((answer) => answer && { answer }));
	expect(ended[3]).toMatchObject({ attempts: 2, error: expect.stringContaining("this job is bad") });
	const workers = (await store.registrations?.list()) ?? [];
	expect(workers.map(({ worker_id }) => worker_id).sort()).toEqual([...Object(started).ids].sort());
	// Each is an execution of the same store, in a process of its own.
	expect(new Set(workers.map(({ pid }) => pid)).size).toBe(3);
	for (const { metadata } of workers) {
		const execution = await store.persistence.loadExecution(String(metadata.execution_id));
		expect(execution?.summary).toMatchObject({ machine_name: "worker", status: "done" });
	}
	// Nothing is left to do, so nobody is started.
	expect(await run("checker.yml", { pool_id: "p", max_workers: 3 })).toEqual({ ids: [], count: 0 });
});

it("gives the job of a worker that was killed to another, and every job's result is there once", {
	timeout: 60_000,
}, async () => {
	const { run, store, items, path } = await place();
	const ids = await push(store, [{ n: 1, slow: true }]);
	const { ids: started } = await run("checker.yml", { pool_id: "p", max_workers: 1 });
	const pidFile = join(path, "slow.pid");
	await vi.waitFor(() => expect(existsSync(pidFile) && readFileSync(pidFile, "utf8")).toMatch(/^\d+$/), patience);
	// It lives, though its job takes longer than the reaper waits.
	await vi.waitFor(async () => {
		const record = await store.registrations?.get(Object(started)[0]);
		expect(Date.parse(record?.last_heartbeat ?? "") - Date.parse(record?.started_at ?? "")).toBeGreaterThan(500);
	}, patience);
	expect(await run("reaper.yml", { pool_id: "p", seconds: 0.5 })).toEqual({ reaped: [], released: 0 });
	process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
	ids.push(...(await push(store, [{ n: 2 }])));
	await vi.waitFor(async () => {
		expect(await run("reaper.yml", { pool_id: "p", seconds: 0.5 })).toEqual({ reaped: started, released: 1 });
	}, patience);
	expect((await items(ids)).map((item) => item?.status)).toEqual(["pending", "pending"]);
	writeFileSync(join(path, "go"), "");
	const { ids: second } = await run("checker.yml", { pool_id: "p", max_workers: 1 });
	await vi.waitFor(async () => {
		expect((await items(ids)).map((item) => item?.status)).toEqual(["done", "done"]);
	}, patience);
	const [taken] = await items(ids);
	expect(taken).toMatchObject({ result: { answer: 10 }, attempts: 2, claimed_by: Object(second)[0] });
	expect((await store.registrations?.get(Object(started)[0]))?.status).toBe("lost");
});

const servers = [
	["redis", await redisForTests(), (url: string, name: string) => `${url}?prefix=${name}`],
	["postgres", await postgresForTests(), (url: string, name: string) => `${url}?schema=${name}`],
] as const;
afterAll(async () => {
	const [[, redis]] = servers;
	if (!("reason" in redis)) await redis.stop();
});

for (const [backend, server, named] of servers) {
	if ("reason" in server) {
		it.skip(`a pool on ${backend} beside the run's store is not tested: ${server.reason}`);
		continue;
	}
	it(`takes a pool on ${backend} beside the run's store, and its process ends`, async () => {
		const name = `flatstate_test_${randomUUID().replaceAll("-", "")}`;
		const url = named(server.url, name);
		const store = await openStore(url);
		onTestFinished(async () => {
			await store.close();
			if (backend === "redis") await removeKeys(server.url, name);
			else await ask(server.url, `SET client_min_messages = error; DROP SCHEMA "${name}" CASCADE`);
		});
		await store.work?.pool("p").push({ n: 7 });
		const hooks = JSON.stringify({ name: "distributed-worker", args: { backend, url } });
		await using folder = files({
			"claim.yml": `${head("claim")}
  context: { pool_id: p, worker_id: w }
  states:
    register: { type: initial, action: register_worker, hooks: [${hooks}], transitions: [{ to: claim }] }
    claim: { action: claim_job, hooks: [${hooks}], transitions: [{ to: done }] }
    done: { type: final, output: { job: context.job } }
`,
		});
		const { code, stdout, stderr } = await flatstate(["run", "claim.yml", "-q", "--json"], { cwd: folder.path });
		expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '{"job":{"n":7}}\n', stderr: "" });
		expect(await store.registrations?.get("w")).toMatchObject({ status: "active" });
	});
}

it("lets a process that a machine has started start none itself", async () => {
	const { path, run, store } = await place();
	await push(store, [{ n: 1 }]);
	const logs = join(path, "logs");
	vi.stubEnv("FLATSTATE_WORKER_LOGS", logs);
	onTestFinished(() => {
		vi.unstubAllEnvs();
	});
	const { ids } = await run("checker.yml", { pool_id: "p", max_workers: 1, worker: "checker.yml" });
	const log = join(logs, `${Object(ids)[0]}.log`);
	await vi.waitFor(() => expect(existsSync(log) && readFileSync(log, "utf8")).toContain("}"), patience);
	expect(readFileSync(log, "utf8")).toContain("starts no further ones");
	expect(await store.work?.pool("p").size()).toBe(1);
});

it("starts no file outside of the machine's folder, and none that is not there", async () => {
	const { run, store } = await place();
	await push(store, [{ n: 1 }]);
	await using outside = files({ "worker.yml": worker });
	const refusals = [
		[join(outside.path, "worker.yml"), "outside"],
		["../worker.yml", "no such file"],
		["none.yml", "no such file"],
	];
	for (const [file, words] of refusals) {
		const { error } = await run("checker.yml", { pool_id: "p", max_workers: 1, worker: file });
		expect(error).toContain(words);
	}
	expect(await store.work?.pool("p").size()).toBe(1);
});
