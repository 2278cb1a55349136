/** Executions in a store of a test's folder, as a runtime would have left them. */
import { checkpointKey } from "../../runtime/checkpoint/checkpoint-key.ts";
import type { CheckpointEvent, MachineSnapshot } from "../../runtime/checkpoint/machine-snapshot.ts";
import { summaryOfSnapshot } from "../../runtime/checkpoint/summary-of-snapshot.ts";
import { isoMicroseconds } from "../../runtime/checkpoint/time-text.ts";
import type { ExecutionSummary } from "../../runtime/store/execution-summary.ts";
import type { Store } from "../../runtime/store/store.ts";
import { openStore } from "../../src/open-store.ts";

/** When the first checkpoint of every execution was taken. */
export const start = Date.parse("2026-03-01T12:00:00Z");

export interface StoredStep {
	readonly step: number;
	readonly state: string;
	readonly event: CheckpointEvent;
	/** Milliseconds after `start`. */
	readonly at: number;
	readonly calls?: number;
	readonly cost?: number;
	readonly snapshot?: Partial<MachineSnapshot>;
}

export interface ExecutionToStore {
	readonly id: string;
	readonly steps: readonly StoredStep[];
	readonly input?: Readonly<Record<string, unknown>>;
	/** What the last commit says of it, beside what its snapshot says. */
	readonly summary?: Partial<ExecutionSummary>;
}

/** The steps of a run with two calls that is done. */
export const doneSteps: readonly StoredStep[] = [
	{ step: 0, state: "start", event: "machine_start", at: 0 },
	{ step: 1, state: "draft", event: "state_exit", at: 1500, calls: 1, cost: 0.001 },
	{ step: 2, state: "check", event: "state_exit", at: 1850, calls: 2, cost: 0.0012 },
	{ step: 3, state: "end", event: "machine_end", at: 1860, calls: 2, cost: 0.0012, snapshot: { output: { ok: true } } },
];

export function snapshotOf(id: string, { step, state, event, at, calls, cost, snapshot }: StoredStep): MachineSnapshot {
	return {
		execution_id: id,
		machine_name: "writer",
		spec_version: "4.2.1",
		current_state: state,
		context: { text: "tea", machine: { execution_id: id, step } },
		step,
		created_at: isoMicroseconds(start + at),
		event,
		output: null,
		total_api_calls: calls ?? 0,
		total_cost: cost ?? 0,
		parent_execution_id: null,
		pending_launches: null,
		waiting_channel: null,
		tool_loop_state: null,
		config_hash: null,
		...snapshot,
	};
}

/** Stores executions in the store at `url`, one commit for each step. */
export async function storeExecutions(url: string, executions: readonly ExecutionToStore[]): Promise<void> {
	await using store = await openStore(url);
	for (const execution of executions) await storeExecution(store, execution);
}

export async function storeExecution({ persistence }: Store, execution: ExecutionToStore): Promise<void> {
	const { id, steps, input = { topic: "tea" }, summary } = execution;
	for (const [index, step] of steps.entries()) {
		const snapshot = snapshotOf(id, step);
		const isLast = index === steps.length - 1;
		await persistence.commit(
			[
				{
					summary: {
						...summaryOfSnapshot(snapshot),
						created_at: isoMicroseconds(start),
						...(isLast && summary),
					},
					...(index === 0 && {
						origin: JSON.stringify({ format: 1, machine: "writer.yml", input, depth: 0, file: null }),
					}),
					checkpoint: {
						key: checkpointKey(id, step.step, step.event),
						text: JSON.stringify(snapshot),
						progress: JSON.stringify({ format: 1, at: step.state, run: {} }),
					},
					log: [],
				},
			],
			null,
		);
	}
}
