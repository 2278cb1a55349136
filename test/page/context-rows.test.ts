/** The tree of a context: what is open, what changed, long texts and long lists. */
import { expect, it } from "vitest";
import { type ContextRow, type ContextView, contextRows } from "../../src/page/context-rows.ts";

function rowsOf(value: unknown, view: Partial<ContextView> = {}): readonly ContextRow[] {
	return contextRows(value, { open: new Map(), changed: [], ...view });
}

function lines(rows: readonly ContextRow[]): string[] {
	return rows.map(({ depth, key, kind, change }) => `${"  ".repeat(depth)}${key} ${kind}${change ? ` ${change}` : ""}`);
}

it("shows every kind of value", () => {
	const value = { text: "hi", number: 1.5, yes: true, none: null, list: [1], empty: {}, object: { a: null } };
	expect(lines(rowsOf(value))).toEqual([
		"text string",
		"number number",
		"yes boolean",
		"none null",
		"list list",
		"  0 number",
		"empty object",
		"object object",
		"  a null",
	]);
});

it("lights what changed, with what it was, and the way to it", () => {
	const before = { draft: { title: "Old", body: "b" }, score: 3, gone: true };
	const value = { draft: { title: "New", body: "b" }, score: 3, added: [] };
	const changed = [["draft", "title"], ["gone"], ["added"]];
	const rows = rowsOf(value, { before, changed });
	expect(lines(rows)).toEqual([
		"draft object within",
		"  title string changed",
		"  body string",
		"score number",
		"added list changed",
		"gone removed changed",
	]);
	expect(rows[1]?.before).toEqual({ value: "Old" });
	expect(rows[4]?.before).toBeUndefined();
	expect(rows[5]?.before).toEqual({ value: true });
});

it("opens the way to a change, however deep it is", () => {
	const value = { a: { b: { c: { d: { e: 1 } } } } };
	expect(rowsOf(value).map(({ key }) => key)).toEqual(["a", "b", "c"]);
	expect(rowsOf(value, { changed: [["a", "b", "c", "d", "e"]] }).map(({ key }) => key)).toEqual([
		"a",
		"b",
		"c",
		"d",
		"e",
	]);
});

it("does what the reader opened and closed", () => {
	const value = { small: { a: 1 }, large: Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`k${n}`, n])) };
	const rows = rowsOf(value);
	expect(rows).toHaveLength(3);
	const open = new Map([
		[rows[0]?.id ?? "", false],
		[rows[2]?.id ?? "", true],
	]);
	expect(rowsOf(value, { open })).toHaveLength(32);
});

it("folds long texts and texts of several lines", () => {
	const rows = rowsOf({ long: "x".repeat(200), lines: "a\nb", short: "x" });
	expect(rows.map(({ isOpen, size }) => [isOpen, size])).toEqual([
		[false, 200],
		[false, 3],
		[undefined, 1],
	]);
});

it("cuts a long list into ranges, of which the one with a change is open", () => {
	const value = { items: Array.from({ length: 1050 }, (_, n) => n) };
	const closed = rowsOf(value);
	expect(closed).toHaveLength(1);
	const open = new Map([[closed[0]?.id ?? "", true]]);
	expect(
		rowsOf(value, { open })
			.slice(1)
			.map(({ key }) => key),
	).toEqual([...Array.from({ length: 10 }, (_, n) => `${n * 100} … ${n * 100 + 99}`), "1000 … 1049"]);
	expect(rowsOf(value, { changed: [["items", "230"]] })).toHaveLength(1 + 11 + 100);
});

it("gives rows ids that are not mixed up by any key, and reads own members only", () => {
	const rows = rowsOf({ "a/1:b": 1, a: { b: 2 }, "": 3 });
	expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
	const [row] = rowsOf({ constructor: "x" }, { before: {}, changed: [["constructor"]] });
	expect(row?.before).toBeUndefined();
	expect(lines(rowsOf(JSON.parse('{"__proto__": {"polluted": true}}')))).toEqual([
		"__proto__ object",
		"  polluted boolean",
	]);
});
