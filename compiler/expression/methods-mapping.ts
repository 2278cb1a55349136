/** Methods of mappings. Only a mapping that the template made itself can be changed. */
import { Fault } from "./errors.ts";
import { fill } from "./functions.ts";
import { checkItems, checkSize } from "./limits.ts";
import type { Method } from "./method.ts";
import { getKey, hasKey, keysOf, type Mapping, mapKey, tuple, view } from "./values.ts";

/** The mapping as one that may be changed: those of the user's are plain objects. */
function own(mapping: Mapping | Map<unknown, unknown>): Map<unknown, unknown> {
	if (mapping instanceof Map) return mapping;
	throw new Fault("a template cannot change data; it can change mappings that it made itself");
}

/** The method of that name, bound to the mapping. */
export function mappingMethod(mapping: Mapping | Map<unknown, unknown>, name: string): Method | undefined {
	switch (name) {
		case "items":
			return () => view("dict_items", pairs(mapping));
		case "keys":
			return () => view("dict_keys", keysOf(mapping));
		case "values":
			return () =>
				view(
					"dict_values",
					keysOf(mapping).map((key) => getKey(mapping, key)),
				);
		case "get":
			return ([key, otherwise], named) => {
				const value = getKey(mapping, key);
				return value === undefined ? (otherwise ?? named.get("default") ?? null) : value;
			};
		case "copy":
			return () => new Map(pairs(mapping).map(([key, value]) => [key, value]));
		case "update":
			return (args, named) => {
				fill(own(mapping), args, named);
				checkSize(own(mapping).size);
				return null;
			};
		case "setdefault":
			return ([key, otherwise]) => {
				if (!hasKey(mapping, key)) own(mapping).set(mapKey(key), otherwise ?? null);
				return getKey(mapping, key);
			};
		case "pop":
			return ([key, otherwise]) => {
				const map = own(mapping);
				if (!hasKey(map, key) && otherwise === undefined) throw new Fault("the mapping has no such key");
				const value = hasKey(map, key) ? getKey(map, key) : otherwise;
				map.delete(mapKey(key));
				return value;
			};
		case "clear":
			return () => {
				own(mapping).clear();
				return null;
			};
	}
	return undefined;
}

function pairs(mapping: Mapping | Map<unknown, unknown>): (readonly unknown[])[] {
	const keys = keysOf(mapping);
	checkItems(keys.length);
	return keys.map((key) => tuple(key, getKey(mapping, key)));
}
