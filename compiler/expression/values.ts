/** The kinds of values an evaluation sees: JSON data of the user, and what Python has and JSON lacks. */
import { Fault } from "./errors.ts";
import { isKnownFilled, MAX_RANGE, markFilled, spend } from "./limits.ts";

/** Variables of a condition or template, by name. */
export type Scope = Readonly<Record<string, unknown>>;

/** A value that only the engine makes. It is no mapping, whatever JavaScript's `typeof` says. */
export abstract class EngineValue {}

/** A float whose value is integral; all other floats are plain numbers, integral plain numbers are ints. */
export class PyFloat extends EngineValue {
	readonly value: number;
	constructor(value: number) {
		super();
		this.value = value;
	}
}

export class PyTuple extends Array<unknown> {
	static override get [Symbol.species](): ArrayConstructor {
		return Array;
	}
}

/** A pair that `groupby` gives; it also has the attributes `grouper` and `list`. */
export class PyGroup extends PyTuple {}

/** What `map`, `select` and the like give: always true in a test, as Python's generators are. */
export class PyIterator extends Array<unknown> {
	static override get [Symbol.species](): ArrayConstructor {
		return Array;
	}
}

/** What `.items()`, `.keys()` and `.values()` give. */
export class PyView extends Array<unknown> {
	static override get [Symbol.species](): ArrayConstructor {
		return Array;
	}
	/** Python's name for it. */
	label = "dict_items";
}

export class PyRange extends EngineValue {
	readonly from: number;
	readonly to: number;
	readonly step: number;
	readonly length: number;

	constructor(from: number, to: number, step: number) {
		super();
		if (step === 0) throw new Fault("the step of `range` must not be 0");
		this.from = from;
		this.to = to;
		this.step = step;
		this.length = Math.max(0, Math.ceil((to - from) / step));
		if (this.length > MAX_RANGE) throw new Fault(`\`range\` gives at most ${MAX_RANGE} numbers`);
	}

	at(index: number): number {
		return this.from + index * this.step;
	}
}

/** What a missing name or key gives in a template (spec section 4.3). */
export class Undefined extends EngineValue {
	/** What is missing, for the message when it is used. */
	readonly what: string;
	constructor(what: string) {
		super();
		this.what = what;
	}
}

/** `namespace()`: the one value whose attributes a template can set. */
export class Namespace extends EngineValue {
	readonly values = new Map<string, unknown>();
}

/** An object of the engine with attributes and methods of its own: `loop`, `cycler`, `joiner`. */
export abstract class Builtin extends EngineValue {
	abstract readonly typeName: string;
	/** Undefined when there is no such attribute. */
	abstract attribute(name: string): unknown;
	/** Undefined when there is no such method. */
	abstract method(name: string): ((args: readonly unknown[]) => unknown) | undefined;
}

/** A mapping of the user's: own keys only. */
export type Mapping = Readonly<Record<string, unknown>>;

export type Numeric = number | bigint;

/** A float as the engine keeps it. */
export function float(value: number): number | PyFloat {
	return Number.isInteger(value) ? new PyFloat(value) : value;
}

export function isFloat(value: unknown): value is number | PyFloat {
	return value instanceof PyFloat || (typeof value === "number" && !Number.isInteger(value));
}

export function isInt(value: unknown): value is number | bigint {
	return typeof value === "bigint" || Number.isInteger(value);
}

/** The number behind an int, float or bool; null for anything else. */
export function numeric(value: unknown): Numeric | null {
	if (typeof value === "number" || typeof value === "bigint") return value;
	if (value instanceof PyFloat) return value.value;
	if (typeof value === "boolean") return value ? 1 : 0;
	return null;
}

/** An int as small as it can be kept. */
export function int(value: bigint): number | bigint {
	return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/** Whether a value is a mapping of the user's (a plain object; not one of the engine's own). */
export function isObject(value: unknown): value is Mapping {
	return (
		typeof value === "object" &&
		value !== null &&
		!Array.isArray(value) &&
		!(value instanceof EngineValue) &&
		!(value instanceof Map)
	);
}

/** A mapping: an object of the user's, or a map that a template made. */
export function isMapping(value: unknown): value is Mapping | Map<unknown, unknown> {
	return value instanceof Map || isObject(value);
}

export function isList(value: unknown): value is readonly unknown[] {
	return Array.isArray(value);
}

/** A key as maps keep it: `1`, `1.0` and `True` are one key in Python; lists cannot be keys. */
export function mapKey(key: unknown): unknown {
	if (key instanceof PyFloat) return key.value;
	if (key instanceof PyTuple) return key;
	if (isList(key) || isMapping(key)) throw new Fault(`${describe(key)} cannot be a key`);
	return key;
}

/** Whether the mapping has the key itself. JavaScript's `undefined` counts as missing. */
export function hasKey(mapping: Mapping | Map<unknown, unknown>, key: unknown): boolean {
	if (mapping instanceof Map) return mapping.has(mapKey(key));
	return typeof key === "string" && Object.hasOwn(mapping, key) && mapping[key] !== undefined;
}

/** The key's own value, or JavaScript's `undefined`. */
export function getKey(mapping: Mapping | Map<unknown, unknown>, key: unknown): unknown {
	if (mapping instanceof Map) return mapping.get(mapKey(key));
	return typeof key === "string" && Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}

/** Units of work for one key of a user's mapping: large ones are slow to list. */
const KEY_COST = 4;

export function keysOf(mapping: Mapping | Map<unknown, unknown>): readonly unknown[] {
	if (mapping instanceof Map) {
		spend(mapping.size);
		return [...mapping.keys()];
	}
	const keys = Object.keys(mapping);
	spend(keys.length * KEY_COST);
	return keys.filter((key) => mapping[key] !== undefined);
}

/** Whether a mapping has no keys. */
export function isEmpty(mapping: Mapping | Map<unknown, unknown>): boolean {
	if (mapping instanceof Map) return mapping.size === 0;
	if (isKnownFilled(mapping)) return false;
	for (const key in mapping) {
		if (!hasKey(mapping, key)) continue;
		markFilled(mapping);
		return false;
	}
	return true;
}

export function sizeOf(mapping: Mapping | Map<unknown, unknown>): number {
	return mapping instanceof Map ? mapping.size : keysOf(mapping).length;
}

export function tuple(...items: readonly unknown[]): PyTuple {
	const made = new PyTuple();
	for (const item of items) made.push(item);
	return made;
}

export function iterator(items: Iterable<unknown>): PyIterator {
	const made = new PyIterator();
	for (const item of items) made.push(item);
	return made;
}

export function view(label: string, items: Iterable<unknown>): PyView {
	const made = new PyView();
	made.label = label;
	for (const item of items) made.push(item);
	return made;
}

/** A value's type in a sentence for people. */
export function describe(value: unknown): string {
	if (value === null || value === undefined) return "null";
	if (value instanceof Undefined) return "a missing value";
	if (typeof value === "string") return "a text";
	if (typeof value === "boolean") return value ? "true" : "false";
	if (typeof value === "number" || typeof value === "bigint" || value instanceof PyFloat) return "a number";
	if (value instanceof PyTuple) return "a tuple";
	if (isList(value)) return "a list";
	if (value instanceof PyRange) return "a range";
	if (value instanceof Namespace) return "a namespace";
	if (value instanceof Builtin) return `a ${value.typeName}`;
	return typeof value === "object" ? "a mapping" : "an unknown value";
}
