/** Actions on the registry of workers (spec section 17.3): their coming and going, and who is taken for lost. */
import { hostname } from "node:os";
import { isRecord, ownString } from "../../compiler/document/plain-data.ts";
import { ValueError } from "../state/errors.ts";
import { startHeartbeats, stopHeartbeats } from "./heartbeats.ts";
import { listOf, numberOr, requiredText } from "./read-context.ts";
import type { WorkerRecord } from "./registration-backend.ts";
import { type ActionCall, poolIdOf, poolOf, type WorkerAction } from "./worker-action.ts";

/** Statuses of workers that may still have jobs. */
const alive = ["active", "terminating"];

const registerWorker: WorkerAction = async (call) => {
	const { context, action, registrations, run } = call;
	const workerId = requiredText(context, action, "worker_id");
	const capabilities = listOf(context, action, "capabilities").map(String);
	const record = await registrations.register({
		worker_id: workerId,
		host: hostname(),
		pid: process.pid,
		capabilities,
		metadata: { pool_id: poolIdOf(call), execution_id: run.executionId },
	});
	startHeartbeats(registrations, workerId, run);
	return { worker_id: workerId, status: record.status, registered_at: record.last_heartbeat };
};

/** What it still has goes back to the pool: nobody would look for it at a worker that ended. */
const deregisterWorker: WorkerAction = async (call) => {
	const workerId = requiredText(call.context, call.action, "worker_id");
	stopHeartbeats(call.registrations, workerId);
	await call.registrations.updateStatus(workerId, "terminated");
	await poolOf(call).releaseByWorker(workerId);
	return {};
};

const heartbeat: WorkerAction = async ({ context, action, registrations }) => {
	await registrations.heartbeat(requiredText(context, action, "worker_id"));
	return {};
};

const listStaleWorkers: WorkerAction = async (call) => {
	const staleSeconds = numberOr(call.context, call.action, "stale_threshold_seconds", 60);
	const found = await call.registrations.list({ status: alive, staleSeconds });
	const workers = found
		.filter((worker) => isOfPool(worker, poolIdOf(call)))
		.map(({ worker_id, last_heartbeat, host }) => ({ worker_id, last_heartbeat, host }));
	// `reap_stale_workers` reads the second.
	return { workers, stale_workers: workers, stale_count: workers.length };
};

const reapWorker: WorkerAction = async (call) => {
	const { worker } = call.context;
	const { id } = workerOf(call, isRecord(worker) ? worker : requiredText(call.context, call.action, "worker"));
	return { reaped_worker_id: id, jobs_released: await reap(call, id) };
};

/** A worker that was heard of since it was listed is left alone. */
const reapStaleWorkers: WorkerAction = async (call) => {
	const reaped: string[] = [];
	let released = 0;
	for (const listed of listOf(call.context, call.action, "stale_workers")) {
		const { id, lastHeartbeat } = workerOf(call, listed);
		const now = await call.registrations.get(id);
		if (now !== null && lastHeartbeat !== undefined && now.last_heartbeat !== lastHeartbeat) continue;
		released += await reap(call, id);
		reaped.push(id);
	}
	return { reaped_workers: reaped, reaped_count: reaped.length, total_jobs_released: released };
};

/**
 * Released before the worker counts as lost, so that a reaper that is killed in between leaves it to the next one; and once
 * more after it, for what it has claimed meanwhile.
 */
async function reap(call: ActionCall, workerId: string): Promise<number> {
	const record = await call.registrations.get(workerId);
	const own = ownString(record?.metadata, "pool_id");
	const pools = [...new Set([poolIdOf(call), own ?? poolIdOf(call)])].map((pool) => call.work.pool(pool));
	let released = 0;
	const release = async () => {
		for (const pool of pools) released += await pool.releaseByWorker(workerId);
	};
	await release();
	await call.registrations.updateStatus(workerId, "lost");
	await release();
	return released;
}

/** Workers without a pool belong to every one: other programs register them so. */
export function isOfPool({ metadata }: WorkerRecord, poolId: string): boolean {
	const own = ownString(metadata, "pool_id");
	return own === undefined || own === poolId;
}

function workerOf({ action }: ActionCall, listed: unknown): { readonly id: string; readonly lastHeartbeat?: string } {
	if (typeof listed === "string" && listed !== "") return { id: listed };
	const id = ownString(listed, "worker_id");
	if (id === undefined)
		throw new ValueError(`Action \`${action}\` needs ids of workers, or records with \`worker_id\`.`);
	const lastHeartbeat = ownString(listed, "last_heartbeat");
	return lastHeartbeat === undefined ? { id } : { id, lastHeartbeat };
}

export const registryActions: readonly (readonly [string, WorkerAction])[] = [
	["register_worker", registerWorker],
	["deregister_worker", deregisterWorker],
	["heartbeat", heartbeat],
	["list_stale_workers", listStaleWorkers],
	["reap_worker", reapWorker],
	["reap_stale_workers", reapStaleWorkers],
];
