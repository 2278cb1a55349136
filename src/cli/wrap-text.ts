/** Breaks sentences of reports at blanks, so that they fit into a terminal. */
import { stripVTControlCharacters } from "node:util";
import { textWidth } from "./text-width.ts";

/**
 * The text with line breaks, each line behind `indent`.
 * @param text may have colours, which take no columns
 * @param width the terminal's columns; Infinity breaks nowhere. A word that is longer stands alone on its line.
 */
export function wrapText(text: string, width: number, indent: string): string {
	const lines: string[] = [];
	let line = "";
	for (const word of text.split(/\s+/)) {
		const longer = line === "" ? word : `${line} ${word}`;
		if (line !== "" && textWidth(indent + stripVTControlCharacters(longer)) > width) {
			lines.push(line);
			line = word;
		} else line = longer;
	}
	return [...lines, line].map((each) => `${indent}${each}\n`).join("");
}
