/** The words for how an actor stands. */
import type { ActorStatus } from "../moment.ts";

export const statusWords: Readonly<Record<ActorStatus, string>> = {
	active: "running",
	done: "done",
	error: "failed",
	waiting: "waiting",
	stopped: "stopped",
	"not started": "not started",
};
