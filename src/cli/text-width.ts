/** How many columns of a terminal a text takes, as far as a progress line and a table need to know. */

const wide =
	/[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const without = /\p{Mn}|\p{Me}|\p{Cf}/u;
const control = /\p{Cc}|\u2028|\u2029/gu;

/**
 * The start of `text` that fits into `columns`, with `…` where something is left out. Control characters are blanks:
 * a name from a document must not steer the terminal.
 */
export function clipToWidth(text: string, columns: number): string {
	const plain = text.replace(control, " ");
	let width = 0;
	let fits = "";
	for (const character of plain) {
		width += widthOf(character);
		if (width > columns) return columns > 0 ? `${fits}…` : "";
		if (width < columns) fits += character;
		else if (fits.length + character.length === plain.length) return plain;
	}
	return fits;
}

/** Columns of the whole text, which has no control characters. */
export function textWidth(text: string): number {
	let width = 0;
	for (const character of text) width += widthOf(character);
	return width;
}

function widthOf(character: string): number {
	if (without.test(character)) return 0;
	return wide.test(character) ? 2 : 1;
}
