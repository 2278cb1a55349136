/** Python's texts and equality for callers outside an evaluation: with bounds of their own. */
import { toExpressionError } from "./errors.ts";
import { beginEvaluation } from "./limits.ts";
import * as operators from "./operators.ts";
import * as printing from "./printing.ts";

function bounded<T>(run: () => T): T {
	beginEvaluation();
	try {
		return run();
	} catch (error) {
		throw toExpressionError(error, "");
	}
}

/**
 * A value as `{{ value }}` prints it in a prompt: `None`, `True`, `1.0`, `['a']` (spec section 4.2).
 *
 * @throws ExpressionError when the value is too large or nested too deeply.
 */
export function pythonStr(value: unknown): string {
	return bounded(() => printing.pythonStr(value));
}

/**
 * A value as it stands inside a printed list: texts are quoted.
 *
 * @throws ExpressionError when the value is too large or nested too deeply.
 */
export function pythonRepr(value: unknown): string {
	return bounded(() => printing.pythonRepr(value));
}

/**
 * A value as Python's `json.dumps` writes it: `", "`, `": "`, `\uXXXX` for all that is not ASCII (spec section 4.2).
 *
 * @throws ExpressionError when the value is too large or nested too deeply.
 */
export function toPythonJson(value: unknown): string {
	return bounded(() => printing.toPythonJson(value));
}

/**
 * Python's `==`: `1 == 1.0 == true`, deep for lists and mappings, no conversion of texts (spec section 5.1).
 *
 * @throws ExpressionError when the values are too large or nested too deeply.
 */
export function pythonEquals(left: unknown, right: unknown): boolean {
	return bounded(() => operators.pythonEquals(left, right));
}

/** Python's truth: false are null, false, 0, and empty texts, lists and mappings (spec section 5.1). */
export function truthy(value: unknown): boolean {
	if (typeof value === "object") beginEvaluation();
	return operators.truthy(value);
}
