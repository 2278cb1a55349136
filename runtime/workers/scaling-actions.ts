/** Actions that look at a pool and start workers for it (spec section 17.3). */
import { createHash } from "node:crypto";
import { ValueError } from "../state/errors.ts";
import { optionalText, wholeOr } from "./read-context.ts";
import { isOfPool } from "./registry-actions.ts";
import { type ActionCall, poolIdOf, poolOf, type WorkerAction } from "./worker-action.ts";

/** So that a machine cannot fill the host with processes by a slip. */
const mostAtOnce = 100;

const getPoolState: WorkerAction = async (call) => {
	const active = await call.registrations.list({ status: "active" });
	const own = active.filter((worker) => isOfPool(worker, poolIdOf(call)));
	return { queue_depth: await poolOf(call).size(), active_workers: own.length };
};

const calculateSpawn: WorkerAction = async ({ context, action }) => {
	const depth = wholeOr(context, action, "queue_depth", 0);
	const active = wholeOr(context, action, "active_workers", 0);
	const needed = Math.min(depth, wholeOr(context, action, "max_workers", 3));
	const missing = Math.max(0, needed - active);
	return {
		workers_needed: needed,
		workers_to_spawn: missing,
		spawn_list: Array.from({ length: missing }, (_, index) => index),
	};
};

const spawnWorkers: WorkerAction = async (call) => {
	const { context, action, run } = call;
	const count = Math.max(0, wholeOr(context, action, "workers_to_spawn", 0));
	if (count > mostAtOnce) {
		throw new ValueError(`Action \`${action}\` starts ${mostAtOnce} workers at most, and was asked for ${count}.`);
	}
	const ids: string[] = [];
	for (; ids.length < count; ) {
		const hash = createHash("sha256").update(run.newId()).digest("hex");
		const workerId = `worker-${hash.slice(0, 8)}`;
		await run.startMachine(workerFile(call), { pool_id: poolIdOf(call), worker_id: workerId }, workerId);
		ids.push(workerId);
	}
	return { spawned_ids: ids, spawned_count: ids.length };
};

/** `worker_config_path`, else the one machine that the machine names. @throws ValueError */
function workerFile({ context, action, run }: ActionCall): string {
	const given = optionalText(context, action, "worker_config_path");
	if (given !== undefined) return given;
	const [only, ...others] = Object.values(run.machine.machines);
	if (only !== undefined && others.length === 0) return only;
	throw new ValueError(
		`Action \`${action}\` needs \`context.worker_config_path\`, or one machine under \`machines\` to start.`,
	);
}

export const scalingActions: readonly (readonly [string, WorkerAction])[] = [
	["get_pool_state", getPoolState],
	["calculate_spawn", calculateSpawn],
	["spawn_workers", spawnWorkers],
];
