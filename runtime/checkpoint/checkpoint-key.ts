/** Keys of checkpoints: `<execution id>/step_<6 digits>_<event>.json`, and `<execution id>/latest` (spec section 13.4). */
import { StoreError } from "../store/errors.ts";
import type { CheckpointEvent } from "./machine-snapshot.ts";

export interface CheckpointKey {
	readonly executionId: string;
	/** `latest`, or the snapshot's name. */
	readonly name: string;
	/** Absent for `latest` and for names of another form. */
	readonly step?: number;
	readonly event?: string;
}

export function checkpointKey(executionId: string, step: number, event: CheckpointEvent): string {
	return `${executionId}/step_${String(step).padStart(6, "0")}_${event}.json`;
}

export function latestKey(executionId: string): string {
	return `${executionId}/latest`;
}

const longest = 1024;
/** In bytes: what every store takes, a folder too. */
const longestId = 255;
const namePattern = /^step_(\d{6,15})_([a-z_]{1,40})\.json$/;

/**
 * Takes a key apart.
 * @throws StoreError `invalid_checkpoint_key` for one that is empty, too long, starts with `/`, has an empty part or a
 * part `.` or `..`, or has anything but exactly an id and a name
 */
export function parseCheckpointKey(key: string): CheckpointKey {
	const problem = problemOf(key);
	if (problem !== undefined) {
		throw new StoreError(
			"invalid_checkpoint_key",
			`Invalid checkpoint key ${JSON.stringify(key.slice(0, 200))}: ${problem}.`,
		);
	}
	const [executionId = "", name = ""] = key.split("/");
	const [, step, event] = namePattern.exec(name) ?? [];
	return step === undefined || event === undefined
		? { executionId, name }
		: { executionId, name, step: Number(step), event };
}

/** @throws StoreError `invalid_checkpoint_key` for an id that could not be part of a key, as a path's part it would lead elsewhere */
export function checkExecutionId(executionId: string): void {
	parseCheckpointKey(latestKey(executionId));
	const problem =
		executionId.startsWith(".") || executionId.startsWith("_")
			? "must not start with `.` or `_`"
			: Buffer.byteLength(executionId) > longestId
				? `has at most ${longestId} bytes`
				: undefined;
	if (problem === undefined) return;
	const shown = executionId.length > 80 ? `${executionId.slice(0, 80)}…` : executionId;
	throw new StoreError("invalid_checkpoint_key", `An execution's id ${problem}: ${shown}.`);
}

function problemOf(key: string): string | undefined {
	if (key === "") return "it is empty";
	if (key.length > longest) return `it has more than ${longest} characters`;
	if (key.startsWith("/")) return "it starts with `/`";
	if (/[\0-\x1f\x7f\\]/.test(key)) return "it has a control character or a backslash";
	const parts = key.split("/");
	if (parts.includes("") || parts.includes(".") || parts.includes("..")) return "it has an empty or dotted part";
	if (parts.length !== 2) return "it must have the form `<execution id>/<name>`";
	return undefined;
}
