/** What an action of the hooks `distributed-worker` is given, and what it gives. */
import type { ActionRun } from "../hooks/action-run.ts";
import { optionalText } from "./read-context.ts";
import type { WorkPool } from "./work-backend.ts";
import type { WorkerBackends } from "./worker-backends.ts";

export interface ActionCall extends WorkerBackends {
	readonly action: string;
	readonly context: Readonly<Record<string, unknown>>;
	readonly run: ActionRun;
}

/** @returns the keys to write into the context */
export type WorkerAction = (call: ActionCall) => Promise<Readonly<Record<string, unknown>>>;

/** `pool_id`. */
export function poolIdOf({ context, action }: ActionCall): string {
	return optionalText(context, action, "pool_id") ?? "default";
}

export function poolOf(call: ActionCall): WorkPool {
	return call.work.pool(poolIdOf(call));
}
