/** JSON texts that are nearly what they should be. */
import fc from "fast-check";

/** Names of properties, those of every object among them. */
export const keys = fc.oneof(
	fc.constantFrom("__proto__", "constructor", "toString", "error", "output"),
	fc.string({ maxLength: 8 }),
);
/** Any JSON. */
export const hostile = fc.letrec((tie) => ({
	value: fc.oneof(
		{ depthSize: "small", withCrossShrink: true },
		fc.jsonValue(),
		fc.constantFrom(Number.MAX_VALUE, -1, 0.5, 2 ** 53, "", "x", null, true, [], {}),
		fc.array(tie("value"), { maxLength: 3 }),
		fc.array(fc.tuple(keys, tie("value")), { maxLength: 4 }).map(ownEntries),
	),
})).value;

/** Own properties of any name: what `JSON.parse` makes. */
export function ownEntries(entries: readonly (readonly [string, unknown])[]): unknown {
	return JSON.parse(
		`{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value) ?? null}`).join(",")}}`,
	);
}

/** A mapping that has mostly the fields that it should have, some of them of another type. */
export function mapping(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<string> {
	const entries = Object.entries(fields).map(([key, good]) =>
		fc.oneof({ weight: 40, arbitrary: good }, { weight: 1, arbitrary: hostile }).map((value) => [key, value] as const),
	);
	const whole = fc.tuple(
		fc.subarray(entries, { minLength: Math.max(0, entries.length - 1) }).chain((list) => fc.tuple(...list)),
		fc.array(fc.tuple(keys, hostile), { maxLength: 2 }),
	);
	const text = whole.map(([some, more]) => JSON.stringify(ownEntries([...some, ...more])));
	return fc.oneof(
		{ weight: 20, arbitrary: text },
		{ weight: 1, arbitrary: hostile.map((value) => JSON.stringify(value) ?? "") },
		{ weight: 1, arbitrary: fc.string() },
	);
}
