/** Filters to and from HTML, URLs and JSON. */
import { flagArgument, strictText, wholeArgument } from "./arguments.ts";
import { Fault } from "./errors.ts";
import type { FilterTable } from "./filter-table.ts";
import { checkText } from "./limits.ts";
import { itemsOf } from "./operators.ts";
import { pythonStr, toPythonJson } from "./printing.ts";
import { getKey, isMapping, keysOf, Undefined } from "./values.ts";

const ESCAPES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	"'": "&#39;",
	'"': "&#34;",
};

function escapeMarkup(text: string): string {
	return text.replace(/[&<>'"]/g, (character) => ESCAPES[character] ?? character);
}

const JSON_ESCAPES: Readonly<Record<string, string>> = {
	"<": "\\u003c",
	">": "\\u003e",
	"&": "\\u0026",
	"'": "\\u0027",
};
const MAX_INDENT = 100;

function toJson(input: unknown, args: readonly unknown[]): string {
	const indent = args[0] === undefined || args[0] === null ? null : wholeArgument(args[0], 0, "indent");
	if (indent !== null && (indent < 0 || indent > MAX_INDENT))
		throw new Fault(`\`indent\` is a number from 0 to ${MAX_INDENT}`);
	if (input instanceof Undefined) throw new Fault(input.what);
	const text = toPythonJson(input, { indent, sortKeys: true });
	return checkText(text.replace(/[<>&']/g, (character) => JSON_ESCAPES[character] ?? character));
}

function fromJson(input: unknown): unknown {
	const text = strictText(input, "`fromjson`");
	try {
		return JSON.parse(checkText(text));
	} catch (error) {
		if (error instanceof Fault) throw error;
		throw new Fault(`the text is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
			cause: error,
		});
	}
}

const LONE_SURROGATE = /\p{Cs}/gu;

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

function stripTags(text: string): string {
	let shown = "";
	let position = 0;
	while (position < text.length) {
		const open = text.indexOf("<", position);
		if (open < 0) break;
		const isComment = text.startsWith("<!--", open);
		const close = isComment ? text.indexOf("-->", open + 4) : text.indexOf(">", open);
		if (close < 0) break;
		shown += text.slice(position, open);
		position = close + (isComment ? 3 : 1);
	}
	shown += text.slice(position);
	const joined = shown
		.split(/\s+/)
		.filter((word) => word !== "")
		.join(" ");
	return joined.replace(
		/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,6}));/gi,
		(whole, decimal, hex, name: string | undefined) => {
			if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? (ENTITIES[name] ?? whole) : whole;
			const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
			return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
		},
	);
}

function quoteUrl(value: unknown, inQuery: boolean): string {
	const encoded = encodeURIComponent(pythonStr(value).replace(LONE_SURROGATE, "\ufffd")).replace(
		/[!'()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
	return inQuery ? encoded.replaceAll("%20", "+") : encoded.replaceAll("%2F", "/");
}

function urlEncode(input: unknown): string {
	if (typeof input === "string") return quoteUrl(input, false);
	const isPairs = isMapping(input) || Array.isArray(input);
	if (!isPairs) return quoteUrl(input, false);
	const pairs = isMapping(input)
		? keysOf(input).map((key) => [key, getKey(input, key)])
		: input.map((one) => itemsOf(one));
	return pairs.map(([key, value]) => `${quoteUrl(key, true)}=${quoteUrl(value, true)}`).join("&");
}

function xmlAttributes(input: unknown, args: readonly unknown[]): string {
	if (!isMapping(input)) throw new Fault("`xmlattr` takes a mapping");
	const shown: string[] = [];
	for (const key of keysOf(input)) {
		const value = getKey(input, key);
		const name = pythonStr(key);
		if (value === null || value instanceof Undefined) continue;
		if (/[\s/>=]/.test(name)) throw new Fault("the name of an attribute has a character that is not allowed in it");
		shown.push(`${escapeMarkup(name)}="${escapeMarkup(pythonStr(value))}"`);
	}
	const text = shown.join(" ");
	return text !== "" && flagArgument(args[0], true) ? ` ${text}` : text;
}

const escapeFilter = { params: [], run: (input: unknown) => checkText(escapeMarkup(pythonStr(input))) };

export const MARKUP_FILTERS: FilterTable = {
	e: escapeFilter,
	escape: escapeFilter,
	forceescape: escapeFilter,
	fromjson: { params: [], run: fromJson },
	safe: { params: [], run: (input) => pythonStr(input) },
	striptags: { params: [], run: (input) => stripTags(pythonStr(input)) },
	tojson: { params: ["indent"], run: toJson },
	urlencode: { params: [], run: urlEncode },
	xmlattr: { params: ["autospace"], run: xmlAttributes },
};
