/** Actions on the jobs of a pool (spec section 17.3): what a worker does between its registration and its end. */
import { own } from "../../compiler/document/plain-data.ts";
import { StoreError } from "../store/errors.ts";
import { isBeating, startHeartbeats } from "./heartbeats.ts";
import { optionalText, requiredText } from "./read-context.ts";
import { type ActionCall, poolOf, type WorkerAction } from "./worker-action.ts";

const claimJob: WorkerAction = async (call) => {
	const workerId = requiredText(call.context, call.action, "worker_id");
	await comeBack(call, workerId);
	const item = await poolOf(call).claim(workerId);
	if (item === null) return { job: null, job_id: null };
	await noteTask(call, workerId, item.id);
	return { job: item.data, job_id: item.id };
};

const completeJob: WorkerAction = async (call) => {
	const jobId = requiredText(call.context, call.action, "job_id");
	await poolOf(call).complete(jobId, own(call.context, "result") ?? null);
	await noteNoTask(call);
	return {};
};

const failJob: WorkerAction = async (call) => {
	const jobId = requiredText(call.context, call.action, "job_id");
	const error = own(call.context, "error") ?? own(call.context, "last_error");
	const text = typeof error === "string" || error === undefined || error === null ? error : JSON.stringify(error);
	await (text ? poolOf(call).fail(jobId, text) : poolOf(call).fail(jobId));
	await noteNoTask(call);
	return {};
};

/**
 * A worker that was taken for lost, or that goes on in another process, is active again before it claims: else nobody would
 * look for what it has when it is lost once more.
 */
async function comeBack({ registrations, run }: ActionCall, workerId: string): Promise<void> {
	const record = await registrations.get(workerId);
	if (record === null) return;
	if (record.status === "lost") {
		await registrations.heartbeat(workerId);
		await registrations.updateStatus(workerId, "active");
	}
	if (!isBeating(registrations, workerId)) startHeartbeats(registrations, workerId, run);
}

async function noteNoTask(call: ActionCall): Promise<void> {
	const workerId = optionalText(call.context, call.action, "worker_id");
	if (workerId !== undefined) await noteTask(call, workerId, null);
}

/** A pool serves those, too, who have not registered. */
async function noteTask({ registrations }: ActionCall, workerId: string, taskId: string | null): Promise<void> {
	try {
		await registrations.heartbeat(workerId, undefined, taskId);
	} catch (error) {
		if (!(error instanceof StoreError && error.code === "unknown_worker")) throw error;
	}
}

export const jobActions: readonly (readonly [string, WorkerAction])[] = [
	["claim_job", claimJob],
	["complete_job", completeJob],
	["fail_job", failJob],
];
