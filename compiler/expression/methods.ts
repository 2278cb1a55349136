/** Python's methods on texts, lists and mappings that templates call: `x.upper()`, `d.items()`. */
import { Fault } from "./errors.ts";
import type { NamedArguments } from "./functions.ts";
import { callFunction } from "./functions.ts";
import { spendText } from "./limits.ts";
import type { Method } from "./method.ts";
import { listMethod } from "./methods-list.ts";
import { mappingMethod } from "./methods-mapping.ts";
import { textMethod } from "./methods-text.ts";
import { Builtin, describe, getKey, isFloat, isList, isMapping, Namespace, numeric, Undefined } from "./values.ts";

/** Calls `object.name(…)`. @throws Fault when there is no such method or the arguments are wrong. */
export function callMethod(object: unknown, name: string, args: readonly unknown[], named: NamedArguments): unknown {
	if (object instanceof Undefined) throw new Fault(object.what);
	const method = findMethod(object, name);
	if (method !== undefined) return method(args, named);
	if (isMapping(object)) {
		const value = getKey(object, name);
		if (value !== undefined) return callFunction(value, args, named);
	}
	if (object instanceof Namespace && object.values.has(name)) return callFunction(object.values.get(name), args, named);
	throw new Fault(`${describe(object)} has no method \`${name}\``);
}

function findMethod(object: unknown, name: string): Method | undefined {
	if (typeof object === "string") {
		spendText(object);
		return textMethod(object, name);
	}
	if (isList(object)) return listMethod(object, name);
	if (isMapping(object)) return mappingMethod(object, name);
	if (object instanceof Builtin) return object.method(name);
	if (name === "is_integer" && isFloat(object)) return () => Number.isInteger(Number(numeric(object)));
	return undefined;
}
