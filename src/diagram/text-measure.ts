/** How wide a text is drawn: by the glyph widths of Liberation Sans, which are those of Arial and of Helvetica. */
import { textWidth } from "../cli/text-width.ts";

export type Weight = "regular" | "bold";

/** Thousandths of the font size, for the characters from U+0020 to U+007E. */
const ascii: Readonly<Record<Weight, readonly number[]>> = {
	// biome-ignore format: a table of the font's widths
	regular: [
		278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
		556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
		667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
		556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
	],
	// biome-ignore format: a table of the font's widths
	bold: [
		278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
		556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
		667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611,
		611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
	],
};

const others: Readonly<Record<string, number>> = { "→": 1000, "…": 1000, "×": 584, "\u00a0": 278, "–": 556, "—": 1000 };

/** Of letters that are not in the tables: Greek and Cyrillic have 530 to 630 on average. */
const usual = 600;
/** CJK and emoji are drawn in squares. */
const square = 1000;

/**
 * Pixels that the text takes in one line; rough for what is neither Latin nor CJK.
 * @param size of the font in pixels
 */
export function measureText(text: string, size: number, weight: Weight = "regular"): number {
	let width = 0;
	// What is joined to an emoji is part of its picture.
	for (const character of text.replace(/\u200d./gu, "")) width += widthOf(character, weight);
	return (width * size) / 1000;
}

function widthOf(character: string, weight: Weight): number {
	// Decomposed, an accented letter begins with its letter, which is as wide.
	const known = ascii[weight][(character.normalize("NFD").codePointAt(0) ?? 0) - 0x20];
	if (known !== undefined) return known;
	const columns = textWidth(character);
	if (columns === 0) return 0;
	return columns === 2 ? square : (others[character] ?? usual);
}
