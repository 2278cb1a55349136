/** What `--update` shows of a test that changes: its lines that go and those that come. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { changedLines } from "../../src/testing/emit/changed-lines.ts";

test("lines that stay are left out", () => {
	expect(changedLines("a\nb\nc\nd", "a\nx\nc\ny\nd")).toEqual(["- b", "+ x", "+ y"]);
});

test("layout makes no difference, and is not shown", () => {
	expect(changedLines("\t\ta('x');\n\n\t\tb();", '  a("x")\n  c()')).toEqual(["- b();", "+ c()"]);
	expect(changedLines("a();\n", "  a()")).toEqual([]);
});

test("of many the first are shown, and how many more there are", () => {
	const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
	expect(changedLines("", lines.join("\n"))).toEqual([...lines.slice(0, 12).map((line) => `+ ${line}`), "… 18 more"]);
});

test("whatever the texts: what is shown makes the one of the other", () => {
	const text = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 6 });
	fc.assert(
		fc.property(text, text, (before, after) => {
			const shown = changedLines(before.join("\n"), after.join("\n"));
			const [gone, come] = ["-", "+"].map((sign) =>
				shown.flatMap((line) => (line.startsWith(`${sign} `) ? [line.slice(2)] : [])),
			);
			const count = (list: readonly string[] = [], one: string) => list.filter((line) => line === one).length;
			for (const line of ["a", "b", "c", "d"]) {
				expect(count(before, line) - count(gone, line) + count(come, line)).toBe(count(after, line));
			}
			expect(shown.length === 0).toBe(before.join() === after.join());
		}),
	);
});
