/** Walks along tokens, and says what is wrong with the one it stands on. */
import { ExpressionSyntaxError } from "./errors.ts";
import type { Dialect, Token } from "./lexer.ts";

/** Words that are values. */
export const CONSTANTS = new Map<string, boolean | null>([
	["true", true],
	["True", true],
	["false", false],
	["False", false],
	["none", null],
	["None", null],
	["null", null],
]);

export const KEYWORDS = new Set(["and", "or", "not", "in", "is", "if", "else"]);

const END: Token = { kind: "end", text: "", value: null, start: 0, end: 0 };

/** The tokens of one tag or condition, taken one after the other. */
export class TokenReader {
	protected readonly dialect: Dialect;
	readonly #tokens: readonly Token[];
	#index = 0;

	constructor(tokens: readonly Token[], dialect: Dialect) {
		this.#tokens = tokens;
		this.dialect = dialect;
	}

	get current(): Token {
		return this.#tokens[Math.min(this.#index, this.#tokens.length - 1)] ?? END;
	}

	get following(): Token {
		return this.#tokens[Math.min(this.#index + 1, this.#tokens.length - 1)] ?? END;
	}

	/** Takes the current token. */
	next(): Token {
		const token = this.current;
		this.#index += 1;
		return token;
	}

	/** Takes the token if it is this operator. */
	skip(operator: string): boolean {
		if (!this.isOperator(operator)) return false;
		this.#index += 1;
		return true;
	}

	/** Takes the token if it is this word. */
	skipName(name: string): boolean {
		if (!this.isName(name)) return false;
		this.#index += 1;
		return true;
	}

	isName(name: string): boolean {
		return this.current.kind === "name" && this.current.text === name;
	}

	/** Takes a name that is not a keyword, as an assignment target. */
	target(): Token {
		const token = this.current;
		if (token.kind !== "name") throw this.unexpected("a name");
		if (KEYWORDS.has(token.text) || CONSTANTS.has(token.text)) {
			throw new ExpressionSyntaxError(`\`${token.text}\` cannot be assigned`, token);
		}
		return this.next();
	}

	expect(operator: string): Token {
		if (!this.isOperator(operator)) throw this.unexpected(`\`${operator}\``);
		return this.next();
	}

	/** Fails unless all tokens are used up. */
	expectEnd(): void {
		if (this.current.kind !== "end") throw this.unexpected(null);
	}

	/** The error for the current token, with a hint where the mistake is a common one. */
	unexpected(wanted: string | null): ExpressionSyntaxError {
		const token = this.current;
		const shown = token.kind === "end" ? "the end" : `\`${token.text}\``;
		const simple = this.dialect === "simple";
		if (token.kind === "operator" && token.text === "=") {
			return new ExpressionSyntaxError("`=` does not compare", token, "write `==`");
		}
		if (simple && token.text === "|") {
			return new ExpressionSyntaxError("a condition has no filters", token, "compute the value in `output_to_context`");
		}
		if (simple && token.text === "**") return new ExpressionSyntaxError("a condition has no `**`", token);
		if (simple && token.text === "for") {
			return new ExpressionSyntaxError("a condition has no loops", token, "compute the value in `output_to_context`");
		}
		const upper = token.text.toLowerCase();
		if (token.kind === "name" && token.text !== upper && KEYWORDS.has(upper)) {
			return new ExpressionSyntaxError(`\`${token.text}\` is not an operator here`, token, `write \`${upper}\``);
		}
		if (wanted !== null) return new ExpressionSyntaxError(`${wanted} is expected, not ${shown}`, token);
		return new ExpressionSyntaxError(
			token.kind === "end" ? "the expression ends too early" : `${shown} is not expected here`,
			token,
		);
	}

	isOperator(operator: string): boolean {
		return this.current.kind === "operator" && this.current.text === operator;
	}
}
