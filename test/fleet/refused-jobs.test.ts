/** Jobs that no worker can run: their executions have failed, and whoever waits for them is told. */
import { expect, it } from "vitest";
import { MemoryJobQueue } from "../../adapters/queues/memory/index.ts";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import type { QueuedJob } from "../../runtime/fleet/job.ts";
import { JobRunner } from "../../runtime/fleet/job-runner.ts";
import { silentLogger } from "../../runtime/logging/logger.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { fleetMachines } from "../../src/fleet-machines.ts";
import { childMachine, parentOf } from "./fleet-machine.ts";

/** A parent that waits for one child, whose job nobody has taken. */
async function parked() {
	const store = openMemoryStore();
	const jobs: QueuedJob[] = [];
	const queue = Object.assign(new MemoryJobQueue(), {
		add: async (more: readonly QueuedJob[]) => {
			jobs.push(...more);
		},
	});
	const files = { "machine.yml": parentOf("machine: child\ninput: { n: 1 }"), "child.yml": childMachine };
	const options = { loader: memoryLoader(files), script: { writer: "hello" } };
	const machine = new FlatMachine({ file: "machine.yml", store, invoker: { queue }, ...options });
	await machine.run({}, { executionId: "p" });
	const runner = new JobRunner({
		store,
		queue,
		machines: fleetMachines(store, options),
		invoker: { kind: "queue", queue, window: 1 },
		logger: silentLogger,
		now: () => 0,
	});
	const run = (data: unknown, losses = 0) =>
		runner.run({ id: "j", data, losses, signal: new AbortController().signal });
	return { store, jobs, run };
}

it("fails a parent whose configuration is not in the store", async () => {
	const { store, run } = await parked();
	const stored = await store.persistence.loadExecution("p");
	const { config_hash: hash } = JSON.parse(stored?.origin ?? "{}");
	await store.configs.delete(hash);
	expect(await run({ kind: "resume", execution_id: "p", reason: "children" })).toEqual({ type: "done" });
	expect(await store.persistence.loadExecution("p")).toMatchObject({
		summary: { status: "failed", error: { code: "config_missing" } },
	});
	expect(await store.results.read("flatagents://p/result", { block: false })).toMatchObject({
		_error_type: "ConfigMissingError",
	});
});

it("runs a child that has cost nine workers once more, and fails one that has cost ten", async () => {
	const { jobs, run } = await parked();
	const [child] = jobs.splice(0);
	expect(await run(child?.job, 9)).toEqual({ type: "done" });
	expect(jobs).toMatchObject([{ id: "join:p/1/go/", job: { kind: "resume", execution_id: "p" } }]);

	const other = await parked();
	const [lost] = other.jobs.splice(0);
	expect(await other.run(lost?.job, 10)).toEqual({ type: "done" });
	expect(other.jobs).toMatchObject([{ id: "join:p/1/go/", job: { kind: "resume", execution_id: "p" } }]);
	await other.run(other.jobs[0]?.job);
	expect(await other.store.persistence.loadExecution("p")).toMatchObject({
		summary: { status: "failed", error: { name: "WorkerLostError" } },
	});
});
