/** `flatstate executions list`: which executions there are, one line for each. */
import pc from "picocolors";
import { printable } from "../../compiler/diagnostics/printable.ts";
import type { ExecutionFilter, ExecutionStatus, ExecutionSummary } from "../../runtime/store/execution-summary.ts";
import type { PersistenceBackend } from "../../runtime/store/persistence-backend.ts";
import { type Column, fitColumns, oneLine, rowLine, titleLine } from "./columns.ts";
import { rounded } from "./execution-path.ts";
import { type StoreCommandOptions, withStore } from "./executions-store.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { wantsColor, writeTo } from "./streams.ts";
import { dollars, timeAgo } from "./time-words.ts";

export interface ListCommandOptions extends StoreCommandOptions {
	readonly status?: ExecutionStatus;
	/** A channel. */
	readonly waiting?: string;
	readonly event?: string;
	/** An execution's id. */
	readonly parent?: string;
	/** Also the children that a parent waits for. */
	readonly all?: boolean;
	/** Seconds since the last change. */
	readonly olderThan?: number;
	readonly limit?: number;
	/** An execution's id. */
	readonly after?: string;
	readonly json?: boolean;
}

/** Rows that are asked for at once: memory stays small however many there are. */
const pageSize = 500;

/**
 * Prints a table where a person looks, lines with tabs for a pipe, or a JSON array.
 * @throws UsageError, StoreError
 */
export function listCommand(options: ListCommandOptions): Promise<ExitCode> {
	return withStore(options, async (store) => {
		const now = Date.now();
		const pages = executionPages(store.persistence, filterOf(options, now), options.limit);
		if (options.json) {
			const rows: ExecutionSummary[] = [];
			for await (const page of pages) rows.push(...page);
			await writeTo(process.stdout, printable(`${JSON.stringify(rows, null, "\t")}\n`));
			return exitCodes.done;
		}
		const print = process.stdout.isTTY
			? tablePrinter({ width: process.stdout.columns || 80, now, color: wantsColor(process.stdout) })
			: plainLines;
		let count = 0;
		for await (const page of pages) {
			count += page.length;
			await writeTo(process.stdout, print(page));
		}
		if (count === 0) await writeTo(process.stderr, `No executions${filterWords(options)} in ${oneLine(store.name)}.\n`);
		return exitCodes.done;
	});
}

/** All executions that a filter matches, page by page; empty pages are left out. */
export async function* executionPages(
	persistence: PersistenceBackend,
	filter: ExecutionFilter,
	limit: number = Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly ExecutionSummary[], void, undefined> {
	let left = limit;
	let { after } = filter;
	while (left > 0) {
		const size = Math.min(pageSize, left);
		const page = await persistence.listExecutions({ ...filter, limit: size, ...(after !== undefined && { after }) });
		if (page.length > 0) yield page;
		if (page.length < size) return;
		left -= page.length;
		after = page.at(-1)?.execution_id;
	}
}

export interface TableOptions {
	/** Columns of the terminal. */
	readonly width: number;
	/** Milliseconds since 1970. */
	readonly now: number;
	readonly color: boolean;
}

/** Makes the table's text page by page. Titles stand above the first page, and above each one that has other widths. */
export function tablePrinter({ width, now, color }: TableOptions): (page: readonly ExecutionSummary[]) => string {
	const paint = pc.createColors(color);
	const columns = listColumns(now, color);
	let titles = "";
	return (page) => {
		const fitted = fitColumns(columns, page, width);
		const before = titles;
		titles = titleLine(fitted, paint.bold);
		const rows = page.map((row) => rowLine(fitted, row)).join("");
		return titles === before ? rows : titles + rows;
	};
}

/** Colours a status as it is: good, bad, or waiting for somebody. */
export function paintStatus(text: string, status: ExecutionStatus, color: boolean): string {
	const paint = pc.createColors(color);
	const paints = {
		active: paint.cyan,
		waiting: paint.yellow,
		stopped: paint.yellow,
		failed: paint.red,
		done: paint.green,
	};
	return paints[status](text);
}

function listColumns(now: number, color: boolean): readonly Column<ExecutionSummary>[] {
	return [
		{ title: "ID", rank: 0, value: ({ execution_id }) => execution_id },
		{ title: "MACHINE", rank: 4, least: 10, value: ({ machine_name }) => machine_name },
		{
			title: "STATUS",
			rank: 1,
			value: ({ status }) => status,
			paint: (text, { status }) => paintStatus(text, status, color),
		},
		{ title: "STATE", rank: 2, least: 8, value: ({ current_state }) => current_state },
		{ title: "STEP", rank: 5, isNumber: true, value: ({ step }) => String(step) },
		{ title: "CALLS", rank: 7, isNumber: true, value: ({ total_api_calls }) => String(total_api_calls) },
		{ title: "COST", rank: 6, isNumber: true, value: ({ total_cost }) => dollars(total_cost) },
		{ title: "UPDATED", rank: 3, value: ({ updated_at }) => timeAgo(updated_at, now) },
	];
}

/** The table's columns without titles, separated by tabs, with the time in full: for `cut` and `awk`. */
function plainLines(page: readonly ExecutionSummary[]): string {
	return page
		.map((row) =>
			[
				row.execution_id,
				row.machine_name,
				row.status,
				row.current_state,
				String(row.step),
				String(row.total_api_calls),
				String(rounded(row.total_cost)),
				row.updated_at,
			]
				.map(oneLine)
				.join("\t"),
		)
		.map((line) => `${line}\n`)
		.join("");
}

function filterOf(options: ListCommandOptions, now: number): ExecutionFilter {
	const { status, waiting, event, parent, all = false, olderThan, after } = options;
	return {
		// Whoever asks for what belongs to a parent, or waits on a channel, wants the children, too.
		...(!all && parent === undefined && waiting === undefined && { rootsOnly: true }),
		...(status !== undefined && { status }),
		...(waiting !== undefined && { waitingChannel: waiting }),
		...(event !== undefined && { event }),
		...(parent !== undefined && { parentExecutionId: parent }),
		...(olderThan !== undefined && { updatedBefore: now - olderThan * 1000 }),
		...(after !== undefined && { after }),
	};
}

function filterWords({ status, waiting, event, parent, olderThan, after }: ListCommandOptions): string {
	const isFiltered = [status, waiting, event, parent, olderThan, after].some((option) => option !== undefined);
	return isFiltered ? " like that" : "";
}
