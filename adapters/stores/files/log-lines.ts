/** The lines of an execution's log: rows of finished steps, and after the rows of each commit a line that closes it. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import type { ExecutionSummary } from "../../../runtime/store/execution-summary.ts";
import type { LogRow } from "../../../runtime/store/persistence-backend.ts";
import { readSummary } from "../stored-summary.ts";

/** A snapshot's file as it was when it was written: tells whether something else has replaced it since. */
export interface CheckpointMark {
	readonly key: string;
	/** Bytes. */
	readonly size: number;
	/** Of the bytes. */
	readonly digest: string;
}

/** The line that closes a commit. */
export interface CommitLine {
	readonly summary: ExecutionSummary;
	/** What `latest` named once the commit was done; null = nothing yet. */
	readonly latest: CheckpointMark | null;
	/** Of the checkpoint that the commit wrote; absent where it wrote none. */
	readonly progress?: string;
	/** Step of the last row so far; null = there is none. */
	readonly lastRow: number | null;
}

/** Who wrote a line, and where. */
export interface LinePlace {
	/** Fencing token of the lease; null where no lock was used. */
	readonly token: number | null;
	/** Where the writer thought that the log ended: more stands between here and the line where somebody else wrote too. */
	readonly at: number;
}

export type LogLine =
	| { readonly place: LinePlace; readonly row: LogRow }
	| { readonly place: LinePlace; readonly commit: CommitLine };

/** The lines of one commit, to be appended in one piece. */
export function encodeCommit(place: LinePlace, rows: readonly LogRow[], commit: CommitLine): Buffer {
	const { token, at } = place;
	let text = "";
	for (const row of rows) text += `${JSON.stringify({ token, at, step: row.step, row: row.text })}\n`;
	const { summary, latest, progress, lastRow } = commit;
	return Buffer.from(`${text}${JSON.stringify({ token, at, lastRow, latest, progress, summary })}\n`, "utf8");
}

/** @returns undefined for a line that was cut off, or that something else wrote */
export function decodeLine(text: string): LogLine | undefined {
	const value = parse(text);
	if (!isRecord(value)) return undefined;
	const { token, at, step, row, summary, latest, progress, lastRow } = value;
	if (!(token === null || typeof token === "number") || typeof at !== "number") return undefined;
	const place: LinePlace = { token, at };
	if (typeof row === "string") return typeof step === "number" ? { place, row: { step, text: row } } : undefined;
	const read = readSummary(summary);
	if (typeof read === "string") return undefined;
	return {
		place,
		commit: {
			summary: read,
			latest: readMark(latest),
			lastRow: typeof lastRow === "number" ? lastRow : null,
			...(typeof progress === "string" ? { progress } : {}),
		},
	};
}

function readMark(value: unknown): CheckpointMark | null {
	if (!isRecord(value)) return null;
	const { key, size, digest } = value;
	if (typeof key !== "string" || typeof size !== "number" || typeof digest !== "string") return null;
	return { key, size, digest };
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
