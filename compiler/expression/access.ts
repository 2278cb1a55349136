/** Attributes, subscripts and slices: own data only, never a prototype (spec sections 4.3 and 5.1). */
import { characterAt, codePointLength, codePoints } from "./characters.ts";
import { Fault } from "./errors.ts";
import { checkItems } from "./limits.ts";
import {
	Builtin,
	describe,
	EngineValue,
	getKey,
	isFloat,
	isList,
	isMapping,
	type Mapping,
	Namespace,
	numeric,
	PyGroup,
	PyRange,
	PyTuple,
	tuple,
	Undefined,
} from "./values.ts";

function hasOwn(object: object, name: string): object is Mapping {
	return Object.hasOwn(object, name);
}

/** `object.name` in a condition: an own key of a mapping, else null. */
export function conditionAttribute(object: unknown, name: string): unknown {
	if (typeof object !== "object" || object === null || !hasOwn(object, name)) return null;
	if (Array.isArray(object) || object instanceof EngineValue) return null;
	return object[name] ?? null;
}

/** `object.name` in a template: what is missing is undefined, and its own attributes fail. */
export function templateAttribute(object: unknown, name: string): unknown {
	if (isMapping(object)) {
		const value = getKey(object, name);
		return value === undefined ? missing(object, name) : value;
	}
	if (object instanceof Undefined) throw new Fault(object.what);
	if (object instanceof Builtin) return object.attribute(name) ?? missing(object, name);
	if (object instanceof Namespace) {
		const value = object.values.get(name);
		return value === undefined ? missing(object, name) : value;
	}
	if (object instanceof PyGroup && (name === "grouper" || name === "list")) return object[name === "grouper" ? 0 : 1];
	return missing(object, name);
}

function missing(object: unknown, name: unknown): Undefined {
	const shown = typeof name === "string" ? `\`${name}\`` : String(name);
	return new Undefined(
		isMapping(object) ? `the key ${shown} is missing` : `${describe(object)} has no attribute or item ${shown}`,
	);
}

/** The whole number behind an index, or null when the value is none. */
function asIndex(index: unknown): number | null {
	if (isFloat(index)) return null;
	const number = numeric(index);
	return number === null ? null : Number(number);
}

/** The item at an index that may count from the end; JavaScript's `undefined` when there is none. */
function itemAt(object: unknown, index: number): unknown {
	if (isList(object)) return index >= -object.length && index < object.length ? (object.at(index) ?? null) : undefined;
	if (typeof object === "string") return characterAt(object, index) ?? undefined;
	if (object instanceof PyRange) {
		const place = index < 0 ? index + object.length : index;
		return place >= 0 && place < object.length ? object.at(place) : undefined;
	}
	return undefined;
}

/** `object[index]` in a condition. @throws Fault when there is no such key or item. */
export function conditionSubscript(object: unknown, index: unknown): unknown {
	if (isMapping(object)) {
		const value = getKey(object, index);
		if (value === undefined) throw new Fault(`the key ${JSON.stringify(index) ?? "null"} is missing`);
		return value;
	}
	if (!isList(object) && typeof object !== "string") throw new Fault(`${describe(object)} has no items`);
	const place = asIndex(index);
	if (place === null) throw new Fault(`an item's place is a whole number, not ${describe(index)}`);
	const item = itemAt(object, place);
	if (item === undefined) throw new Fault(`there is no item ${place}`);
	return item;
}

/** `object[index]` in a template: what is missing is undefined. */
export function templateSubscript(object: unknown, index: unknown): unknown {
	if (object instanceof Undefined) throw new Fault(object.what);
	if (isMapping(object)) {
		if (isList(index) || isMapping(index)) return missing(object, describe(index));
		const value = getKey(object, index);
		return value === undefined ? missing(object, index instanceof Undefined ? "" : index) : value;
	}
	const place = asIndex(index);
	if (place !== null) return itemAt(object, place) ?? missing(object, place);
	return typeof index === "string" ? templateAttribute(object, index) : missing(object, describe(index));
}

/** `object[from:to:step]`. @throws Fault when the value cannot be sliced. */
export function slice(object: unknown, from: unknown, to: unknown, step: unknown): unknown {
	if (object instanceof Undefined) throw new Fault(object.what);
	if (typeof object === "string") {
		const [first, last, by] = bounds(codePointLength(object), from, to, step);
		if (by === 1 && codePointLength(object) === object.length) return object.slice(first, Math.max(first, last));
		return pick(codePoints(object), first, last, by).join("");
	}
	if (isList(object)) {
		const items = pick(object, ...bounds(object.length, from, to, step));
		return object instanceof PyTuple ? tuple(...items) : items;
	}
	if (object instanceof PyRange) {
		const [first, last, by] = bounds(object.length, from, to, step);
		return new PyRange(object.at(first), object.at(last), object.step * by);
	}
	throw new Fault(`${describe(object)} cannot be sliced`);
}

function pick<T>(items: readonly T[], first: number, last: number, step: number): T[] {
	checkItems(Math.max(0, Math.ceil((last - first) / step)));
	const picked: T[] = [];
	for (let index = first; step > 0 ? index < last : index > last; index += step) {
		const item = items[index];
		if (item !== undefined) picked.push(item);
	}
	return picked;
}

/** Python's rules for a slice's ends. */
function bounds(length: number, from: unknown, to: unknown, step: unknown): [number, number, number] {
	const by = step === null ? 1 : asIndex(step);
	if (by === null) throw new Fault(`a slice's step is a whole number, not ${describe(step)}`);
	if (by === 0) throw new Fault("a slice's step must not be 0");
	const lowest = by > 0 ? 0 : -1;
	const highest = by > 0 ? length : length - 1;
	const end = (value: unknown, otherwise: number): number => {
		if (value === null) return otherwise;
		const place = asIndex(value);
		if (place === null) throw new Fault(`a slice's end is a whole number, not ${describe(value)}`);
		return place < 0 ? Math.max(place + length, lowest) : Math.min(place, highest);
	};
	return [end(from, by > 0 ? 0 : highest), end(to, by > 0 ? length : lowest), by];
}
