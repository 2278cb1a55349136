/** What a template filter is. */
import type { NamedArguments } from "./functions.ts";

/** A filter. An argument that is not given is JavaScript's `undefined`. */
export interface Filter {
	/** Names of the arguments after the input; null when the filter takes any. */
	readonly params: readonly string[] | null;
	readonly required?: number;
	readonly run: (input: unknown, args: readonly unknown[], named: NamedArguments) => unknown;
}

/** Filters by name. */
export type FilterTable = Readonly<Record<string, Filter>>;
