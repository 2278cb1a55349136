/** Reads the statements of a Jinja template: `{% if %}`, `{% for %}`, `{% set %}` and the text between them. */
import { cutTemplate, type Piece } from "./cut-template.ts";
import { ExpressionSyntaxError } from "./errors.ts";
import { MAX_NESTING } from "./limits.ts";
import { nearest } from "./names.ts";
import type { Expression, Statement } from "./nodes.ts";
import { ExpressionParser } from "./parse-expression.ts";

type Tag = Extract<Piece, { kind: "tag" }>;
type Body = readonly Statement[];

const TAGS = ["if", "for", "set", "with", "filter", "raw", "break", "continue"];
const UNSUPPORTED: Readonly<Record<string, string>> = {
	include: "a template cannot include files; put the text here",
	import: "a template cannot import files; put the text here",
	from: "a template cannot import files; put the text here",
	extends: "a template cannot extend another; put the text here",
	block: "a template has no blocks to extend; put the text here",
	macro: "macros are not supported; write the text where it is used, or in a `for` loop",
	call: "macros are not supported; write the text where it is used",
	autoescape: "nothing is escaped here; use the filter `e`",
	do: "use `{% set _ = … %}`",
};

/**
 * Parses the whole template.
 *
 * @throws ExpressionSyntaxError with offsets into `text`.
 */
export function parseStatements(text: string): Body {
	return new StatementParser(cutTemplate(text)).template();
}

class StatementParser {
	readonly #pieces: readonly Piece[];
	#index = 0;
	#nesting = 0;
	#loops = 0;

	constructor(pieces: readonly Piece[]) {
		this.#pieces = pieces;
	}

	template(): Body {
		return this.#body(null, []).statements;
	}

	/** Statements up to one of the tags in `ends`; the opening tag names what is unclosed. */
	#body(opening: Tag | null, ends: readonly string[]): { readonly statements: Body; readonly closing: Tag | null } {
		this.#nesting += 1;
		if (this.#nesting > MAX_NESTING) {
			const span = opening ?? { start: 0, end: 0 };
			throw new ExpressionSyntaxError(`the tags are nested more than ${MAX_NESTING} levels deep`, span);
		}
		const statements: Statement[] = [];
		for (;;) {
			const piece = this.#pieces[this.#index];
			if (piece === undefined) {
				if (opening !== null) {
					const end = ends.at(-1) ?? "";
					throw new ExpressionSyntaxError(`\`{% ${opening.name} %}\` is never closed`, opening, `add \`{% ${end} %}\``);
				}
				this.#nesting -= 1;
				return { statements: Object.freeze(statements), closing: null };
			}
			this.#index += 1;
			if (piece.kind === "text") {
				const { start, end } = piece;
				statements.push(Object.freeze({ kind: "text", text: piece.text, start, end }));
			} else if (piece.kind === "print") {
				const { start, end } = piece;
				const parser = new ExpressionParser(piece.tokens, "jinja");
				if (parser.current.kind === "end") throw new ExpressionSyntaxError("`{{ }}` is empty", piece, "write a value");
				const expression = parser.tuple();
				parser.expectEnd();
				statements.push(Object.freeze({ kind: "print", expression, start, end }));
			} else if (ends.includes(piece.name)) {
				this.#nesting -= 1;
				return { statements: Object.freeze(statements), closing: piece };
			} else statements.push(Object.freeze(this.#statement(piece, ends)));
		}
	}

	#statement(tag: Tag, ends: readonly string[]): Statement {
		switch (tag.name) {
			case "if":
				return this.#if(tag);
			case "for":
				return this.#for(tag);
			case "set":
				return this.#set(tag);
			case "with":
				return this.#with(tag);
			case "filter":
				return this.#filter(tag);
			case "break":
			case "continue":
				if (this.#loops === 0) throw new ExpressionSyntaxError(`\`${tag.name}\` stands outside a loop`, tag.nameSpan);
				this.#finish(new ExpressionParser(tag.tokens, "jinja"));
				return { kind: tag.name, start: tag.start, end: tag.end };
		}
		throw this.#unknown(tag, ends);
	}

	#unknown(tag: Tag, ends: readonly string[]): ExpressionSyntaxError {
		const { name } = tag;
		if (Object.hasOwn(UNSUPPORTED, name)) {
			return new ExpressionSyntaxError(`\`{% ${name} %}\` is not supported`, tag.nameSpan, UNSUPPORTED[name]);
		}
		if (name.startsWith("end") || name === "else" || name === "elif") {
			const open = ends.at(-1);
			return new ExpressionSyntaxError(
				`\`{% ${name} %}\` closes nothing`,
				tag.nameSpan,
				open === undefined ? "remove it" : `\`{% ${open} %}\` is expected first`,
			);
		}
		if (name === "elsif" || name === "elseif") {
			return new ExpressionSyntaxError(`there is no tag \`${name}\``, tag.nameSpan, "did you mean `elif`?");
		}
		return new ExpressionSyntaxError(`there is no tag \`${name}\``, tag.nameSpan, nearest(name, TAGS));
	}

	#finish(parser: ExpressionParser): void {
		parser.expectEnd();
	}

	#if(tag: Tag): Statement {
		const branches: { readonly test: Expression; readonly body: Body }[] = [];
		let current = tag;
		for (;;) {
			const parser = new ExpressionParser(current.tokens, "jinja");
			const test = parser.tuple(false);
			this.#finish(parser);
			const { statements, closing } = this.#body(tag, ["elif", "else", "endif"]);
			branches.push(Object.freeze({ test, body: statements }));
			if (closing === null || closing.name === "endif") return this.#endIf(tag, branches, null, closing);
			if (closing.name === "else") {
				this.#finish(new ExpressionParser(closing.tokens, "jinja"));
				const last = this.#body(tag, ["endif"]);
				return this.#endIf(tag, branches, last.statements, last.closing);
			}
			current = closing;
		}
	}

	#endIf(
		tag: Tag,
		branches: readonly { readonly test: Expression; readonly body: Body }[],
		otherwise: Body | null,
		closing: Tag | null,
	): Statement {
		return { kind: "if", branches: Object.freeze(branches), otherwise, start: tag.start, end: closing?.end ?? tag.end };
	}

	#targets(parser: ExpressionParser): readonly string[] {
		const bracketed = parser.skip("(");
		const targets = [parser.target().text];
		while (parser.skip(",")) {
			if (parser.current.kind === "end" || parser.isName("in")) break;
			targets.push(parser.target().text);
		}
		if (bracketed) parser.expect(")");
		return Object.freeze(targets);
	}

	#for(tag: Tag): Statement {
		const parser = new ExpressionParser(tag.tokens, "jinja");
		const targets = this.#targets(parser);
		for (const target of targets) {
			if (target === "loop") throw new ExpressionSyntaxError("`loop` cannot be a loop's own variable", tag);
		}
		if (!parser.skipName("in")) throw parser.unexpected("`in`");
		const iterable = parser.tuple(false);
		const filter = parser.skipName("if") ? parser.expression() : null;
		if (parser.isName("recursive")) {
			throw new ExpressionSyntaxError("`recursive` loops are not supported", parser.current, "write nested loops");
		}
		this.#finish(parser);
		this.#loops += 1;
		const { statements, closing } = this.#body(tag, ["else", "endfor"]);
		this.#loops -= 1;
		let otherwise: Body | null = null;
		let end = closing?.end ?? tag.end;
		if (closing?.name === "else") {
			this.#finish(new ExpressionParser(closing.tokens, "jinja"));
			const last = this.#body(tag, ["endfor"]);
			otherwise = last.statements;
			end = last.closing?.end ?? end;
		}
		return { kind: "for", targets, iterable, filter, body: statements, otherwise, start: tag.start, end };
	}

	#set(tag: Tag): Statement {
		const parser = new ExpressionParser(tag.tokens, "jinja");
		const targets = this.#targets(parser);
		const [target = ""] = targets;
		const attribute = targets.length === 1 && parser.skip(".") ? parser.target().text : null;
		if (parser.skip("=")) {
			const value = parser.tuple();
			this.#finish(parser);
			return { kind: "set", targets, attribute, value, start: tag.start, end: tag.end };
		}
		if (targets.length > 1 || attribute !== null) throw parser.unexpected("`=`");
		const input: Expression = Object.freeze({ kind: "name", name: BLOCK_TEXT, start: tag.start, end: tag.end });
		const filter = parser.skip("|") ? parser.filters(input) : null;
		this.#finish(parser);
		const { statements, closing } = this.#body(tag, ["endset"]);
		const end = closing?.end ?? tag.end;
		return { kind: "set-block", target, body: statements, ...(filter && { filter }), start: tag.start, end };
	}

	#with(tag: Tag): Statement {
		const parser = new ExpressionParser(tag.tokens, "jinja");
		const bindings: (readonly [string, Expression])[] = [];
		while (parser.current.kind !== "end") {
			if (bindings.length > 0) parser.expect(",");
			const name = parser.target().text;
			parser.expect("=");
			bindings.push(Object.freeze([name, parser.expression()] as const));
		}
		const { statements, closing } = this.#body(tag, ["endwith"]);
		const end = closing?.end ?? tag.end;
		return { kind: "with", bindings: Object.freeze(bindings), body: statements, start: tag.start, end };
	}

	#filter(tag: Tag): Statement {
		const parser = new ExpressionParser(tag.tokens, "jinja");
		const input: Expression = Object.freeze({ kind: "name", name: BLOCK_TEXT, start: tag.start, end: tag.end });
		const filter = parser.filters(input);
		this.#finish(parser);
		const { statements, closing } = this.#body(tag, ["endfilter"]);
		const end = closing?.end ?? tag.end;
		return { kind: "filter-block", filter, body: statements, start: tag.start, end };
	}
}

/** The name that stands for a block's own text in its filter; no template can write it. */
export const BLOCK_TEXT = "{block}";
