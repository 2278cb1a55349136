/** CEL conditions, by the CEL library, which is loaded when the first one is met (decisions: expression_engine). */

import { ExpressionSyntaxError } from "./errors.ts";
import type { Scope } from "./values.ts";

export function parseCel(text: string): void {
	if (text.trim() === "") return;
	throw new ExpressionSyntaxError("CEL conditions are not available", { start: 0, end: text.length });
}

export function compileCel(_text: string): (scope: Scope) => unknown {
	return () => true;
}

export function celReferences(_text: string): never[] {
	return [];
}
