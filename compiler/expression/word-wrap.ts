/** Wraps one line at blanks and hyphens, as Python's `textwrap` does. */
import { codePointLength, codePoints } from "./characters.ts";

export interface WrapOptions {
	/** Cut words that are longer than a line. */
	readonly breakLong: boolean;
	/** Words may end at a hyphen. */
	readonly hyphens: boolean;
}

/** The wrapped lines; none for a blank line. */
export function wrapLine(line: string, width: number, options: WrapOptions): string[] {
	const chunks = (line.match(/\s+|\S+/g) ?? []).flatMap((chunk) => (options.hyphens ? splitHyphens(chunk) : [chunk]));
	chunks.reverse();
	const lines: string[] = [];
	while (chunks.length > 0) {
		const current: string[] = [];
		let length = 0;
		if (lines.length > 0 && isBlank(chunks.at(-1))) chunks.pop();
		for (let next = chunks.at(-1); next !== undefined; next = chunks.at(-1)) {
			const size = codePointLength(next);
			if (length + size > width) break;
			current.push(next);
			length += size;
			chunks.pop();
		}
		const long = chunks.at(-1);
		if (long !== undefined && codePointLength(long) > width) {
			chunks.pop();
			const room = width - length;
			if (options.breakLong) {
				const points = codePoints(long);
				current.push(points.slice(0, room).join(""));
				chunks.push(points.slice(room).join(""));
			} else if (current.length === 0) current.push(long);
			else chunks.push(long);
		}
		if (isBlank(current.at(-1))) current.pop();
		if (current.length > 0) lines.push(current.join(""));
	}
	return lines;
}

function isBlank(chunk: string | undefined): boolean {
	return chunk !== undefined && chunk.trim() === "";
}

/** Cuts after a hyphen that stands between letters. */
function splitHyphens(chunk: string): string[] {
	return chunk.split(/(?<=[\p{L}_]{2}-)(?=[\p{L}_]{2})/u);
}
