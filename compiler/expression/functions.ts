/** The functions of templates: `range`, `dict`, `namespace`, `cycler`, `joiner`. */
import { Fault } from "./errors.ts";
import { spend } from "./limits.ts";
import { itemsOf } from "./operators.ts";
import {
	Builtin,
	describe,
	getKey,
	isFloat,
	isMapping,
	keysOf,
	mapKey,
	Namespace,
	numeric,
	PyRange,
	sizeOf,
	Undefined,
} from "./values.ts";

export type NamedArguments = ReadonlyMap<string, unknown>;
type Call = (args: readonly unknown[], named: NamedArguments) => unknown;

class FunctionValue extends Builtin {
	override readonly typeName = "function";
	readonly call: Call;

	constructor(call: Call) {
		super();
		this.call = call;
	}

	override attribute(): undefined {
		return undefined;
	}

	override method(): undefined {
		return undefined;
	}
}

class Cycler extends Builtin {
	override readonly typeName = "cycler";
	readonly #items: readonly unknown[];
	#index = 0;

	constructor(items: readonly unknown[]) {
		super();
		if (items.length === 0) throw new Fault("`cycler` needs values");
		this.#items = items;
	}

	override attribute(name: string): unknown {
		return name === "current" ? this.#items[this.#index] : undefined;
	}

	override method(name: string): (() => unknown) | undefined {
		if (name === "next") {
			return () => {
				const item = this.#items[this.#index];
				this.#index = (this.#index + 1) % this.#items.length;
				return item;
			};
		}
		if (name === "reset") {
			return () => {
				this.#index = 0;
				return null;
			};
		}
		return undefined;
	}
}

function joiner(separator: unknown): FunctionValue {
	let used = false;
	return new FunctionValue(() => {
		if (used) return separator;
		used = true;
		return "";
	});
}

function whole(value: unknown): number {
	const number = isFloat(value) ? null : numeric(value);
	if (number === null) {
		if (value instanceof Undefined) throw new Fault(value.what);
		throw new Fault(`\`range\` takes whole numbers, not ${describe(value)}`);
	}
	return Number(number);
}

function range(args: readonly unknown[]): PyRange {
	const [first, second, third] = args.map(whole);
	if (first === undefined || args.length > 3) throw new Fault("`range` takes one to three numbers");
	return second === undefined ? new PyRange(0, first, 1) : new PyRange(first, second, third ?? 1);
}

function dict(args: readonly unknown[], named: NamedArguments): Map<unknown, unknown> {
	const map = new Map<unknown, unknown>();
	fill(map, args, named);
	return map;
}

/** Puts mappings, lists of pairs and named values into a map, as Python's `dict.update` does. */
export function fill(map: Map<unknown, unknown>, args: readonly unknown[], named: NamedArguments): void {
	for (const source of args) {
		spend(isMapping(source) ? sizeOf(source) : 1);
		if (isMapping(source)) {
			for (const key of keysOf(source)) map.set(key, getKey(source, key));
		} else {
			for (const pair of itemsOf(source)) {
				spend(1);
				const [key, value, ...rest] = itemsOf(pair);
				if (value === undefined || rest.length > 0) throw new Fault("a mapping is made of pairs");
				map.set(mapKey(key), value);
			}
		}
	}
	for (const [key, value] of named) map.set(key, value);
}

function namespace(args: readonly unknown[], named: NamedArguments): Namespace {
	const space = new Namespace();
	for (const [key, value] of dict(args, named)) space.values.set(String(key), value);
	return space;
}

const FUNCTIONS: Readonly<Record<string, FunctionValue>> = {
	range: new FunctionValue(range),
	dict: new FunctionValue(dict),
	namespace: new FunctionValue(namespace),
	cycler: new FunctionValue((args) => new Cycler(args)),
	joiner: new FunctionValue((args) => joiner(args[0] ?? ", ")),
};

/** The function of a name in `FUNCTION_NAMES`. */
export function functionValue(name: string): unknown {
	return FUNCTIONS[name];
}

export function isCallable(value: unknown): boolean {
	return value instanceof FunctionValue;
}

/** Calls a value. @throws Fault when it is no function of the engine's. */
export function callFunction(value: unknown, args: readonly unknown[], named: NamedArguments): unknown {
	if (value instanceof FunctionValue) return value.call(args, named);
	if (value instanceof Undefined) throw new Fault(value.what);
	throw new Fault(`${describe(value)} cannot be called`);
}
