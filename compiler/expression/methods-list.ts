/** Methods of lists. Only a list that the template made itself can be changed. */
import { flagArgument, wholeArgument } from "./arguments.ts";
import { Fault } from "./errors.ts";
import { checkItems, checkSize, isLocal, markLocal, spend } from "./limits.ts";
import type { Method } from "./method.ts";
import { compare, itemsOf, pythonEquals } from "./operators.ts";
import { PyTuple } from "./values.ts";

function indexIn(list: readonly unknown[], item: unknown): number {
	spend(list.length);
	return list.findIndex((one) => pythonEquals(one, item));
}

function found(index: number): number {
	if (index < 0) throw new Fault("the list has no such item");
	return index;
}

/** The list as one that may be changed. */
function own(list: readonly unknown[]): unknown[] {
	if (Array.isArray(list) && !(list instanceof PyTuple) && isLocal(list)) return list;
	throw new Fault("a template cannot change data; it can change lists that it made itself");
}

function place(length: number, index: unknown): number {
	const at = wholeArgument(index, length, "index");
	return at < 0 ? Math.max(0, at + length) : Math.min(at, length);
}

/** The method of that name, bound to the list. */
export function listMethod(list: readonly unknown[], name: string): Method | undefined {
	switch (name) {
		case "index":
			return ([item]) => found(indexIn(list, item));
		case "count":
			return ([item]) => {
				spend(list.length);
				return list.filter((one) => pythonEquals(one, item)).length;
			};
	}
	if (list instanceof PyTuple) return undefined;
	switch (name) {
		case "copy":
			return () => markLocal([...list]);
		case "append":
			return ([item]) => {
				checkSize(list.length + 1);
				own(list).push(item);
				return null;
			};
		case "extend":
			return ([items]) => {
				const added = [...itemsOf(items)];
				checkSize(list.length + added.length);
				spend(added.length);
				const target = own(list);
				for (const item of added) target.push(item);
				return null;
			};
		case "insert":
			return ([index, item]) => {
				checkItems(list.length + 1);
				own(list).splice(place(list.length, index), 0, item);
				return null;
			};
		case "pop":
			return ([index]) => {
				const target = own(list);
				const at = wholeArgument(index, -1, "index");
				const from = at < 0 ? at + target.length : at;
				if (from < 0 || from >= target.length) throw new Fault("the list has no such item");
				return target.splice(from, 1)[0];
			};
		case "remove":
			return ([item]) => {
				own(list).splice(found(indexIn(list, item)), 1);
				return null;
			};
		case "clear":
			return () => {
				own(list).length = 0;
				return null;
			};
		case "reverse":
			return () => {
				own(list).reverse();
				return null;
			};
		case "sort":
			return (_args, named) => {
				const direction = flagArgument(named.get("reverse"), false) ? -1 : 1;
				own(list).sort((one, other) => {
					spend(1);
					return direction * compare(one, other, "<");
				});
				return null;
			};
	}
	return undefined;
}
