/** Numbers as words, arrows as paths, and which rows of a list are drawn. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { answerText, formatCost, formatDuration, formatOffset, previewOf } from "../../src/page/format.ts";
import { routePath } from "../../src/page/route-path.ts";
import { scrollToRow, windowOfRows } from "../../src/page/window-of-rows.ts";

it.each([
	[0, "0 ms"],
	[999.4, "999 ms"],
	[1204, "1.20 s"],
	[59_940, "59.9 s"],
	[83_000, "1 m 23 s"],
	[7_500_000, "2 h 5 m"],
	[260_000_000, "3 d 0 h"],
])("says %j milliseconds as %j", (milliseconds, words) => {
	expect(formatDuration(milliseconds)).toBe(words);
});

it.each([
	[0, "$0"],
	[0.0000001, "<$0.000001"],
	[0.00001, "$0.00001"],
	[0.0123, "$0.0123"],
	[12.345, "$12.35"],
])("says %j dollars as %j", (dollars, words) => {
	expect(formatCost(dollars)).toBe(words);
});

it("says a time as seconds after the start", () => {
	expect(formatOffset(1204)).toBe("+1.204 s");
	expect(formatOffset(-5)).toBe("−0.005 s");
	expect(formatOffset(120_000)).toBe("+2 m 0 s");
});

it("shows the beginning of any value in one short line", () => {
	expect(previewOf({ a: [1, "x"], b: null })).toBe('{a: [1, "x"], b: null}');
	expect(previewOf("two\n lines")).toBe("two lines");
	fc.assert(
		fc.property(fc.jsonValue(), (value) => {
			const text = previewOf(value, 40);
			expect(text.length).toBeLessThanOrEqual(41);
			expect(text).not.toContain("\n");
		}),
	);
	expect(answerText({ content: "Hello" })).toBe("Hello");
	expect(answerText({ content: "Hello", score: 1 })).toBe('{content: "Hello", score: 1}');
});

it("draws an arrow through its bends with round corners", () => {
	const points = [
		{ x: 0, y: 0 },
		{ x: 0, y: 20 },
		{ x: 30, y: 20 },
	];
	expect(routePath(points)).toBe("M0 0L0 14Q0 20 6 20L30 20");
	expect(routePath([])).toBe("");
	expect(
		routePath([
			{ x: 1, y: 1 },
			{ x: 1, y: 1 },
			{ x: 2, y: 2 },
		]),
	).not.toContain("NaN");
});

it("draws the rows in sight and a few around them, never more", () => {
	const anyList = fc.record({ count: fc.nat(20_000), top: fc.nat(600_000), height: fc.nat(2000) });
	fc.assert(
		fc.property(anyList, ({ count, top, height }) => {
			const { first, end } = windowOfRows(count, 26, top, height);
			expect(end - first).toBeLessThanOrEqual(height / 26 + 20);
			expect(first).toBeGreaterThanOrEqual(0);
			expect(end).toBeLessThanOrEqual(count);
			for (const row of [Math.floor(top / 26), Math.floor((top + height - 1) / 26)]) {
				if (row >= 0 && row < count && height > 0) expect(row >= first && row < end).toBe(true);
			}
		}),
	);
});

it("scrolls no further than it must for a row to be seen", () => {
	expect(scrollToRow(0, 26, 100, 200)).toBe(0);
	expect(scrollToRow(5, 26, 100, 200)).toBe(100);
	expect(scrollToRow(20, 26, 100, 200)).toBe(346);
});
