/** Literals stand in emitted tests as a formatter would leave them, and mean the value that they were printed from. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { formatArgument, formatLiteral } from "../../src/testing/emit/literal.ts";
import { foldRepeats, Repeat, times } from "../../src/testing/emit/repeats.ts";
import { root } from "../docs/page.ts";

const texts = fc.oneof(
	fc.string({ maxLength: 60 }),
	fc.string({ unit: fc.constantFrom("a", "é", "→", "漢", "🎉", " "), maxLength: 60 }),
	fc.constantFrom("", "a", `it's`, `say "yes"`, "\\", '\\"', "two\nlines", "{{ context.score }}", "x".repeat(118)),
);
const names = fc.oneof(
	fc.constantFrom("a", "name", "with space", "1", "__proto__", "constructor", `"q"`, "expected_character_of_it"),
	fc.string({ maxLength: 12 }),
);
/** A list with rounds in it. */
function folded(item: fc.Arbitrary<unknown>): fc.Arbitrary<readonly unknown[]> {
	const rounds = fc.tuple(fc.array(item, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 30 }));
	return fc.array(rounds, { maxLength: 3 }).map((list) => foldRepeats(list.flatMap(([items, n]) => times(n, items))));
}

const values = fc.letrec<{ value: unknown }>((tie) => ({
	value: fc.oneof(
		{ depthSize: "small", withCrossShrink: true },
		texts,
		fc.constantFrom(null, true, 0, -1, 7.999, 1e21, 1e-7, -1e300),
		fc.integer(),
		fc.array(fc.integer(), { maxLength: 60 }),
		fc.array(texts, { maxLength: 6 }),
		fc.array(tie("value"), { maxLength: 4 }),
		folded(tie("value")),
		fc.dictionary(names, tie("value"), { maxKeys: 4 }),
	),
})).value;

test("a literal is what the formatter would make of it", () => {
	const samples = fc.sample(values, { numRuns: 3000, seed: 4 });
	const text = samples.map((value) => `check(${formatArgument(value, 0, "check();".length)});\n`).join("");
	const { stdout, stderr } = spawnSync(
		join(root, "node_modules/.bin/biome"),
		["format", "--stdin-file-path=emitted.test.ts"],
		{ cwd: root, input: text, encoding: "utf8" },
	);
	expect(stderr).toBe("");
	expect(text).toBe(stdout);
});

/** A value with its rounds written out. */
function unfolded(value: unknown): unknown {
	if (Array.isArray(value)) {
		return value.flatMap((item) =>
			item instanceof Repeat ? times(item.times, item.items.map(unfolded)) : [unfolded(item)],
		);
	}
	if (!isRecord(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unfolded(item)]));
}

test("a literal means the value that it was printed from", () => {
	fc.assert(
		fc.property(fc.oneof(values, fc.constantFrom(-0, NaN, Infinity, -Infinity)), fc.nat(3), (value, depth) => {
			const text = formatLiteral(value, depth, 0);
			const read: unknown = runInNewContext(`JSON.stringify(${text})`, { times });
			expect(read).toBe(JSON.stringify(unfolded(value)));
			if (typeof value === "number") expect(Number(text)).toBe(value);
		}),
	);
});

test("rounds of a loop are written once, unless that would spare next to nothing", () => {
	const print = (list: readonly unknown[]) => formatLiteral(foldRepeats(list), 0, 0);
	expect(print(["start", ...times(12, ["ask", "count"]), "done"])).toBe(
		'["start", ...times(12, ["ask", "count"]), "done"]',
	);
	expect(print(["a", "a", "a", "b", "c", "b", "c"])).toBe('["a", "a", "a", "b", "c", "b", "c"]');
	expect(print(times(8, [{ throw: "Error: busy" }]))).toBe('[...times(8, [{ throw: "Error: busy" }])]');
	expect(print([])).toBe("[]");
});
