/** Reads one text literal with Python's escapes. */
import { ExpressionSyntaxError } from "./errors.ts";

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
	n: "\n",
	t: "\t",
	r: "\r",
	a: "\x07",
	b: "\b",
	f: "\f",
	v: "\v",
	"\\": "\\",
	"'": "'",
	'"': '"',
	"\n": "",
};

const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/**
 * Reads the literal at `start`, whose quote stands `prefix` letters further. Triple quotes count in conditions only.
 *
 * @throws ExpressionSyntaxError when it does not end or an escape is wrong.
 */
export function readString(
	text: string,
	start: number,
	prefix: number,
	allowTriple: boolean,
): { readonly value: string; readonly end: number } {
	const raw = prefix > 0 && text[start]?.toLowerCase() === "r";
	const first = text[start + prefix] ?? "'";
	const quote = allowTriple && text.startsWith(first.repeat(3), start + prefix) ? first.repeat(3) : first;
	let position = start + prefix + quote.length;
	let value = "";
	for (;;) {
		if (position >= text.length) {
			throw new ExpressionSyntaxError("the text is never closed", { start, end: text.length }, `add \`${quote}\``);
		}
		if (text.startsWith(quote, position)) return { value, end: position + quote.length };
		const character = text[position] ?? "";
		if (character !== "\\") {
			value += character;
			position += 1;
		} else if (raw) {
			value += text.slice(position, position + 2);
			position += 2;
		} else {
			const escaped = readEscape(text, position);
			value += escaped.value;
			position += escaped.length;
		}
	}
}

/** Reads the escape whose backslash stands at `position`. */
function readEscape(text: string, position: number): { readonly value: string; readonly length: number } {
	const letter = text[position + 1] ?? "";
	if (Object.hasOwn(SIMPLE_ESCAPES, letter)) return { value: SIMPLE_ESCAPES[letter] ?? "", length: 2 };
	const octal = /^[0-7]{1,3}/.exec(text.slice(position + 1, position + 4))?.[0];
	if (octal !== undefined) return { value: String.fromCharCode(Number.parseInt(octal, 8)), length: 1 + octal.length };
	const wanted = Object.hasOwn(HEX_DIGITS, letter) ? HEX_DIGITS[letter] : undefined;
	if (wanted === undefined) return { value: `\\${letter}`, length: 1 + letter.length };
	const digits = text.slice(position + 2, position + 2 + wanted);
	const code = /^[0-9a-fA-F]+$/.test(digits) && digits.length === wanted ? Number.parseInt(digits, 16) : Number.NaN;
	if (!(code <= 0x10ffff)) {
		throw new ExpressionSyntaxError(
			`\`\\${letter}\` needs ${wanted} hexadecimal digits of a character`,
			{ start: position, end: Math.min(text.length, position + 2 + wanted) },
			"write `\\\\` for a backslash",
		);
	}
	return { value: String.fromCodePoint(code), length: 2 + wanted };
}
