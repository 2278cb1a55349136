/** What the compiled machine takes from outside: ids and the reading of errors. Injected, so that runs can be repeated. */

export interface CompilerServices {
	/** A fresh execution id. */
	newId(): string;
	/** Names that `on_error` may match for an error, best first (decisions: "error names in on_error"). */
	errorNames(error: unknown): readonly string[];
	/** What goes into `context.last_error` and `context.last_error_type` (spec section 8.2). */
	describeError(error: unknown): { readonly text: string; readonly type: string };
}
