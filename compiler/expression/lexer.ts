/** Cuts expressions into tokens with offsets: Python's lexical rules for conditions, Jinja's inside template tags. */
import { ExpressionSyntaxError } from "./errors.ts";
import { readString } from "./string-literal.ts";

export type Dialect = "simple" | "jinja";

export interface Token {
	readonly kind: "name" | "string" | "integer" | "float" | "operator" | "end";
	/** The name, the operator, or the literal as written. */
	readonly text: string;
	/** A literal's value. */
	readonly value: string | number | null;
	readonly start: number;
	readonly end: number;
}

/** How a template tag ends: `}}` or `%}`, with `-` when it eats the blanks after it. */
export interface TagEnd {
	readonly at: number;
	readonly trims: boolean;
}

export interface Lexed {
	/** The last one is of kind `end`. */
	readonly tokens: readonly Token[];
	/** Null when no closing delimiter was asked for. */
	readonly close: TagEnd | null;
}

const NAME = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*/uy;
const RADIX_NUMBER = /0(?:[xX](?:_?[0-9a-fA-F])+|[oO](?:_?[0-7])+|[bB](?:_?[01])+)/y;
const DECIMAL_NUMBER = /\d(?:_?\d)*(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?/y;
const PYTHON_FLOAT = /(?:\.\d(?:_?\d)*|\d(?:_?\d)*\.(?!\d))(?:[eE][+-]?\d(?:_?\d)*)?/y;
const DIGITS = /\d+/y;
const BLANKS = /\s+/y;
const STRING_PREFIX = /(?:[rRuU])(?=['"])/y;
const OTHER_PREFIX = /(?:[bB][rR]?|[rR][bB]|[fF][rR]?|[rR][fF])(?=['"])/y;

/** Longest first. */
const OPERATORS = ["**", "//", "==", "!=", "<=", ">=", ..."+-*/%<>=.,:;()[]{}|~"];

const MISTAKES: readonly (readonly [string, string, string])[] = [
	["===", "`===` is `==` here", "write `==`"],
	["!==", "`!==` is `!=` here", "write `!=`"],
	["&&", "`&&` is not an operator here", "use `and` instead of `&&`"],
	["||", "`||` is not an operator here", "use `or` instead of `||`"],
	["??", "`??` is not an operator here", "use `a if a != null else b`"],
	["?.", "`?.` is not needed here", "`.` on null gives null; write `.`"],
	["<>", "`<>` is not an operator here", "use `!=`"],
	["=>", "functions cannot be written here", "write a plain expression"],
	["!", "`!` is not an operator here", "use `not` instead of `!`"],
	["?", "`a ? b : c` is not written so here", "use `b if a else c`"],
	["&", "`&` is not an operator here", "use `and`"],
	["^", "`^` is not an operator here", "use `**` in a template"],
	["@", "`@` is not an operator here", "remove it"],
	["`", "a text stands between `'` or `\"` here", "replace the backquotes"],
	["$", "`$` has no meaning here", "write the name alone"],
];

const OPENERS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/**
 * Reads tokens from `from` on, up to `close` (`}}` or `%}`; brackets inside are matched first) or to the end of the text.
 *
 * @throws ExpressionSyntaxError for a character, number or text that no token begins with, or an unclosed tag.
 */
export function lex(text: string, from: number, dialect: Dialect, close: "}}" | "%}" | null): Lexed {
	const tokens: Token[] = [];
	const expected: string[] = [];
	let position = from;
	const match = (pattern: RegExp): string | null => {
		pattern.lastIndex = position;
		return pattern.exec(text)?.[0] ?? null;
	};
	const push = (kind: Token["kind"], length: number, value: string | number | null = null): void => {
		const end = position + length;
		tokens.push({ kind, text: text.slice(position, end), value, start: position, end });
		position = end;
	};

	for (;;) {
		position += match(BLANKS)?.length ?? 0;
		if (dialect === "simple" && text[position] === "#") {
			const lineEnd = text.indexOf("\n", position);
			position = lineEnd < 0 ? text.length : lineEnd;
			continue;
		}
		if (position >= text.length) break;
		if (close !== null && expected.length === 0) {
			const sign = text[position] ?? "";
			const signed = sign === "-" || (sign === "+" && close === "%}");
			if (text.startsWith(close, signed ? position + 1 : position)) {
				tokens.push({ kind: "end", text: "", value: null, start: position, end: position });
				const at = position + close.length + (signed ? 1 : 0);
				return { tokens, close: { at, trims: sign === "-" } };
			}
		}
		const character = text[position] ?? "";
		if (character >= "0" && character <= "9") {
			const before = tokens.at(-1);
			if (dialect === "jinja" && before?.text === "." && before.kind === "operator") {
				const digits = match(DIGITS) ?? "";
				push("integer", digits.length, Number(digits));
			} else readNumber();
			continue;
		}
		const prefix = match(STRING_PREFIX);
		if (character === "'" || character === '"' || (prefix !== null && dialect === "simple")) {
			const literal = readString(text, position, prefix?.length ?? 0, dialect === "simple");
			push("string", literal.end - position, literal.value);
			continue;
		}
		if (dialect === "simple" && match(OTHER_PREFIX) !== null) {
			throw new ExpressionSyntaxError(
				"only plain texts can stand in a condition",
				{ start: position, end: position + 1 },
				"remove the letter before the quote",
			);
		}
		const name = match(NAME);
		if (name !== null) {
			push("name", name.length);
			continue;
		}
		if (character === "." && dialect === "simple" && !endsOperand(tokens.at(-1)) && match(PYTHON_FLOAT) !== null) {
			readNumber();
			continue;
		}
		for (const [mistake, message, hint] of MISTAKES) {
			if (!text.startsWith(mistake, position) || (mistake === "!" && text[position + 1] === "=")) continue;
			throw new ExpressionSyntaxError(message, { start: position, end: position + mistake.length }, hint);
		}
		const operator = OPERATORS.find((one) => text.startsWith(one, position));
		if (operator === undefined) {
			const whole = String.fromCodePoint(text.codePointAt(position) ?? 0);
			throw new ExpressionSyntaxError(`\`${whole}\` has no meaning here`, {
				start: position,
				end: position + whole.length,
			});
		}
		if (dialect === "simple" && (text.startsWith("{{", position) || text.startsWith("{%", position))) {
			throw new ExpressionSyntaxError(
				"a condition is already an expression, so it takes no braces",
				{ start: position, end: position + 2 },
				"write `context.x`, not `{{ context.x }}`",
			);
		}
		const opened = OPENERS[operator];
		if (opened !== undefined) expected.push(opened);
		else if (operator === ")" || operator === "]" || operator === "}") {
			const wanted = expected.pop();
			if (wanted !== operator) {
				throw new ExpressionSyntaxError(
					wanted === undefined
						? `\`${operator}\` closes nothing`
						: `\`${operator}\` stands where \`${wanted}\` is expected`,
					{ start: position, end: position + 1 },
				);
			}
		}
		push("operator", operator.length);
	}

	if (close !== null) {
		const start = Math.max(0, from - 2);
		const open = close === "}}" ? "{{" : "{%";
		throw new ExpressionSyntaxError(`\`${open}\` is never closed`, { start, end: from }, `add \`${close}\``);
	}
	tokens.push({ kind: "end", text: "", value: null, start: text.length, end: text.length });
	return { tokens, close: null };

	function readNumber(): void {
		const radix = match(RADIX_NUMBER);
		const python = dialect === "simple" ? match(PYTHON_FLOAT) : null;
		const written = radix ?? python ?? match(DECIMAL_NUMBER) ?? "";
		const isFloat = radix === null && /[.eE]/.test(written);
		const value = Number(written.replaceAll("_", ""));
		const next = text[position + written.length] ?? "";
		const span = { start: position, end: position + written.length };
		if (!isFloat && radix === null && value !== 0 && written.startsWith("0")) {
			throw new ExpressionSyntaxError("a number does not begin with 0", span, `write \`${value}\``);
		}
		if (!Number.isFinite(value)) throw new ExpressionSyntaxError("the number is too large", span);
		if (dialect === "simple" && /[\p{L}\d_]/u.test(next) && !/^\s/.test(next)) {
			throw new ExpressionSyntaxError(`\`${written}${next}\` is not a number`, {
				start: span.start,
				end: span.end + 1,
			});
		}
		push(isFloat ? "float" : "integer", written.length, value);
	}
}

/** Whether a `.` after this token is an attribute rather than the start of a number. */
function endsOperand(token: Token | undefined): boolean {
	if (token === undefined) return false;
	if (token.kind === "operator") return token.text === ")" || token.text === "]" || token.text === "}";
	return token.kind !== "end";
}
