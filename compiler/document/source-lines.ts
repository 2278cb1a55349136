/** Lines and columns of a text. */
import type { SourceRange } from "../diagnostics/diagnostic.ts";

export interface SourceLines {
	/** Number of lines, at least 1. */
	readonly count: number;
	/** A line without its line break; lines count from 1. */
	line(number: number): string;
	/** The range between two offsets (UTF-16 units from 0, `end` exclusive); both are clipped to the text. */
	range(start: number, end: number): SourceRange;
}

/** Finds line starts once; every question after that is a binary search. */
export function createSourceLines(text: string): SourceLines {
	const starts = [0];
	for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
	const startOf = (line: number): number => starts[line - 1] ?? text.length;

	function lineOf(offset: number): number {
		let low = 0;
		let high = starts.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if ((starts[middle] ?? 0) <= offset) low = middle;
			else high = middle - 1;
		}
		return low + 1;
	}

	return {
		count: starts.length,
		line(number) {
			const end = number < starts.length ? startOf(number + 1) - 1 : text.length;
			return text.slice(startOf(number), text[end - 1] === "\r" ? end - 1 : end);
		},
		range(from, to) {
			const start = Math.max(0, Math.min(from, text.length));
			const end = Math.max(start, Math.min(to, text.length));
			const line = lineOf(start);
			const endLine = lineOf(end);
			return {
				start,
				end,
				line,
				column: start - startOf(line) + 1,
				endLine,
				endColumn: end - startOf(endLine) + 1,
			};
		},
	};
}
