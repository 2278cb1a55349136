/** Values on their way out of the engine: plain JSON data again, the user's own objects by reference. */

import { Fault } from "./errors.ts";
import { MAX_DATA_DEPTH } from "./limits.ts";
import { rangeItems } from "./operators.ts";
import { pythonStr } from "./printing.ts";
import { Builtin, Namespace, PyFloat, PyIterator, PyRange, PyTuple, PyView, Undefined } from "./values.ts";

/** Takes the engine's own kinds off a value; what holds none of them is returned as it is. */
export function toNative(value: unknown): unknown {
	return native(value, 0);
}

function native(value: unknown, depth: number): unknown {
	if (typeof value === "bigint") return Number(value);
	if (typeof value !== "object" || value === null) return value ?? null;
	if (depth > MAX_DATA_DEPTH) throw new Fault("the value is nested too deeply");
	if (value instanceof PyFloat) return value.value;
	if (value instanceof Undefined) return null;
	if (value instanceof PyRange) return rangeItems(value);
	if (value instanceof Map) {
		const object: Record<string, unknown> = {};
		for (const [key, item] of value) {
			const name = pythonStr(key);
			const property = { value: native(item, depth + 1), enumerable: true, writable: true, configurable: true };
			Object.defineProperty(object, name, property);
		}
		return object;
	}
	if (Array.isArray(value)) {
		const own = value instanceof PyTuple || value instanceof PyIterator || value instanceof PyView;
		let changed = own;
		const items = Array.from(value, (item) => {
			const plain = native(item, depth + 1);
			if (plain !== item) changed = true;
			return plain;
		});
		return changed ? items : value;
	}
	if (value instanceof Namespace) return native(value.values, depth + 1);
	if (value instanceof Builtin) return pythonStr(value);
	return value;
}
