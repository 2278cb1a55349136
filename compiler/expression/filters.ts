/** The table of template filters, and how a call's arguments reach them (spec section 4.4). */
import type { Evaluate } from "./compile-expression.ts";
import { Fault } from "./errors.ts";
import type { Filter } from "./filter-table.ts";
import { LIST_FILTERS } from "./filters-list.ts";
import { MARKUP_FILTERS } from "./filters-markup.ts";
import { NUMBER_FILTERS } from "./filters-number.ts";
import { selectionFilters } from "./filters-select.ts";
import { TEXT_FILTERS } from "./filters-text.ts";
import type { NamedArguments } from "./functions.ts";
import { spendText } from "./limits.ts";
import type { Expression } from "./nodes.ts";

const TABLE: ReadonlyMap<string, Filter> = new Map(
	Object.entries({
		...TEXT_FILTERS,
		...NUMBER_FILTERS,
		...LIST_FILTERS,
		...MARKUP_FILTERS,
		...selectionFilters(applyFilter),
	}),
);

const NO_NAMES: NamedArguments = new Map();

/** Applies a filter by its name, as `map("upper")` does. */
export function applyFilter(name: string, input: unknown, args: readonly unknown[], named: NamedArguments): unknown {
	const filter = TABLE.get(name);
	if (filter === undefined) throw new Fault(`there is no filter \`${name}\``);
	if (typeof input === "string") spendText(input);
	const { params } = filter;
	if (params === null) return filter.run(input, args, named);
	if (args.length > params.length) throw new Fault(`the filter \`${name}\` takes at most ${params.length} arguments`);
	if (named.size === 0) {
		if (args.length < (filter.required ?? 0))
			throw new Fault(`the filter \`${name}\` needs \`${params[args.length]}\``);
		return filter.run(input, args, named);
	}
	const values: unknown[] = params.map((_, index) => args[index]);
	for (const [word, value] of named) {
		const place = params.indexOf(word);
		if (place < 0) throw new Fault(`the filter \`${name}\` has no argument \`${word}\``);
		if (place < args.length) throw new Fault(`the filter \`${name}\` is given \`${word}\` twice`);
		values[place] = value;
	}
	return filter.run(input, values, NO_NAMES);
}

/** A filter call with compiled arguments. */
export function bindFilter<S>(
	node: Extract<Expression, { kind: "filter" }>,
	args: readonly Evaluate<S>[],
	named: readonly (readonly [string, Evaluate<S>])[],
): (input: unknown, state: S) => unknown {
	const { name } = node;
	if (args.length === 0 && named.length === 0) return (input) => applyFilter(name, input, NOTHING, NO_NAMES);
	return (input, state) => {
		const values = args.map((one) => one(state));
		const words = named.length === 0 ? NO_NAMES : new Map(named.map(([word, value]) => [word, value(state)] as const));
		return applyFilter(name, input, values, words);
	};
}

const NOTHING: readonly unknown[] = [];
