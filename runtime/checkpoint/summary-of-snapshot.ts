/** The row of an execution whose checkpoint something else than flatstate wrote, made of the snapshot alone. */
import type { ExecutionStatus, ExecutionSummary } from "../store/execution-summary.ts";
import type { MachineSnapshot } from "./machine-snapshot.ts";

/** What a store indexes of a snapshot that was stored with `save`. */
export function summaryOfSnapshot(snapshot: MachineSnapshot): ExecutionSummary {
	const { execution_id, event, waiting_channel } = snapshot;
	const status: ExecutionStatus = event === "machine_end" ? "done" : event === "waiting" ? "waiting" : "active";
	return {
		execution_id,
		root_execution_id: execution_id,
		parent_execution_id: snapshot.parent_execution_id,
		machine_name: snapshot.machine_name,
		status,
		event,
		current_state: snapshot.current_state,
		step: snapshot.step,
		waiting_channel: event === "waiting" ? waiting_channel : null,
		wake_at: null,
		total_api_calls: snapshot.total_api_calls,
		total_cost: snapshot.total_cost,
		error: null,
		created_at: snapshot.created_at,
		updated_at: snapshot.created_at,
	};
}
