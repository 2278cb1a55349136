/** Reads an execution's log from its end backwards, so that what is asked for costs nothing for the history before. */
import type { LogRow } from "../../../runtime/store/persistence-backend.ts";
import type { Disk } from "./disk.ts";
import { type CommitLine, decodeLine, type LinePlace, type LogLine } from "./log-lines.ts";

const firstChunk = 16 * 1024;
const largestChunk = 1024 * 1024;
const newline = 10;
const utf8 = new TextDecoder();

/** What one commit appended. */
export interface LogCommit {
	readonly place: LinePlace;
	/** Where it stands in the file. */
	readonly start: number;
	readonly rows: readonly LogRow[];
	/** Undefined where the line that closes it was cut off. */
	readonly commit: CommitLine | undefined;
}

/** Where the last whole line ends: what follows was cut off while it was written. */
export function endOfLines(disk: Disk, fd: number, size: number): number {
	for (let end = size; end > 0; ) {
		const from = Math.max(0, end - firstChunk);
		const found = Buffer.from(disk.readRange(fd, from, end)).lastIndexOf(newline);
		if (found >= 0) return from + found + 1;
		end = from;
	}
	return 0;
}

/**
 * The commits before the byte `end`, newest first, without those of writers that had lost their lease: a commit that does
 * not stand where its writer thought was appended together with somebody else's, and the greater token counts.
 */
export function* commitsBackwards(disk: Disk, fd: number, end: number): Generator<LogCommit> {
	const all = allBackwards(disk, fd, end);
	/** Commits that were looked at before their turn, newest first. */
	const ahead: LogCommit[] = [];
	const next = (index: number): LogCommit | undefined => {
		while (ahead.length <= index) {
			const read = all.next();
			if (read.done) return undefined;
			ahead.push(read.value);
		}
		return ahead[index];
	};
	let cut = Number.POSITIVE_INFINITY;
	for (let current = next(0); current !== undefined; current = next(0)) {
		ahead.shift();
		const { start, place } = current;
		if (start >= cut) continue;
		cut = Number.POSITIVE_INFINITY;
		if (start !== place.at && place.token !== null) {
			const other = tokenBefore(place.token, next);
			if (other > place.token) continue;
			if (other < place.token) cut = place.at;
		}
		yield current;
	}
}

/** The token of the nearest earlier commit that has another one; the same one where there is none. */
function tokenBefore(token: number, next: (index: number) => LogCommit | undefined): number {
	for (let index = 0; ; index++) {
		const before = next(index);
		if (before === undefined) return token;
		if (before.place.token !== null && before.place.token !== token) return before.place.token;
		if (before.start === before.place.at) return token;
	}
}

function* allBackwards(disk: Disk, fd: number, end: number): Generator<LogCommit> {
	let open: { place: LinePlace; start: number; rows: LogRow[]; commit: CommitLine | undefined } | undefined;
	for (const { line, start } of linesBackwards(disk, fd, end)) {
		const belongs = open !== undefined && "row" in line && isSame(open.place, line.place);
		if (open !== undefined && !belongs) {
			yield { ...open, rows: open.rows.reverse() };
			open = undefined;
		}
		open ??= { place: line.place, start, rows: [], commit: "commit" in line ? line.commit : undefined };
		open.start = start;
		if ("row" in line) open.rows.push(line.row);
	}
	if (open !== undefined) yield { ...open, rows: open.rows.reverse() };
}

function isSame(a: LinePlace, b: LinePlace): boolean {
	return a.token === b.token && a.at === b.at;
}

/** Lines that can be read, last first. `end` is where a line ends. */
export function* linesBackwards(disk: Disk, fd: number, end: number): Generator<{ line: LogLine; start: number }> {
	/** Parts of the line at hand that were read already, last first. */
	let parts: Buffer[] = [];
	let size = firstChunk;
	for (let to = end - 1; to > 0; size = Math.min(size * 4, largestChunk)) {
		const from = Math.max(0, to - size);
		const chunk = Buffer.from(disk.readRange(fd, from, to));
		let stop = chunk.length;
		for (let before = lastNewline(chunk, stop); before >= 0; before = lastNewline(chunk, stop)) {
			const line = decoded([...parts, chunk.subarray(before + 1, stop)]);
			if (line !== undefined) yield { line, start: from + before + 1 };
			parts = [];
			stop = before;
		}
		parts.push(chunk.subarray(0, stop));
		to = from;
	}
	const first = decoded(parts);
	if (first !== undefined) yield { line: first, start: 0 };
}

function lastNewline(chunk: Buffer, stop: number): number {
	return stop === 0 ? -1 : chunk.lastIndexOf(newline, stop - 1);
}

function decoded(parts: readonly Buffer[]): LogLine | undefined {
	return decodeLine(utf8.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts.toReversed())));
}
