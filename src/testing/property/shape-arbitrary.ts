/** Values of a shape for fast-check: any that the shape allows, and often those that decide something. */
import type { Arbitrary } from "fast-check";
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { identical } from "../solve/assignments.ts";
import { fitTo, type Shape } from "../solve/shape.ts";
import { fastCheck } from "./fast-check.ts";

/** Of ten values so many are telling ones, where there are any. */
const TELLING_OF_TEN = 6;

/**
 * Values of a shape.
 * @param telling values that decide conditions, from the solver; those that the shape does not allow are left out
 */
export function shapeArbitrary(shape: Shape, telling: readonly unknown[]): Arbitrary<unknown> {
	const allowed = distinct(telling.filter((value) => isOfShape(value, shape)));
	return often(allowed, ofShape(shape, allowed));
}

/** Whether a value is one that the shape allows, as it stands. */
export function isOfShape(value: unknown, shape: Shape): boolean {
	if (shape.type === "any" || shape.type === "json")
		return shape.enum === undefined || identical(fitTo(value, shape), value);
	return hasType(value, shape) && identical(fitTo(value, shape), value);
}

/** The plainest value of a shape: what shrinking ends at where it makes no difference. */
export function plainestValue(shape: Shape): unknown {
	if (shape.enum !== undefined) return shape.enum[0];
	switch (shape.type) {
		case "str":
			return "";
		case "int":
		case "float":
			return 0;
		case "bool":
			return false;
		case "list":
			return [];
		case "object": {
			const fields = [...(shape.properties ?? [])].filter(([, field]) => field.required);
			return Object.fromEntries(fields.map(([name, field]) => [name, plainestValue(field)]));
		}
		case "json":
		case "any":
			return {};
	}
}

/** Each field of an object has telling values of its own, so that fields that no sample has together meet. */
function ofShape(shape: Shape, telling: readonly unknown[]): Arbitrary<unknown> {
	const fc = fastCheck();
	if (shape.enum !== undefined) return fc.constantFrom(...shape.enum);
	switch (shape.type) {
		case "str":
			return someText(12);
		case "int":
			return near(telling, fc.oneof(fc.integer({ min: -20, max: 120 }), fc.integer()));
		case "float":
			return near(
				telling,
				fc.oneof(
					fc.integer({ min: -20, max: 120 }),
					fc.double({ min: 0, max: 1, noNaN: true }).map(withoutSign),
					fc.double({ noNaN: true, noDefaultInfinity: true }).map(withoutSign),
				),
			);
		case "bool":
			return fc.boolean();
		case "list": {
			const { items = { type: "any", required: true } } = shape;
			const known = telling.flatMap((value) => (Array.isArray(value) ? value : []));
			return fc.array(shapeArbitrary(items, known), { maxLength: 5 });
		}
		case "object":
			return shape.properties
				? objectOf(shape.properties, telling)
				: fc.dictionary(keyName(), anyValue(), { maxKeys: 4, noNullPrototype: true });
		case "json":
		case "any":
			return anyValue();
	}
}

function objectOf(properties: ReadonlyMap<string, Shape>, telling: readonly unknown[]): Arbitrary<unknown> {
	const fc = fastCheck();
	const fields = [...properties].map(([name, field]): readonly [string, Arbitrary<unknown>] => {
		const known = telling.flatMap((value) => (isRecord(value) && Object.hasOwn(value, name) ? [value[name]] : []));
		return [name, shapeArbitrary(field, known)];
	});
	const requiredKeys = [...properties].filter(([, field]) => field.required).map(([name]) => name);
	return fc.record(Object.fromEntries(fields), { requiredKeys, noNullPrototype: true });
}

function anyValue(): Arbitrary<unknown> {
	const fc = fastCheck();
	const scalar = fc.oneof(someText(8), fc.integer({ min: -20, max: 120 }), fc.boolean(), fc.constant(null));
	return fc.oneof(
		{ weight: 4, arbitrary: scalar },
		{ weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
		{ weight: 1, arbitrary: fc.dictionary(keyName(), scalar, { maxKeys: 3, noNullPrototype: true }) },
	);
}

/** No file may have `__proto__` as a key, and texts become keys where a `foreach` is keyed. */
function someText(maxLength: number): Arbitrary<string> {
	return fastCheck()
		.string({ maxLength })
		.filter((text) => text !== "__proto__");
}

/** Keys that documents may have: no files are written with others. */
function keyName(): Arbitrary<string> {
	return fastCheck().stringMatching(/^[a-z][a-z_]{0,5}$/);
}

/** The telling values most of the time, the arbitrary else. Shrinks towards the first telling value. */
function often(telling: readonly unknown[], other: Arbitrary<unknown>): Arbitrary<unknown> {
	if (telling.length === 0) return other;
	const fc = fastCheck();
	return fc.oneof(
		{ weight: TELLING_OF_TEN, arbitrary: fc.constantFrom(...telling) },
		{ weight: 10 - TELLING_OF_TEN, arbitrary: other },
	);
}

/** What stands right beside a number that decides something decides it the other way, perhaps. */
function near(telling: readonly unknown[], other: Arbitrary<number>): Arbitrary<number> {
	const numbers = telling.filter((value) => typeof value === "number");
	if (numbers.length === 0) return other;
	const fc = fastCheck();
	return fc.oneof(fc.constantFrom(...numbers.flatMap((value) => [value - 1, value + 1])), other);
}

/** JSON has one zero. */
function withoutSign(value: number): number {
	return value + 0;
}

function distinct(values: readonly unknown[]): unknown[] {
	const kept: unknown[] = [];
	for (const value of values) if (!kept.some((one) => identical(one, value))) kept.push(value);
	return kept;
}

/** Fitting also converts: `"8"` fits a number. */
function hasType(value: unknown, { type }: Shape): boolean {
	switch (type) {
		case "str":
			return typeof value === "string";
		case "int":
		case "float":
			return typeof value === "number";
		case "bool":
			return typeof value === "boolean";
		case "list":
			return Array.isArray(value);
		case "object":
			return isRecord(value);
		default:
			return true;
	}
}
