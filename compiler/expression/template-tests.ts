/** The tests of templates: `x is defined`, `x is divisibleby 3`. */

import { modulo } from "./arithmetic.ts";
import { Fault } from "./errors.ts";
import { isCallable } from "./functions.ts";
import { FILTER_NAMES, TEST_NAMES } from "./names.ts";
import { compare, contains, pythonEquals } from "./operators.ts";
import { pythonStr } from "./printing.ts";
import { isLowerCase, isUpperCase } from "./texts.ts";
import { isFloat, isInt, isList, isMapping, numeric, PyRange, Undefined } from "./values.ts";

type Test = { readonly args: number; readonly run: (value: unknown, argument: unknown) => boolean };

function isSequence(value: unknown): boolean {
	return typeof value === "string" || isList(value) || isMapping(value) || value instanceof PyRange;
}

const equal: Test = { args: 1, run: pythonEquals };
const unequal: Test = { args: 1, run: (value, other) => !pythonEquals(value, other) };
const lessThan: Test = { args: 1, run: (value, other) => compare(value, other, "<") < 0 };
const lessOrEqual: Test = { args: 1, run: (value, other) => compare(value, other, "<=") <= 0 };
const greaterThan: Test = { args: 1, run: (value, other) => compare(value, other, ">") > 0 };
const greaterOrEqual: Test = { args: 1, run: (value, other) => compare(value, other, ">=") >= 0 };
const plain = (run: (value: unknown) => boolean): Test => ({ args: 0, run });

const TESTS: ReadonlyMap<string, Test> = new Map(
	Object.entries({
		boolean: plain((value) => typeof value === "boolean"),
		callable: plain(isCallable),
		defined: plain((value) => !(value instanceof Undefined)),
		divisibleby: { args: 1, run: (value, other) => pythonEquals(modulo(value, other), 0) },
		eq: equal,
		equalto: equal,
		"==": equal,
		escaped: plain(() => false),
		even: plain((value) => pythonEquals(modulo(value, 2), 0)),
		false: plain((value) => value === false),
		filter: plain((value) => FILTER_NAMES.has(pythonStr(value))),
		float: plain(isFloat),
		ge: greaterOrEqual,
		">=": greaterOrEqual,
		greaterthan: greaterThan,
		gt: greaterThan,
		">": greaterThan,
		in: { args: 1, run: (value, container) => contains(container, value) },
		integer: plain(isInt),
		iterable: plain((value) => isSequence(value) || value instanceof Undefined),
		le: lessOrEqual,
		"<=": lessOrEqual,
		lessthan: lessThan,
		lower: plain((value) => isLowerCase(pythonStr(value))),
		lt: lessThan,
		"<": lessThan,
		mapping: plain(isMapping),
		ne: unequal,
		"!=": unequal,
		none: plain((value) => value === null),
		number: plain((value) => numeric(value) !== null),
		odd: plain((value) => pythonEquals(modulo(value, 2), 1)),
		sameas: { args: 1, run: (value, other) => value === other },
		sequence: plain((value) => isSequence(value) || value instanceof Undefined),
		string: plain((value) => typeof value === "string"),
		test: plain((value) => TEST_NAMES.has(pythonStr(value))),
		true: plain((value) => value === true),
		undefined: plain((value) => value instanceof Undefined),
		upper: plain((value) => isUpperCase(pythonStr(value))),
	} satisfies Record<string, Test>),
);

/** Runs a test by name. @throws Fault for a wrong number of arguments or values that do not compare. */
export function runTest(name: string, value: unknown, args: readonly unknown[]): boolean {
	const test = TESTS.get(name);
	if (test === undefined) throw new Fault(`there is no test \`${name}\``);
	if (args.length !== test.args)
		throw new Fault(`the test \`${name}\` takes ${test.args === 0 ? "no" : "one"} argument`);
	return test.run(value, args[0]);
}
