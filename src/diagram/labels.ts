/** Texts of documents as labels: without what could disturb a picture, cut and wrapped to a readable length. */
import { printable } from "../../compiler/diagnostics/printable.ts";
import { clipToWidth, textWidth } from "../cli/text-width.ts";

/** One line of visible text: blanks are evened out, other control characters become escapes. */
export function plainText(text: string): string {
	return printable(
		text
			.replace(/\p{Surrogate}/gu, "\ufffd")
			.replace(/\s+/gu, " ")
			.trim(),
	);
}

/** The text in one line of at most `columns`, with `…` where something is left out. */
export function cutText(text: string, columns: number): string {
	return clipToWidth(plainText(text), columns);
}

/**
 * The text in lines of at most `columns`, broken at blanks where there are some, and before `and` and `or` rather than
 * behind them. What does not fit into `maxLines` is left out, with `…` for it.
 */
export function wrapText(text: string, columns: number, maxLines: number): string[] {
	const lines: string[] = [];
	let line = "";
	for (const word of wordsOf(plainText(text), columns)) {
		const longer = line === "" ? word : `${line} ${word}`;
		if (textWidth(longer) <= columns) line = longer;
		else {
			if (line !== "") lines.push(line);
			line = word;
		}
	}
	if (line !== "") lines.push(line);
	if (lines.length <= maxLines) return lines;
	const last = `${lines[maxLines - 1] ?? ""} ${lines[maxLines] ?? ""}`;
	const clipped = clipToWidth(last, columns);
	return [...lines.slice(0, maxLines - 1), clipped.endsWith("…") ? clipped : `${clipped} …`];
}

/** Words, with `and` and `or` kept with what follows; those that no line takes are cut into pieces. */
function wordsOf(text: string, columns: number): string[] {
	const words = text.replace(/\b(and|or|not) (?=\S)/gi, "$1\u00a0").split(" ");
	return words.flatMap((word) => piecesOf(word, columns));
}

function piecesOf(word: string, columns: number): string[] {
	if (textWidth(word) <= columns) return [word];
	const pieces: string[] = [];
	let piece = "";
	for (const character of word) {
		if (textWidth(piece + character) > columns) {
			pieces.push(piece);
			piece = "";
		}
		piece += character;
	}
	return [...pieces, piece];
}
