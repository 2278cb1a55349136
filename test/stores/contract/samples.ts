/** Snapshots, rows and commits for the contract's tests; what a test does not name is the same in all. */
import { checkpointKey, latestKey } from "../../../runtime/checkpoint/checkpoint-key.ts";
import type { CheckpointEvent, MachineSnapshot } from "../../../runtime/checkpoint/machine-snapshot.ts";
import { summaryOfSnapshot } from "../../../runtime/checkpoint/summary-of-snapshot.ts";
import type { Lease } from "../../../runtime/store/execution-lock.ts";
import type { ExecutionStatus, ExecutionSummary } from "../../../runtime/store/execution-summary.ts";
import type { ExecutionCommit, LogRow, PersistenceBackend } from "../../../runtime/store/persistence-backend.ts";

/** An execution at one moment. */
export interface Sample {
	readonly id: string;
	readonly step?: number;
	readonly event?: CheckpointEvent;
	/** Default: by the event, as for a snapshot that something else wrote. */
	readonly status?: ExecutionStatus;
	readonly parent?: string | null;
	/** Default: the execution itself. */
	readonly root?: string;
	readonly channel?: string | null;
	/** Milliseconds since 1970. */
	readonly wakeAt?: number | null;
	/** When it was last changed, in milliseconds since 1970. */
	readonly at?: number;
	readonly context?: Readonly<Record<string, unknown>>;
}

export const sampleTime = Date.parse("2026-01-01T00:00:00.000Z");

/** Ids, channels and keys that trip what treats them as paths, patterns, SQL, object keys or bytes. */
export const oddNames = [
	"with space",
	"dots.in..it",
	"ünï-日本-🎉",
	"quote'\"`$;--",
	"100%_*?[x]{y}",
	"a:b|c,d=e&f#g",
	"__proto__",
	"constructor",
	"UPPER",
	"upper",
] as const;

/** Text of a bit more than 1 MiB, not all of it ASCII. */
export const longText = `${"0123456789abcdef".repeat(65_536)} 🎉 '"\\ \u2028 end`;

/** As the reference writes times: microseconds and an offset. */
export function wireTime(milliseconds: number): string {
	return new Date(milliseconds).toISOString().replace("Z", "000+00:00");
}

export function snapshotOf(sample: Sample): MachineSnapshot {
	const event = sample.event ?? "execute";
	return {
		execution_id: sample.id,
		machine_name: "sample",
		spec_version: "4.2.1",
		current_state: event === "machine_start" ? "start" : event === "machine_end" ? "end" : "work",
		context: sample.context ?? { text: "hi 🎉" },
		step: sample.step ?? 1,
		created_at: wireTime(sample.at ?? sampleTime),
		event,
		output: null,
		total_api_calls: 2,
		total_cost: 0.25,
		parent_execution_id: sample.parent ?? null,
		pending_launches: null,
		waiting_channel: sample.channel ?? null,
		tool_loop_state: null,
		config_hash: null,
	};
}

export function summaryOf(sample: Sample): ExecutionSummary {
	const summary = summaryOfSnapshot(snapshotOf(sample));
	return {
		...summary,
		root_execution_id: sample.root ?? sample.id,
		status: sample.status ?? summary.status,
		wake_at: sample.wakeAt ?? null,
		error: sample.status === "failed" ? { name: "RateLimitError", message: "no “more” for '🎉'", code: "429" } : null,
		created_at: wireTime(sampleTime),
	};
}

export function keyOf(sample: Sample): string {
	return checkpointKey(sample.id, sample.step ?? 1, sample.event ?? "execute");
}

/** A commit with a checkpoint; `extra` adds to it. */
export function commitOf(
	sample: Sample,
	extra: Partial<Pick<ExecutionCommit, "origin" | "log" | "result">> & { readonly progress?: string } = {},
): ExecutionCommit {
	const { progress = "{}", log = [], ...rest } = extra;
	const checkpoint = { key: keyOf(sample), text: JSON.stringify(snapshotOf(sample)), progress };
	return { summary: summaryOf(sample), checkpoint, log, ...rest };
}

/** A commit of rows only. */
export function rowsOf(sample: Sample, log: readonly LogRow[]): ExecutionCommit {
	return { summary: summaryOf(sample), log };
}

/** Commits, whichever way the store says that it is done or that it failed. */
export async function commit(
	persistence: PersistenceBackend,
	commits: readonly ExecutionCommit[],
	lease: Lease | null = null,
): Promise<void> {
	await persistence.commit(commits, lease);
}

/** Writes a snapshot as a foreign program does: the snapshot, then the pointer to it (spec section 13.4). */
export async function saveForeign(
	persistence: PersistenceBackend,
	sample: Sample,
	text: string = JSON.stringify(snapshotOf(sample)),
): Promise<void> {
	await persistence.save(keyOf(sample), bytesOf(text));
	await persistence.save(latestKey(sample.id), bytesOf(keyOf(sample)));
}

export function bytesOf(text: string): Uint8Array {
	return new TextEncoder().encode(text);
}

/** The text under a key; null where there is none. */
export async function textAt(persistence: PersistenceBackend, key: string): Promise<string | null> {
	const value = await persistence.load(key);
	return value === null ? null : new TextDecoder().decode(value);
}
