/** Random values near known ones: one part of them a little different. */
import fc from "fast-check";
import { isRecord } from "../../compiler/document/plain-data.ts";

type Mapping = Readonly<Record<string, unknown>>;

/** A value with one part changed. */
export function nearValue(value: unknown): fc.Arbitrary<unknown> {
	if (Array.isArray(value)) return nearList(value);
	return isRecord(value) ? nearMapping(value) : fc.constantFrom(...otherScalars(value));
}

/** A mapping with one of its values changed, or gone. */
export function nearMapping(value: Mapping): fc.Arbitrary<Mapping> {
	const entries = Object.entries(value);
	if (entries.length === 0) return fc.constant({});
	const { length } = entries;
	return fc.nat(length - 1).chain((at): fc.Arbitrary<Mapping> => {
		const [key, part] = entries[at] ?? ["", null];
		const without = Object.fromEntries(entries.filter(([other]) => other !== key));
		return fc.oneof(
			{ weight: 5, arbitrary: nearValue(part).map((other) => ({ ...value, [key]: other })) },
			{ weight: 1, arbitrary: fc.constant(without) },
		);
	});
}

function nearList(list: readonly unknown[]): fc.Arbitrary<unknown> {
	if (list.length === 0) return fc.constantFrom<unknown>([""], [0], [{}], null);
	const changed = fc
		.nat(list.length - 1)
		.chain((at) => nearValue(list[at]).map((other) => list.map((item, index) => (index === at ? other : item))));
	return fc.oneof(changed, fc.constantFrom<unknown>([], [...list, ...list], list.slice(1)));
}

function otherScalars(value: unknown): readonly unknown[] {
	switch (typeof value) {
		case "number":
			return [value + 1, value - 1, value + 0.5, value - 0.001, -value, 0, null, String(value)];
		case "string":
			return [`${value}x`, `x${value}`, value.slice(0, -1), value.toUpperCase(), "", "no", null, 0, true];
		case "boolean":
			return [!value, null, value ? "" : "x"];
		default:
			return [0, 1, "", "x", true, false, {}, []];
	}
}
