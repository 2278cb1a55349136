/** Texts as Python sees them: sequences of code points. */
import { spend, spendText } from "./limits.ts";

const SURROGATE = /[\ud800-\udfff]/;

export function hasSurrogates(text: string): boolean {
	return SURROGATE.test(text);
}

/** Number of code points. */
export function codePointLength(text: string): number {
	spendText(text);
	if (!hasSurrogates(text)) return text.length;
	let length = 0;
	for (let index = 0; index < text.length; index += 1) {
		const unit = text.charCodeAt(index);
		const isPair = unit >= 0xd800 && unit < 0xdc00 && isLow(text.charCodeAt(index + 1));
		if (isPair) index += 1;
		length += 1;
	}
	return length;
}

function isLow(unit: number): boolean {
	return unit >= 0xdc00 && unit < 0xe000;
}

/** The text's characters, one string each. */
export function codePoints(text: string): string[] {
	spend(text.length);
	return hasSurrogates(text) ? [...text] : text.split("");
}

/** The character at an index that may count from the end; null when there is none. */
export function characterAt(text: string, index: number): string | null {
	spendText(text);
	if (!hasSurrogates(text)) return text.at(index) ?? null;
	return codePoints(text).at(index) ?? null;
}

const LONG_TEXT = 1000;

/** JavaScript's `===`, where the comparison of long texts counts as work. */
export function isSame(left: unknown, right: unknown): boolean {
	if (typeof left === "string" && left.length > LONG_TEXT) spendText(left);
	return left === right;
}

/** Order by code points: negative, zero or positive. */
export function compareTexts(left: string, right: string): number {
	const shared = Math.min(left.length, right.length);
	for (let index = 0; index < shared; index += 1) {
		const one = left.charCodeAt(index);
		const other = right.charCodeAt(index);
		if (one !== other) {
			spend(index / 32);
			return weight(one) - weight(other);
		}
	}
	spend(shared / 32);
	return left.length - right.length;
}

/** Moves surrogates behind all other units, which is where their code points stand. */
function weight(unit: number): number {
	return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
