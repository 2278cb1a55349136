/** Maps offsets of a decoded string to offsets of the scalar's source: through quotes, escapes, folding, indentation. */

/**
 * Source offsets of each character of `value`, relative to the start of `source`, plus one for its end.
 * @param source the scalar as written, with its quotes or its block header
 * @param style the style that the YAML library names
 * @returns undefined where source and value cannot be aligned
 */
export function alignString(source: string, value: string, style: string): Int32Array | undefined {
	const offsets = new Int32Array(value.length + 1);
	let at = startOfContent(source, style);
	let index = 0;
	while (index < value.length) {
		const blank = blankRun(value, index);
		if (blank > index) {
			const escaped = style === "QUOTE_DOUBLE" ? nextEscapedBlank(source, at) : undefined;
			if (escaped !== undefined) {
				const unit = decodeEscape(source, escaped);
				if (!unit) return undefined;
				offsets[index] = escaped;
				index += 1;
				at = escaped + unit.length;
				continue;
			}
			const sourceEnd = blankRun(source, at, style === "QUOTE_DOUBLE");
			spreadBlanks(value.slice(index, blank), source.slice(at, sourceEnd), at, index, offsets);
			index = blank;
			at = sourceEnd;
			continue;
		}
		if (style !== "BLOCK_LITERAL") at = blankRun(source, at, style === "QUOTE_DOUBLE");
		if (at >= source.length) return undefined;
		if (style === "QUOTE_DOUBLE" && source[at] === "\\") {
			const unit = decodeEscape(source, at);
			if (!unit || !value.startsWith(unit.text, index)) return undefined;
			for (let i = 0; i < unit.text.length; i++) offsets[index + i] = at;
			index += unit.text.length;
			at += unit.length;
			continue;
		}
		if (source[at] !== value[index]) {
			// Blanks of the source that the value has lost: a literal block's indentation.
			const next = blankRun(source, at);
			if (next === at || source[next] !== value[index]) return undefined;
			at = next;
		}
		offsets[index] = at;
		index += 1;
		at += style === "QUOTE_SINGLE" && source.startsWith("''", at) ? 2 : 1;
	}
	offsets[value.length] = value.length === 0 ? at : Math.min(at, source.length);
	return offsets;
}

function startOfContent(source: string, style: string): number {
	if (style === "QUOTE_DOUBLE" || style === "QUOTE_SINGLE") return 1;
	if (style !== "BLOCK_LITERAL" && style !== "BLOCK_FOLDED") return 0;
	const header = source.indexOf("\n");
	return header === -1 ? source.length : header + 1;
}

const isBlank = (character: string | undefined): boolean =>
	character === " " || character === "\n" || character === "\t" || character === "\r";

/** The end of the blanks from `at`; in double quotes an escaped line break is one of them. */
function blankRun(text: string, at: number, escapes = false): number {
	let end = at;
	for (;;) {
		if (isBlank(text[end])) end += 1;
		else if (escapes && text[end] === "\\" && (text[end + 1] === "\n" || text[end + 1] === "\r")) end += 2;
		else return end;
	}
}

/** Where `\n`, `\t`, `\ ` and the like stand for a blank that is not there in the source; undefined if not next. */
function nextEscapedBlank(source: string, at: number): number | undefined {
	if (source[at] !== "\\") return undefined;
	const unit = decodeEscape(source, at);
	return unit && isBlank(unit.text) ? at : undefined;
}

/** Blanks match from both sides; what folding changed lies between them. */
function spreadBlanks(value: string, source: string, base: number, index: number, offsets: Int32Array): void {
	let left = 0;
	while (left < value.length && left < source.length && value[left] === source[left]) {
		offsets[index + left] = base + left;
		left += 1;
	}
	let right = 1;
	while (value.length - right >= left && source.length - right >= left) {
		if (value[value.length - right] !== source[source.length - right]) break;
		offsets[index + value.length - right] = base + source.length - right;
		right += 1;
	}
	for (let i = left; i <= value.length - right; i++) offsets[index + i] = base + Math.min(left, source.length);
}

const shortEscapes: Readonly<Record<string, string>> = {
	"0": "\0",
	a: "\x07",
	b: "\b",
	e: "\x1b",
	f: "\f",
	n: "\n",
	r: "\r",
	t: "\t",
	v: "\v",
	N: "\u0085",
	_: "\u00a0",
	L: "\u2028",
	P: "\u2029",
	" ": " ",
	'"': '"',
	"/": "/",
	"\\": "\\",
	"\t": "\t",
};
const hexLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function decodeEscape(source: string, at: number): { readonly text: string; readonly length: number } | undefined {
	const letter = source[at + 1];
	if (letter === undefined) return undefined;
	const digits = Object.hasOwn(hexLengths, letter) ? hexLengths[letter] : undefined;
	if (digits !== undefined) {
		const code = Number.parseInt(source.slice(at + 2, at + 2 + digits), 16);
		return code <= 0x10ffff ? { text: String.fromCodePoint(code), length: 2 + digits } : undefined;
	}
	const text = Object.hasOwn(shortEscapes, letter) ? shortEscapes[letter] : undefined;
	return text === undefined ? undefined : { text, length: 2 };
}
