/** Cuts a Jinja template into text, `{{ }}` and `{% %}`, with Jinja's rules for blanks, comments and raw text. */
import { ExpressionSyntaxError } from "./errors.ts";
import { lex, type Token } from "./lexer.ts";
import type { Span } from "./nodes.ts";

export type Piece = Span &
	(
		| { readonly kind: "text"; readonly text: string }
		| { readonly kind: "print"; readonly tokens: readonly Token[] }
		/** `name` is the tag's first word; the tokens are what follows it. */
		| { readonly kind: "tag"; readonly name: string; readonly nameSpan: Span; readonly tokens: readonly Token[] }
	);

const OPENING = /\{[{%#]/g;
const RAW = /\{%[-+]?\s*raw\s*-?%\}/y;
const END_RAW = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;

/**
 * Cuts the text. One newline at the very end is dropped (spec section 4.4).
 *
 * @throws ExpressionSyntaxError for an unclosed tag, comment or raw block, and for wrong tokens.
 */
export function cutTemplate(text: string): readonly Piece[] {
	const pieces: Piece[] = [];
	let position = 0;
	let trimNext = false;

	const addText = (start: number, end: number, trimEnd: boolean): void => {
		let shown = text.slice(start, end);
		if (trimNext) shown = shown.trimStart();
		if (trimEnd) shown = shown.trimEnd();
		trimNext = false;
		if (end === text.length && !trimEnd) shown = shown.replace(/(?:\r\n|\r|\n)$/, "");
		shown = shown.replace(/\r\n?/g, "\n");
		if (shown !== "") pieces.push(Object.freeze({ kind: "text", text: shown, start, end }));
	};

	while (position < text.length) {
		OPENING.lastIndex = position;
		const opening = OPENING.exec(text);
		if (opening === null) {
			addText(position, text.length, false);
			break;
		}
		const start = opening.index;
		const sign = text[start + 2];
		addText(position, start, sign === "-");
		const inside = start + (sign === "-" || sign === "+" ? 3 : 2);

		if (opening[0] === "{#") {
			const close = text.indexOf("#}", start + 2);
			if (close < 0) {
				throw new ExpressionSyntaxError("the comment is never closed", { start, end: start + 2 }, "add `#}`");
			}
			position = close + 2;
			trimNext = text[close - 1] === "-";
		} else if (opening[0] === "{{") {
			const { tokens, close } = lex(text, inside, "jinja", "}}");
			position = close?.at ?? text.length;
			trimNext = close?.trims ?? false;
			pieces.push({ kind: "print", tokens, start, end: position });
		} else {
			RAW.lastIndex = start;
			const raw = RAW.exec(text);
			if (raw !== null) {
				const from = start + raw[0].length;
				END_RAW.lastIndex = from;
				const endRaw = END_RAW.exec(text);
				if (endRaw === null) {
					const span = { start, end: from };
					throw new ExpressionSyntaxError("`{% raw %}` is never closed", span, "add `{% endraw %}`");
				}
				trimNext = raw[0].endsWith("-%}");
				addText(from, endRaw.index, endRaw[1] === "-");
				trimNext = endRaw[2] === "-";
				position = endRaw.index + endRaw[0].length;
			} else {
				const { tokens, close } = lex(text, inside, "jinja", "%}");
				position = close?.at ?? text.length;
				trimNext = close?.trims ?? false;
				const [name, ...rest] = tokens;
				if (name === undefined || name.kind !== "name") {
					throw new ExpressionSyntaxError("a tag begins with a word such as `if` or `for`", { start, end: position });
				}
				const nameSpan = { start: name.start, end: name.end };
				pieces.push({ kind: "tag", name: name.text, nameSpan, tokens: rest, start, end: position });
			}
		}
	}
	return pieces;
}
