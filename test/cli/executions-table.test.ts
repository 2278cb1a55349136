import { describe, expect, it } from "vitest";
import type { ExecutionSummary } from "../../runtime/store/execution-summary.ts";
import { type Column, fitColumns, rowLine, titleLine } from "../../src/cli/columns.ts";
import { tablePrinter } from "../../src/cli/executions-list.ts";
import { textWidth } from "../../src/cli/text-width.ts";
import { dollars, durationWords, timeAgo } from "../../src/cli/time-words.ts";

const now = Date.parse("2026-03-01T12:00:00Z");

function summary(changes: Partial<ExecutionSummary>): ExecutionSummary {
	return {
		execution_id: "3f2a9c1e-7d4b-4a57-9c3e-0b8d2f6a1e55",
		root_execution_id: "r",
		parent_execution_id: null,
		machine_name: "invoice-review",
		status: "done",
		event: "machine_end",
		current_state: "end",
		step: 12,
		waiting_channel: null,
		wake_at: null,
		total_api_calls: 30,
		total_cost: 0.0123,
		error: null,
		created_at: "2026-03-01T11:00:00.000000+00:00",
		updated_at: "2026-03-01T11:57:00.000000+00:00",
		...changes,
	};
}

const table = (rows: readonly ExecutionSummary[], width: number) =>
	tablePrinter({ width, now, color: false })(rows).split("\n").slice(0, -1);

describe("the table of executions", () => {
	it("has every column where there is room", () => {
		expect(table([summary({})], 120)).toEqual([
			"ID                                    MACHINE         STATUS  STATE  STEP  CALLS     COST  UPDATED",
			"3f2a9c1e-7d4b-4a57-9c3e-0b8d2f6a1e55  invoice-review  done    end      12     30  $0.0123  3 min ago",
		]);
	});

	it("cuts names and leaves out columns, but never an id, where the terminal is narrow", () => {
		const rows = [summary({ status: "waiting", current_state: "wait_for_approval_of_the_office" })];
		expect(table(rows, 80)).toEqual([
			"ID                                    MACHINE     STATUS   STATE       UPDATED",
			"3f2a9c1e-7d4b-4a57-9c3e-0b8d2f6a1e55  invoice-r…  waiting  wait_for_…  3 min ago",
		]);
		expect(table(rows, 50)).toEqual([
			"ID                                    STATUS",
			"3f2a9c1e-7d4b-4a57-9c3e-0b8d2f6a1e55  waiting",
		]);
	});

	it("cuts ids only where not even id and status have room", () => {
		expect(table([summary({})], 30)).toEqual(["ID                      STATUS", "3f2a9c1e-7d4b-4a57-9c…  done"]);
	});

	it.each([20, 34, 50, 61, 80, 100, 200])("keeps every line within %i columns, whatever the texts", (width) => {
		const rows = [
			summary({ machine_name: "請求書の確認と承認の流れ", current_state: "承認待ち承認待ち" }),
			summary({ machine_name: "x".repeat(300), status: "failed", total_api_calls: 123_456, total_cost: 1234.5 }),
			summary({ execution_id: "a", machine_name: "", current_state: "" }),
		];
		const widths = table(rows, width).map(textWidth);
		expect(widths).toHaveLength(4);
		expect(Math.max(...widths)).toBeLessThanOrEqual(width);
	});

	it("repeats its titles only above a page with other widths", () => {
		const print = tablePrinter({ width: 120, now, color: false });
		expect(print([summary({})])).toMatch(/^ID /);
		expect(print([summary({ status: "failed" })])).toMatch(/^3f2a/);
		expect(print([summary({ execution_id: `${"x".repeat(50)}end` })])).toMatch(/^ID [^\n]*\nx{50}end /);
	});

	it("escapes what could steer the terminal or break the line", () => {
		const [, row = ""] = table([summary({ machine_name: "a\u001b[2Jb\nc\td\u202e" })], 200);
		expect(row).toContain("  a\\u001b[2Jb\\nc\\td\\u202e  ");
	});

	it("colours the status alone, and only where it may", () => {
		const colored = tablePrinter({ width: 120, now, color: true })([summary({ status: "failed" })]);
		expect(colored).toContain("\u001b[31mfailed\u001b[39m  end");
		expect(table([summary({ status: "failed" })], 120).join("")).not.toContain("\u001b");
	});
});

describe("columns", () => {
	const columns: Column<{ readonly a: string; readonly n: number }>[] = [
		{ title: "A", rank: 0, value: ({ a }) => a },
		{ title: "N", rank: 1, isNumber: true, value: ({ n }) => String(n) },
	];

	it("put numbers at the right edge, and no blanks at the end of a line", () => {
		const rows = [
			{ a: "one", n: 1 },
			{ a: "a", n: 100 },
		];
		const fitted = fitColumns(columns, rows, Number.POSITIVE_INFINITY);
		expect(titleLine(fitted, (text) => text)).toBe("A      N\n");
		expect(rows.map((row) => rowLine(fitted, row))).toEqual(["one    1\n", "a    100\n"]);
		expect(rowLine(fitColumns([...columns].reverse(), rows, 80), { a: "", n: 1 })).toBe("  1\n");
	});

	it("count wide characters as two", () => {
		const fitted = fitColumns(columns, [{ a: "日本", n: 1 }], 80);
		expect(rowLine(fitted, { a: "日本", n: 1 })).toBe("日本  1\n");
		expect(rowLine(fitted, { a: "ab", n: 1 })).toBe("ab    1\n");
	});
});

describe("words for times", () => {
	it.each([
		["2026-03-01T12:00:00Z", "now"],
		["2026-03-01T12:10:00Z", "now"],
		["2026-03-01T11:59:18.000000+00:00", "42 s ago"],
		["2026-03-01T11:00:01Z", "59 min ago"],
		["2026-02-28T13:00:00Z", "23 h ago"],
		["2026-02-22T12:00:00Z", "7 d ago"],
		["2025-03-01T12:00:00Z", "2025-03-01"],
		["yesterday", ""],
		["", ""],
	])("says of %j: %j", (time, words) => {
		expect(timeAgo(time, now)).toBe(words);
	});

	it.each([
		[0, "0 ms"],
		[0.0354, "35 ms"],
		[0.9999, "1.0 s"],
		[59.9, "59.9 s"],
		[59.99, "1 min 0 s"],
		[3599.6, "1 h 0 min"],
		[7500, "2 h 5 min"],
		[273_600, "3 d 4 h"],
	])("says of %d seconds: %j", (seconds, words) => {
		expect(durationWords(seconds)).toBe(words);
	});

	it.each([
		[0, "$0"],
		[0.00004, "$0.0000"],
		[12.5, "$12.5000"],
	])("says of %d dollars: %j", (cost, words) => {
		expect(dollars(cost)).toBe(words);
	});
});
