/** Filters on texts. */
import { flagArgument, strictText, textArgument, wholeArgument } from "./arguments.ts";
import { codePointLength, codePoints } from "./characters.ts";
import { Fault } from "./errors.ts";
import type { FilterTable } from "./filter-table.ts";
import { formatPercent } from "./format.ts";
import { checkText, checkTextLength } from "./limits.ts";
import { prettyPrint } from "./pretty-print.ts";
import { pythonStr } from "./printing.ts";
import { capitalize, center, replaceText, splitLines, strip, titleByWords } from "./texts.ts";
import { tuple } from "./values.ts";
import { wrapLine } from "./word-wrap.ts";

/** Words of a text shorten to fit; Jinja lets a text be this much longer. */
const TRUNCATE_LEEWAY = 5;

function indent(input: unknown, args: readonly unknown[]): string {
	const [width, first, blank] = args;
	const indention = typeof width === "string" ? width : " ".repeat(boundedWidth(wholeArgument(width, 4, "width")));
	const lines = splitLines(`${pythonStr(input)}\n`);
	checkTextLength(lines.length * indention.length);
	const indented = lines.map((line, index) =>
		index === 0 || (line === "" && !flagArgument(blank, false)) ? line : indention + line,
	);
	return checkText((flagArgument(first, false) ? indention : "") + indented.join("\n"));
}

function boundedWidth(width: number): number {
	checkTextLength(width);
	return Math.max(0, width);
}

function truncate(input: unknown, args: readonly unknown[]): string {
	const text = pythonStr(input);
	const length = wholeArgument(args[0], 255, "length");
	const end = textArgument(args[2], "...");
	const leeway = args[3] === null ? TRUNCATE_LEEWAY : wholeArgument(args[3], TRUNCATE_LEEWAY, "leeway");
	const kept = length - codePointLength(end);
	if (kept < 0) throw new Fault(`\`length\` is at least ${codePointLength(end)}, the length of \`end\``);
	if (leeway < 0) throw new Fault("`leeway` is at least 0");
	if (codePointLength(text) <= length + leeway) return text;
	const cut = codePoints(text).slice(0, kept).join("");
	if (flagArgument(args[1], false)) return cut + end;
	const blank = cut.lastIndexOf(" ");
	return (blank < 0 ? cut : cut.slice(0, blank)) + end;
}

export const TEXT_FILTERS: FilterTable = {
	capitalize: { params: [], run: (input) => capitalize(pythonStr(input)) },
	center: {
		params: ["width"],
		run: (input, [width]) => center(pythonStr(input), wholeArgument(width, 80, "width"), " "),
	},
	format: {
		params: null,
		run: (input, args, named) => {
			if (args.length > 0 && named.size > 0) throw new Fault("`format` takes either named values or others, not both");
			return formatPercent(pythonStr(input), named.size > 0 ? new Map(named) : tuple(...args));
		},
	},
	indent: { params: ["width", "first", "blank"], run: indent },
	lower: { params: [], run: (input) => pythonStr(input).toLowerCase() },
	pprint: { params: [], run: (input) => prettyPrint(input) },
	replace: {
		params: ["old", "new", "count"],
		required: 2,
		run: (input, [old, put, count]) => {
			const times = count === undefined || count === null ? -1 : wholeArgument(count, -1, "count");
			return replaceText(pythonStr(input), pythonStr(old), pythonStr(put), times);
		},
	},
	string: { params: [], run: (input) => pythonStr(input) },
	title: { params: [], run: (input) => titleByWords(pythonStr(input)) },
	trim: {
		params: ["chars"],
		run: (input, [chars]) =>
			strip(pythonStr(input), chars === undefined || chars === null ? null : strictText(chars, "`trim`"), "both"),
	},
	truncate: { params: ["length", "killwords", "end", "leeway"], run: truncate },
	upper: { params: [], run: (input) => pythonStr(input).toUpperCase() },
	wordcount: { params: [], run: (input) => pythonStr(input).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0 },
	wordwrap: {
		params: ["width", "break_long_words", "wrapstring", "break_on_hyphens"],
		run: (input, [width, breakLong, wrapstring, hyphens]) => {
			const columns = wholeArgument(width, 79, "width");
			if (columns <= 0) throw new Fault("`width` is at least 1");
			const newline = wrapstring === null ? "\n" : textArgument(wrapstring, "\n");
			const options = { breakLong: flagArgument(breakLong, true), hyphens: flagArgument(hyphens, true) };
			const lines = splitLines(pythonStr(input));
			return checkText(lines.map((line) => wrapLine(line, columns, options).join(newline)).join(newline));
		},
	},
};
