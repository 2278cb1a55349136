/** Python's text operations that JavaScript lacks or does otherwise; shared by filters and methods. */
import { codePointLength, codePoints } from "./characters.ts";
import { Fault } from "./errors.ts";
import { checkTextLength, spend } from "./limits.ts";

const LINE_BREAK = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** Lines without their breaks; a break at the end begins no further line. */
export function splitLines(text: string): string[] {
	spend(text.length / 32);
	const lines = text.split(LINE_BREAK);
	if (lines.at(-1) === "") lines.pop();
	return lines;
}

export function capitalize(text: string): string {
	const [first = ""] = text.slice(0, 2);
	const whole = String.fromCodePoint(...(text === "" ? [] : [text.codePointAt(0) ?? 0]));
	const head = whole === "" ? first : whole;
	return head.toUpperCase() + text.slice(head.length).toLowerCase();
}

/** Every run of letters begins with a capital, as Python's `str.title`. */
export function titleByLetters(text: string): string {
	return text.replace(/\p{L}+/gu, capitalize);
}

/** Every word begins with a capital, as Jinja's filter `title`: words end at blanks, `-`, `(`, `{`, `[` and `<`. */
export function titleByWords(text: string): string {
	return text
		.split(/([-\s({[<]+)/)
		.map(capitalize)
		.join("");
}

/** Removes the given characters, or blanks, from the ends. */
export function strip(text: string, characters: string | null, where: "both" | "start" | "end"): string {
	if (characters === null) {
		return where === "both" ? text.trim() : where === "start" ? text.trimStart() : text.trimEnd();
	}
	const set = new Set(characters);
	const points = codePoints(text);
	let from = 0;
	let to = points.length;
	if (where !== "end") while (from < to && set.has(points[from] ?? "")) from += 1;
	if (where !== "start") while (to > from && set.has(points[to - 1] ?? "")) to -= 1;
	return points.slice(from, to).join("");
}

/** Replaces at most `count` occurrences; a negative count means all. */
export function replaceText(text: string, old: string, put: string, count: number): string {
	const parts = old === "" ? ["", ...codePoints(text), ""] : text.split(old);
	const replaced = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1);
	checkTextLength(text.length + replaced * put.length);
	spend(parts.length);
	const tail = parts.slice(replaced + 1);
	return parts.slice(0, replaced + 1).join(put) + tail.map((part) => old + part).join("");
}

/** Splits as Python does: at runs of blanks without a separator, else at each separator. */
export function splitText(text: string, separator: string | null, max: number): string[] {
	spend(text.length / 32);
	if (separator === "") throw new Fault("`split` needs a separator that is not empty");
	if (separator === null) {
		const rest = text.trimStart();
		if (rest === "") return [];
		if (max < 0) return rest.trimEnd().split(/\s+/);
		const parts: string[] = [];
		let left = rest;
		while (parts.length < max && left !== "") {
			const blank = left.search(/\s/);
			if (blank < 0) break;
			parts.push(left.slice(0, blank));
			left = left.slice(blank).trimStart();
		}
		if (left !== "") parts.push(parts.length === max && max > 0 ? left : left.trimEnd());
		return parts;
	}
	const parts = text.split(separator);
	if (max < 0 || parts.length <= max + 1) return parts;
	return [...parts.slice(0, max), parts.slice(max).join(separator)];
}

/** As `splitText`, counted from the end. */
export function splitTextRight(text: string, separator: string | null, max: number): string[] {
	if (max < 0) return splitText(text, separator, max);
	if (separator === null) {
		const parts: string[] = [];
		let left = text.trimEnd();
		while (parts.length < max) {
			const word = /\s\S+$/.exec(left.slice(lastBlank(left)));
			if (word === null) break;
			parts.unshift(word[0].trimStart());
			left = left.slice(0, left.length - word[0].length).trimEnd();
		}
		if (left.trim() === "") return parts;
		return [parts.length < max ? left.trimStart() : left, ...parts];
	}
	const parts = splitText(text, separator, -1);
	if (parts.length <= max + 1) return parts;
	const kept = parts.length - max;
	return [parts.slice(0, kept).join(separator), ...parts.slice(kept)];
}

function lastBlank(text: string): number {
	for (let index = text.length - 1; index >= 0; index -= 1) {
		if (/\s/.test(text[index] ?? "")) return index;
	}
	return text.length;
}

/** Pads on both sides, the extra blank where Python puts it. */
export function center(text: string, width: number, fill: string): string {
	const length = codePointLength(text);
	checkTextLength(width);
	const room = width - length;
	if (room <= 0) return text;
	const before = Math.floor(room / 2) + (room & width & 1);
	return fill.repeat(before) + text + fill.repeat(room - before);
}

/** Pads up to a width counted in code points. */
export function pad(text: string, width: number, fill: string, where: "start" | "end"): string {
	checkTextLength(width);
	const room = Math.max(0, width - codePointLength(text));
	return where === "start" ? fill.repeat(room) + text : text + fill.repeat(room);
}

export function isLowerCase(text: string): boolean {
	return /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text);
}

export function isUpperCase(text: string): boolean {
	return /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);
}
