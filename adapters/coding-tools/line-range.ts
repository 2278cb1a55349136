/** A part of a text by its lines, bounded, with a word of what is not there. */
import { longestResult } from "../../runtime/tools/bounded-text.ts";

/** Characters of a line; of more nobody reads the end. */
const longestLine = 2000;

/** @param offset of the first line, from 1 */
export function readLines(text: string, offset: number, limit: number): string {
	const lines = text.split("\n");
	const count = text.endsWith("\n") ? lines.length - 1 : lines.length;
	if (text === "") return "[The file is empty.]";
	if (offset > count) return `[The file has ${count} lines.]`;
	const shown: string[] = [];
	let size = 0;
	for (const line of lines.slice(offset - 1, Math.min(count, offset - 1 + limit))) {
		const cut = cutLine(line);
		size += cut.length + 1;
		if (size > longestResult) break;
		shown.push(cut);
	}
	const last = offset - 1 + shown.length;
	if (offset === 1 && last === count) return shown.join("\n") + (text.endsWith("\n") ? "\n" : "");
	const more = last < count ? ` Go on with offset ${last + 1}.` : "";
	return `${shown.join("\n")}\n[Lines ${offset} to ${last} of ${count}.${more}]`;
}

export function cutLine(line: string): string {
	return line.length > longestLine
		? `${line.slice(0, longestLine)}… [${line.length - longestLine} more characters]`
		: line;
}
