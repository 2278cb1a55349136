/** The rows of one execution: its head, which says what counts, and its records, one for each commit. */
import { own, ownNumber, ownString } from "../../../compiler/document/plain-data.ts";
import type { ExecutionSummary } from "../../../runtime/store/execution-summary.ts";
import type { LogRow } from "../../../runtime/store/persistence-backend.ts";
import { timeOf } from "../filter.ts";
import { parseSummary } from "../stored-summary.ts";
import { checkpointRowKey, headKey, recordKey } from "./keys.ts";
import { corrupt } from "./rows.ts";
import { addMember, removeMember, type SetName } from "./sorted-sets.ts";
import type { Transaction } from "./transaction.ts";

export interface Head {
	/** Null until a pointer names a checkpoint that there is. */
	readonly summary: ExecutionSummary | null;
	/** Whether flatstate wrote it; else it is gone with its last checkpoint. */
	readonly committed: boolean;
	/** Records from 1 to this count; what lies beyond was never committed. */
	readonly records: number;
	/** Step of the log's last row; -1 while it is empty. */
	readonly lastStep: number;
	/** Which record has what the execution was started with; 0 = none. */
	readonly origin: number;
	readonly latestKey: string | null;
	/** The record with the latest checkpoint; 0 = none. */
	readonly latestRecord: number;
}

/** What one commit, or one `save`, has added. Never changed but to take a deleted checkpoint out. */
export interface ExecutionRecord {
	readonly log: readonly LogRow[];
	/** Step of the log's last row up to here; -1 while it is empty. */
	readonly lastStep: number;
	readonly origin?: string;
	readonly checkpoint?: RecordedCheckpoint;
}

export interface RecordedCheckpoint {
	readonly key: string;
	readonly text: string;
	/** Null: the text in UTF-8. Else what something else than flatstate wrote. */
	readonly bytes: Buffer | null;
	readonly progress: string | null;
}

export const emptyHead: Head = {
	summary: null,
	committed: false,
	records: 0,
	lastStep: -1,
	origin: 0,
	latestKey: null,
	latestRecord: 0,
};

export async function readHead(rows: Transaction, executionId: string): Promise<Head | undefined> {
	const key = headKey(executionId);
	const value = await rows.get(key);
	if (value === undefined) return undefined;
	const summary = ownString(value, "summary");
	const [records, lastStep] = [ownNumber(value, "records"), ownNumber(value, "lastStep")];
	if (records === undefined || lastStep === undefined) throw corrupt(key);
	return {
		summary: summary === undefined ? null : parseSummary(summary, key),
		committed: own(value, "committed") === true,
		records,
		lastStep,
		origin: ownNumber(value, "origin") ?? 0,
		latestKey: ownString(value, "latestKey") ?? null,
		latestRecord: ownNumber(value, "latestRecord") ?? 0,
	};
}

/** Replaces a head, and with it what finds the execution. Undefined removes both. */
export async function writeHead(rows: Transaction, executionId: string, head: Head | undefined): Promise<void> {
	const old = await readHead(rows, executionId);
	const was = entriesOf(old?.summary ?? null);
	for (const [index, is] of entriesOf(head?.summary ?? null).entries()) {
		const before = was[index];
		if (before?.set.value === is?.set.value && before?.member === is?.member) continue;
		if (before) await removeMember(rows, before.set, before.member);
		if (is) await addMember(rows, is.set, is.member);
	}
	const key = headKey(executionId);
	if (head === undefined) rows.delete(key);
	else rows.set(key, { ...head, summary: head.summary === null ? null : JSON.stringify(head.summary) });
}

export async function readRecord(rows: Transaction, executionId: string, number: number): Promise<ExecutionRecord> {
	const key = recordKey(executionId, number);
	const value = await rows.look(key);
	const [log, lastStep, origin] = [own(value, "log"), ownNumber(value, "lastStep"), ownString(value, "origin")];
	if (!Array.isArray(log) || lastStep === undefined) throw corrupt(key);
	const checkpoint = readCheckpoint(own(value, "checkpoint"));
	return {
		log: log.map((row: unknown) => {
			const [step, text] = [ownNumber(row, "step"), ownString(row, "text")];
			if (step === undefined || text === undefined) throw corrupt(key);
			return { step, text };
		}),
		lastStep,
		...(origin === undefined ? {} : { origin }),
		...(checkpoint === undefined ? {} : { checkpoint }),
	};
}

/** Records from one number to another, some at a time and, where `from` is the greater one, backwards. */
export async function* recordsBetween(
	rows: Transaction,
	executionId: string,
	from: number,
	to: number,
): AsyncGenerator<readonly [number, ExecutionRecord]> {
	const count = Math.abs(to - from) + 1;
	const direction = to < from ? -1 : 1;
	// Who looks for the last records only does not pay for many.
	let width = 1;
	for (let done = 0; done < count; done += width) {
		width = Math.min(32, done + 1, count - done);
		const numbers = Array.from({ length: width }, (_, index) => from + direction * (done + index));
		const records = await Promise.all(numbers.map((number) => readRecord(rows, executionId, number)));
		for (const [index, record] of records.entries()) yield [numbers[index] ?? 0, record];
	}
}

/** The record that has a checkpoint now; 0 = none. */
export async function recordOf(rows: Transaction, executionId: string, key: string): Promise<number> {
	const head = await readHead(rows, executionId);
	if (head === undefined) return 0;
	if (head.latestKey === key && head.latestRecord > 0) return head.latestRecord;
	const number = ownNumber(await rows.get(checkpointRowKey(key)), "record") ?? 0;
	if (number === 0 || number > head.records) return 0;
	return (await readRecord(rows, executionId, number)).checkpoint?.key === key ? number : 0;
}

/** Times are indexed by the minute, so that a commit seldom has to write more than the execution's own rows. */
export function minuteOf(milliseconds: number): string {
	return padded(milliseconds / 60_000);
}

/** Sorts like the number: not below 0, and without what is behind the point. */
export function padded(amount: number): string {
	return String(Math.floor(Math.min(Math.max(0, amount), 8.64e15))).padStart(16, "0");
}

/** The id in a member that has a time before it. */
export function idAfterTime(member: string): string {
	return member.slice(17);
}

interface Entry {
	readonly set: SetName;
	readonly member: string;
}

/** What finds an execution: always as many, in the same order. */
function entriesOf(row: ExecutionSummary | null): readonly (Entry | undefined)[] {
	const id = row?.execution_id ?? "";
	const entry = (name: string, value: string | null | undefined, member: string = id): Entry | undefined =>
		value === null || value === undefined ? undefined : { set: { name, value }, member };
	const waking = row?.wake_at ?? null;
	return [
		entry("all", row === null ? null : ""),
		entry("event", row?.event),
		entry("status", row?.status),
		entry("channel", row?.waiting_channel),
		entry("parent", row?.parent_execution_id),
		// Every execution is found as the root of itself without an entry.
		entry("root", row?.root_execution_id === id ? null : row?.root_execution_id),
		entry("top", row?.root_execution_id === id && row !== null ? "" : null),
		row === null ? undefined : entry("updated", "", `${minuteOf(timeOf(row.updated_at))}|${id}`),
		waking === null ? undefined : entry("wake", "", `${padded(waking)}|${id}`),
	];
}

/** A snapshot of ours is text, one of somebody else any bytes. */
function readCheckpoint(value: unknown): RecordedCheckpoint | undefined {
	const [key, text, base64] = [ownString(value, "key"), ownString(value, "text"), ownString(value, "bytes")];
	const progress = ownString(value, "progress") ?? null;
	if (key === undefined) return undefined;
	if (text !== undefined) return { key, text, bytes: null, progress };
	if (base64 === undefined) return undefined;
	const bytes = Buffer.from(base64, "base64");
	return { key, text: bytes.toString(), bytes, progress };
}
