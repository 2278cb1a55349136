/** Methods of texts. */

import { slice } from "./access.ts";
import { flagArgument, strictText, wholeArgument } from "./arguments.ts";
import { characterAt, codePointLength, hasSurrogates } from "./characters.ts";
import { Fault } from "./errors.ts";
import { formatBraces } from "./format-braces.ts";
import { checkItems, checkText, markLocal, spend } from "./limits.ts";
import type { Method } from "./method.ts";
import { itemsOf } from "./operators.ts";
import {
	capitalize,
	center,
	isLowerCase,
	isUpperCase,
	pad,
	replaceText,
	splitLines,
	splitText,
	splitTextRight,
	strip,
	titleByLetters,
} from "./texts.ts";
import { PyTuple, tuple } from "./values.ts";

/** The whole text consists of such characters and is not empty. */
const CLASSES: Readonly<Record<string, RegExp>> = {
	isdigit: /^[\p{Nd}\u00b2\u00b3\u00b9]+$/u,
	isdecimal: /^\p{Nd}+$/u,
	isnumeric: /^\p{N}+$/u,
	isalpha: /^\p{L}+$/u,
	isalnum: /^[\p{L}\p{N}]+$/u,
	isspace: /^\s+$/u,
};

function prefixes(value: unknown, method: string): readonly string[] {
	const texts = value instanceof PyTuple ? value : [value];
	return texts.map((one) => strictText(one, method));
}

/** A part of the text between two optional places, and where it begins. */
function part(text: string, from: unknown, to: unknown): { readonly text: string; readonly offset: number } {
	const shown = strictText(slice(text, from ?? null, to ?? null, null), "the method");
	const length = codePointLength(text);
	const start = wholeArgument(from ?? 0, 0, "start");
	return { text: shown, offset: start < 0 ? Math.max(0, start + length) : start };
}

/** Place of a text in code points, or -1. */
function search(text: string, args: readonly unknown[], last: boolean): number {
	const wanted = strictText(args[0], last ? "`rfind`" : "`find`");
	const within = part(text, args[1], args[2]);
	spend(text.length / 32);
	const unit = last ? within.text.lastIndexOf(wanted) : within.text.indexOf(wanted);
	if (unit < 0) return -1;
	return within.offset + (hasSurrogates(within.text) ? codePointLength(within.text.slice(0, unit)) : unit);
}

function searchStrict(text: string, args: readonly unknown[], last: boolean): number {
	const place = search(text, args, last);
	if (place < 0) throw new Fault("the text does not hold what `index` looks for");
	return place;
}

function optionalText(value: unknown, method: string): string | null {
	return value === undefined || value === null ? null : strictText(value, method);
}

function partition(text: string, separator: string, last: boolean): unknown {
	if (separator === "") throw new Fault("`partition` needs a separator that is not empty");
	const at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
	if (at < 0) return last ? tuple("", "", text) : tuple(text, "", "");
	return tuple(text.slice(0, at), separator, text.slice(at + separator.length));
}

function fillCharacter(value: unknown): string {
	const fill = value === undefined ? " " : strictText(value, "the method");
	if (codePointLength(fill) !== 1) throw new Fault("a text is filled up with one character");
	return fill;
}

function zeroFill(text: string, width: number): string {
	const sign = /^[+-]/.exec(text)?.[0] ?? "";
	return sign + pad(text.slice(sign.length), width - sign.length, "0", "start");
}

function joinTexts(separator: string, items: unknown): string {
	const texts = itemsOf(items);
	checkItems(texts.length);
	let text = "";
	for (const [index, item] of texts.entries()) {
		text += (index > 0 ? separator : "") + strictText(item, "`join`");
		if ((index & 0xff) === 0) checkText(text);
	}
	return checkText(text);
}

/** The method of that name, bound to the text. */
export function textMethod(text: string, name: string): Method | undefined {
	const test = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
	if (test !== undefined) return () => test.test(text);
	switch (name) {
		case "upper":
			return () => text.toUpperCase();
		case "lower":
		case "casefold":
			return () => text.toLowerCase();
		case "title":
			return () => titleByLetters(text);
		case "capitalize":
			return () => capitalize(text);
		case "swapcase":
			return () => text.replace(/\p{L}/gu, (one) => (isUpperCase(one) ? one.toLowerCase() : one.toUpperCase()));
		case "islower":
			return () => isLowerCase(text);
		case "isupper":
			return () => isUpperCase(text);
		case "istitle":
			return () => /\p{L}/u.test(text) && titleByLetters(text) === text;
		case "strip":
			return ([chars]) => strip(text, optionalText(chars, "`strip`"), "both");
		case "lstrip":
			return ([chars]) => strip(text, optionalText(chars, "`lstrip`"), "start");
		case "rstrip":
			return ([chars]) => strip(text, optionalText(chars, "`rstrip`"), "end");
		case "removeprefix":
			return ([value]) => {
				const prefix = strictText(value, "`removeprefix`");
				return text.startsWith(prefix) ? text.slice(prefix.length) : text;
			};
		case "removesuffix":
			return ([value]) => {
				const suffix = strictText(value, "`removesuffix`");
				return suffix !== "" && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
			};
		case "split":
		case "rsplit":
			return ([separator, max], named) => {
				const at = optionalText(separator ?? named.get("sep"), "`split`");
				const most = wholeArgument(max ?? named.get("maxsplit"), -1, "maxsplit");
				const parts = name === "split" ? splitText(text, at, most) : splitTextRight(text, at, most);
				checkItems(parts.length);
				return markLocal(parts);
			};
		case "splitlines":
			return ([keep]) => {
				if (flagArgument(keep, false)) throw new Fault("`splitlines` cannot keep the line breaks");
				return markLocal(splitLines(text));
			};
		case "partition":
			return ([separator]) => partition(text, strictText(separator, "`partition`"), false);
		case "rpartition":
			return ([separator]) => partition(text, strictText(separator, "`rpartition`"), true);
		case "join":
			return ([items]) => joinTexts(text, items);
		case "replace":
			return ([old, put, count]) =>
				replaceText(
					text,
					strictText(old, "`replace`"),
					strictText(put, "`replace`"),
					wholeArgument(count, -1, "count"),
				);
		case "startswith":
			return ([value, from, to]) =>
				prefixes(value, "`startswith`").some((one) => part(text, from, to).text.startsWith(one));
		case "endswith":
			return ([value, from, to]) =>
				prefixes(value, "`endswith`").some((one) => part(text, from, to).text.endsWith(one));
		case "find":
			return (args) => search(text, args, false);
		case "rfind":
			return (args) => search(text, args, true);
		case "index":
			return (args) => searchStrict(text, args, false);
		case "rindex":
			return (args) => searchStrict(text, args, true);
		case "count":
			return ([value, from, to]) => {
				const wanted = strictText(value, "`count`");
				const within = part(text, from, to).text;
				return wanted === "" ? codePointLength(within) + 1 : within.split(wanted).length - 1;
			};
		case "zfill":
			return ([width]) => zeroFill(text, wholeArgument(width, 0, "width"));
		case "center":
			return ([width, fill]) => center(text, wholeArgument(width, 0, "width"), fillCharacter(fill));
		case "ljust":
			return ([width, fill]) => pad(text, wholeArgument(width, 0, "width"), fillCharacter(fill), "end");
		case "rjust":
			return ([width, fill]) => pad(text, wholeArgument(width, 0, "width"), fillCharacter(fill), "start");
		case "format":
			return (args, named) => formatBraces(text, args, named);
		case "isascii":
			return () => /^[\x00-\x7f]*$/.test(text);
		case "isidentifier":
			return () => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(characterAt(text, 0) === null ? "" : text);
	}
	return undefined;
}
