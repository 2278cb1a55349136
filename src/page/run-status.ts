/** How the whole run stands, as one word and a colour. */
import type { ActorStatus } from "./moment.ts";
import type { End, Session } from "./session.ts";

export interface RunStatus {
	readonly is: "starting" | "running" | "paused" | "waiting" | "done" | "failed" | "stopped";
	/** The actor status whose icon and colour it has. */
	readonly tone: ActorStatus;
}

export const runStatusWords: Readonly<Record<RunStatus["is"], string>> = {
	starting: "Starting",
	running: "Running",
	paused: "Paused",
	waiting: "Waiting",
	done: "Done",
	failed: "Failed",
	stopped: "Stopped",
};

/** How it came to rest, by its end or by the machine that was run. */
export interface Rest {
	readonly status: End["status"];
	readonly output?: unknown;
	readonly error?: string | undefined;
	/** When it is to be woken, in milliseconds since 1970. */
	readonly wakeAt?: number;
}

/** @returns null while it moves */
export function restOf({ end, root, actors }: Session): Rest | null {
	if (end !== null) return end;
	const actor = actors.get(root ?? "");
	if (actor === undefined || actor.status === "active") return null;
	const { status, output, error } = actor;
	return { status: status === "error" ? "failed" : status, output, error };
}

export function runStatusOf(session: Session): RunStatus {
	const rest = restOf(session);
	if (rest !== null) return { is: rest.status, tone: rest.status === "failed" ? "error" : rest.status };
	if (!session.actors.has(session.root ?? "")) return { is: "starting", tone: "not started" };
	return session.isPaused ? { is: "paused", tone: "stopped" } : { is: "running", tone: "active" };
}
