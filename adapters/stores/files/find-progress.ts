/** Finds in the log what belongs to a snapshot: near the end for a late one, by halving for an early one. */
import type { Disk } from "./disk.ts";
import { decodeLine, type LogLine } from "./log-lines.ts";
import { commitsBackwards, endOfLines } from "./log-reader.ts";

/** So many commits are looked at from the end before halving begins, and bytes are left when it ends. */
const fewCommits = 16;
const fewBytes = 128 * 1024;
const newline = 10;

export interface WantedProgress {
	readonly key: string;
	readonly step: number;
	readonly digest: string;
}

/** @returns null where the log has none for exactly this snapshot */
export function findProgress(disk: Disk, fd: number, wanted: WantedProgress): string | null {
	const end = endOfLines(disk, fd, disk.operations.statOf(fd).size);
	const late = search(disk, fd, wanted, 0, end, fewCommits);
	if (late !== undefined) return late;
	const { from, to } = halve(disk, fd, wanted.step, end);
	return search(disk, fd, wanted, from, to, Number.POSITIVE_INFINITY) ?? null;
}

/** @returns undefined where it is not among the last `most` commits between the two bytes */
function search(
	disk: Disk,
	fd: number,
	{ key, digest }: WantedProgress,
	from: number,
	to: number,
	most: number,
): string | undefined {
	let seen = 0;
	for (const { commit, start } of commitsBackwards(disk, fd, to)) {
		const { latest, progress } = commit ?? {};
		if (latest?.key === key && latest.digest === digest && progress !== undefined) return progress;
		if (start < from || ++seen >= most) return undefined;
	}
	return undefined;
}

/** The part of the log that has the commits of a step: they ascend, as steps do. */
function halve(disk: Disk, fd: number, step: number, end: number): { from: number; to: number } {
	let [from, to] = [0, end];
	let high = end;
	while (high - from > fewBytes) {
		const middle = Math.floor((from + high) / 2);
		const found = commitAfter(disk, fd, middle, high);
		if (found === undefined || found.step > step) {
			high = middle;
			to = found?.end ?? to;
		} else {
			from = middle;
		}
	}
	return { from, to };
}

/** The first commit's closing line that begins after `offset` and before `limit`, with the step of its checkpoint. */
function commitAfter(
	disk: Disk,
	fd: number,
	offset: number,
	limit: number,
): { readonly step: number; readonly end: number } | undefined {
	let isWhole = offset === 0;
	for (const { line, start, end } of linesForwards(disk, fd, offset)) {
		if (start >= limit) return undefined;
		if (isWhole && line !== undefined && "commit" in line) {
			const step = stepOf(line.commit.latest?.key);
			if (step !== undefined) return { step, end };
		}
		isWhole = true;
	}
	return undefined;
}

function stepOf(key: string | undefined): number | undefined {
	const [, step] = /\/step_(\d{6,15})_/.exec(key ?? "") ?? [];
	return step === undefined ? undefined : Number(step);
}

function* linesForwards(
	disk: Disk,
	fd: number,
	offset: number,
): Generator<{ line: LogLine | undefined; start: number; end: number }> {
	let parts: Buffer[] = [];
	let start = offset;
	for (let at = offset; ; ) {
		const chunk = Buffer.from(disk.readRange(fd, at, at + fewBytes / 2));
		if (chunk.length === 0) return;
		let from = 0;
		for (let stop = chunk.indexOf(newline); stop >= 0; stop = chunk.indexOf(newline, from)) {
			const end = at + stop + 1;
			yield {
				line: decodeLine(Buffer.concat([...parts, chunk.subarray(from, stop)]).toString("utf8")),
				start,
				end,
			};
			parts = [];
			start = end;
			from = stop + 1;
		}
		parts.push(chunk.subarray(from));
		at += chunk.length;
	}
}
