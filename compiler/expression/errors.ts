/** What goes wrong in an expression: while it is read, and while it is evaluated. */
import type { Span } from "./nodes.ts";

/** The text of a condition or template is wrong. Thrown by the parsers; offsets count UTF-16 units of the given text. */
export class ExpressionSyntaxError extends Error {
	override readonly name = "ExpressionSyntaxError";
	readonly code = "expression_syntax";
	readonly start: number;
	/** Exclusive. */
	readonly end: number;
	/** What to write instead, where that is known. */
	readonly hint?: string;

	constructor(message: string, span: Span, hint?: string, options?: ErrorOptions) {
		super(hint === undefined ? message : `${message}: ${hint}`, options);
		this.start = span.start;
		this.end = span.end;
		if (hint !== undefined) this.hint = hint;
	}
}

const SHOWN_CHARACTERS = 80;

/** Evaluation failed: types that do not compare, a missing index, a limit (spec sections 4.3 and 5.1, decisions: Templates). */
export class ExpressionError extends Error {
	override readonly name = "ExpressionError";
	readonly code = "expression_error";
	/** What is wrong, without the place. */
	readonly reason: string;
	/** The whole condition or template. */
	readonly text: string;
	readonly start: number;
	/** Exclusive. */
	readonly end: number;

	constructor(message: string, text: string, span: Span, options?: ErrorOptions) {
		const part = text.slice(span.start, span.end).trim();
		const shown = part.length > SHOWN_CHARACTERS ? `${part.slice(0, SHOWN_CHARACTERS)}…` : part;
		super(shown === "" ? message : `${message} (in \`${shown}\`)`, options);
		this.reason = message;
		this.text = text;
		this.start = span.start;
		this.end = span.end;
	}
}

/** A failure on its way up: the nearest node adds its place, the door makes an `ExpressionError` of it. */
export class Fault extends Error {
	override readonly name = "Fault";
	span: Span | null = null;
}

/** Gives a failure the place of the innermost node that saw it. */
export function locate(error: unknown, span: Span): unknown {
	if (error instanceof Fault && error.span === null) error.span = span;
	return error;
}

/** What a door throws for whatever came up from below. */
export function toExpressionError(error: unknown, text: string): ExpressionError {
	if (error instanceof ExpressionError) return error;
	const whole = { start: 0, end: text.length };
	if (error instanceof Fault) return new ExpressionError(error.message, text, error.span ?? whole);
	if (error instanceof RangeError) {
		return new ExpressionError("the data is nested too deeply or too large to evaluate", text, whole, { cause: error });
	}
	const reason = error instanceof Error ? error.message : String(error);
	return new ExpressionError(`the evaluation failed: ${reason}`, text, whole, { cause: error });
}
