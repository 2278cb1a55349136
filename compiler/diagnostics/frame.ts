/** A code frame: the lines around a place with a caret under it. */
import { createSourceLines, type SourceLines } from "../document/source-lines.ts";
import type { SourceRange } from "./diagnostic.ts";
import { printableColumns } from "./printable.ts";

const linesBefore = 2;
const linesAfter = 1;
const maxColumns = 120;
const tabWidth = 4;
/** Characters to each side of the place that a frame looks at. */
const maxKept = 1000;

const linesOf = new WeakMap<object, SourceLines>();

/** Anything that has a text; its lines are found once. */
export interface Framed {
	readonly text: string;
}

/** The lines of a document's text, found at the first call. */
export function sourceLinesOf(document: Framed): SourceLines {
	const known = linesOf.get(document);
	if (known) return known;
	const lines = createSourceLines(document.text);
	linesOf.set(document, lines);
	return lines;
}

/**
 * Draws the line of a range with up to two lines before and one after, tabs as blanks, long lines clipped around the
 * range. Plain text without colours.
 */
export function codeFrame(document: Framed, range: SourceRange): string {
	const lines = sourceLinesOf(document);
	const first = Math.max(1, range.line - linesBefore);
	// The line after the last line break is empty, and no line to a reader.
	const count = lines.count > range.line && lines.line(lines.count) === "" ? lines.count - 1 : lines.count;
	const last = Math.min(count, range.line + linesAfter);
	const gutter = String(last).length;
	const width = maxColumns - gutter - 5;

	// What lies far to the left and right is never shown, and may be megabytes.
	const cut = range.column > maxKept ? range.column - maxKept : 0;
	const kept = (number: number): string => lines.line(number).slice(cut, cut + 2 * maxKept);
	const source = kept(range.line);
	const from = widthOf(source.slice(0, range.column - 1 - cut));
	const upTo = range.endLine === range.line ? range.endColumn - 1 - cut : source.trimEnd().length;
	const to = Math.max(from + 1, widthOf(source.slice(0, upTo)));
	// A far place is shown a third into the window, so that some of what leads to it can be seen.
	const shift = to <= width ? 0 : Math.max(0, from - Math.floor(width / 3));

	const drawn: string[] = [];
	for (let number = first; number <= last; number++) {
		const marked = number === range.line;
		const text = clip(expandTabs(kept(number)), shift, width);
		drawn.push(`${marked ? ">" : " "} ${String(number).padStart(gutter)} | ${text}`.trimEnd());
		if (marked) {
			const start = from - shift;
			const carets = "^".repeat(Math.max(1, Math.min(to - shift, width) - start));
			drawn.push(`  ${" ".repeat(gutter)} | ${" ".repeat(start)}${carets}`);
		}
	}
	return drawn.join("\n");
}

function expandTabs(line: string): string {
	let result = "";
	for (const character of line) {
		if (character === "\t") result += " ".repeat(tabWidth - (result.length % tabWidth));
		else result += printableColumns(character === "\n" ? "\r" : character);
	}
	return result;
}

function widthOf(text: string): number {
	return expandTabs(text).length;
}

function clip(line: string, shift: number, width: number): string {
	const left = shift > 0 ? `…${line.slice(shift + 1)}` : line;
	return left.length > width ? `${left.slice(0, width - 1)}…` : left;
}
