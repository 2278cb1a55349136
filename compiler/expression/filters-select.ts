/** Filters that apply other filters and tests to each item: `map`, `select`, `selectattr` and their opposites. */
import { Fault } from "./errors.ts";
import type { FilterTable } from "./filter-table.ts";
import { attributeReader } from "./filters-list.ts";
import type { NamedArguments } from "./functions.ts";
import { spend } from "./limits.ts";
import { itemsOf, truthy } from "./operators.ts";
import { pythonStr } from "./printing.ts";
import { runTest } from "./template-tests.ts";
import { iterator, Undefined } from "./values.ts";

type Apply = (name: string, input: unknown, args: readonly unknown[], named: NamedArguments) => unknown;

/** The filters, given how one applies a filter by name. */
export function selectionFilters(apply: Apply): FilterTable {
	return {
		map: {
			params: null,
			run: (input, args, named) => {
				const items = itemsOf(input);
				spend(items.length);
				if (args.length === 0 && named.has("attribute")) {
					const read = attributeReader(named.get("attribute"));
					const otherwise = named.get("default");
					return iterator(
						items.map((item) => {
							const value = read(item);
							return value instanceof Undefined && otherwise !== undefined && otherwise !== null ? otherwise : value;
						}),
					);
				}
				const [name, ...rest] = args;
				if (name === undefined) throw new Fault("`map` needs the name of a filter or `attribute=`");
				return iterator(items.map((item) => apply(pythonStr(name), item, rest, named)));
			},
		},
		select: { params: null, run: (input, args) => choose(input, args, false, true) },
		reject: { params: null, run: (input, args) => choose(input, args, false, false) },
		selectattr: { params: null, run: (input, args) => choose(input, args, true, true) },
		rejectattr: { params: null, run: (input, args) => choose(input, args, true, false) },
	};
}

function choose(input: unknown, args: readonly unknown[], byAttribute: boolean, wanted: boolean): unknown {
	const [attribute, ...others] = byAttribute ? args : [undefined, ...args];
	if (byAttribute && attribute === undefined) throw new Fault("the filter needs the name of an attribute");
	const read = attributeReader(attribute);
	const [test, ...rest] = others;
	const items = itemsOf(input);
	return iterator(
		items.filter((item) => {
			spend(1);
			const value = read(item);
			return (test === undefined ? truthy(value) : runTest(pythonStr(test), value, rest)) === wanted;
		}),
	);
}
