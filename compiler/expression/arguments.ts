/** Reads the arguments of filters and methods: absent ones take their default, wrong ones are refused. */
import { Fault } from "./errors.ts";
import { truthy } from "./operators.ts";
import { pythonStr } from "./printing.ts";
import { describe, isFloat, numeric, Undefined } from "./values.ts";

/** A whole number, or the default when the argument is absent. */
export function wholeArgument(value: unknown, otherwise: number, name: string): number {
	if (value === undefined) return otherwise;
	const number = isFloat(value) ? null : numeric(value);
	if (number === null) {
		if (value instanceof Undefined) throw new Fault(value.what);
		throw new Fault(`\`${name}\` is a whole number, not ${describe(value)}`);
	}
	return Number(number);
}

export function textArgument(value: unknown, otherwise: string): string {
	return value === undefined ? otherwise : pythonStr(value);
}

export function flagArgument(value: unknown, otherwise: boolean): boolean {
	return value === undefined ? otherwise : truthy(value);
}

/** A text, where Python takes nothing else. */
export function strictText(value: unknown, what: string): string {
	if (typeof value === "string") return value;
	if (value instanceof Undefined) throw new Fault(value.what);
	throw new Fault(`${what} takes a text, not ${describe(value)}`);
}
