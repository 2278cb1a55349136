/** Maps offsets of a decoded string to offsets of the scalar's source: through quotes, escapes, folding, indentation. */

/**
 * Source offsets of each character of `value`, relative to the start of `source`, plus one for its end.
 * @param source the scalar as written, with its quotes or its block header
 * @param style the style that the YAML library names
 * @returns undefined where source and value cannot be aligned
 */
export function alignString(source: string, value: string, style: string): readonly number[] | undefined {
	switch (style) {
		case "PLAIN":
			return decodeFlow(source, value, 0, source.length);
		case "QUOTE_SINGLE":
			return decodeFlow(source, value, 1, source.length - 1, "'");
		case "QUOTE_DOUBLE":
			return decodeFlow(source, value, 1, source.length - 1, '"');
		case "BLOCK_LITERAL":
		case "BLOCK_FOLDED":
			return alignBlock(source, value);
		default:
			return undefined;
	}
}

const isSpace = (character: string | undefined): boolean => character === " " || character === "\t";
const isBlank = (character: string | undefined): boolean =>
	isSpace(character) || character === "\n" || character === "\r";

/** Reads plain and quoted text as YAML does: blanks around a line break go, one break is a space, more are one fewer. */
function decodeFlow(source: string, value: string, from: number, to: number, quote?: "'" | '"'): number[] | undefined {
	const offsets: number[] = [];
	let text = "";
	const emit = (piece: string, at: number): void => {
		text += piece;
		for (let unit = 0; unit < piece.length; unit++) offsets.push(at);
	};
	let at = from;
	while (at < to) {
		const character = source[at] ?? "";
		const lineBreak = breakAt(source, at);
		if (lineBreak > 0) {
			at = fold(source, at, to, emit);
		} else if (isSpace(character)) {
			let end = at + 1;
			while (end < to && isSpace(source[end])) end += 1;
			if (breakAt(source, end) === 0 || end >= to) for (; at < end; at++) emit(source[at] ?? "", at);
			at = end;
		} else if (quote === '"' && character === "\\" && breakAt(source, at + 1) > 0) {
			at += 1 + breakAt(source, at + 1);
			while (at < to && isSpace(source[at])) at += 1;
		} else if (quote === '"' && character === "\\") {
			const unit = decodeEscape(source, at);
			if (!unit) return undefined;
			emit(unit.text, at);
			at += unit.length;
		} else {
			emit(character, at);
			at += quote === "'" && character === "'" ? 2 : 1;
		}
	}
	offsets.push(Math.min(at, to));
	return text === value ? offsets : undefined;
}

/** Length of a line break at an offset, 0 if there is none. */
function breakAt(source: string, at: number): number {
	if (source[at] === "\n") return 1;
	return source[at] === "\r" && source[at + 1] === "\n" ? 2 : 0;
}

function fold(source: string, start: number, to: number, emit: (piece: string, at: number) => void): number {
	const breaks: number[] = [];
	let at = start;
	while (at < to && isBlank(source[at])) {
		const length = breakAt(source, at);
		if (length > 0) breaks.push(at);
		at += length || 1;
	}
	if (breaks.length === 1) emit(" ", start);
	else for (const extra of breaks.slice(1)) emit("\n", extra);
	return at;
}

/** Aligns a block by what is no blank: those characters stand in the source in the same order. */
function alignBlock(source: string, value: string): number[] | undefined {
	const header = source.indexOf("\n");
	const offsets: number[] = [];
	let at = header === -1 ? source.length : header + 1;
	let index = 0;
	while (index < value.length) {
		const end = blankRun(value, index);
		const sourceEnd = blankRun(source, at);
		if (end > index) spreadBlanks(value.slice(index, end), source.slice(at, sourceEnd), at, offsets);
		index = end;
		at = sourceEnd;
		if (index >= value.length) break;
		if (source[at] !== value[index]) return undefined;
		offsets.push(at);
		index += 1;
		at += 1;
	}
	offsets.push(Math.min(at, source.length));
	return offsets;
}

function blankRun(text: string, at: number): number {
	let end = at;
	while (isBlank(text[end])) end += 1;
	return end;
}

/** Blanks match from both sides; what folding and indentation changed lies between them. */
function spreadBlanks(value: string, source: string, base: number, offsets: number[]): void {
	let left = 0;
	while (left < value.length && left < source.length && value[left] === source[left]) left += 1;
	let right = 0;
	const room = Math.min(value.length, source.length) - left;
	while (right < room && value[value.length - 1 - right] === source[source.length - 1 - right]) right += 1;
	for (let index = 0; index < value.length; index++) {
		const fromRight = value.length - index;
		if (index < left) offsets.push(base + index);
		else offsets.push(base + (fromRight <= right ? source.length - fromRight : Math.min(left, source.length)));
	}
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
