/** What a run has spent, by machine, state and agent: rows of plain JSON, added up as the run goes on. */
import { isRecord } from "../document/plain-data.ts";

/** Calls, dollars and tokens of one agent in one state. */
export interface Spending {
	/** Name of the machine that the state belongs to. "" for the rest, where a run has more than `mostRows`. */
	readonly machine: string;
	readonly state: string;
	readonly agent: string;
	readonly calls: number;
	/** US dollars. */
	readonly cost: number;
	readonly input_tokens: number;
	readonly output_tokens: number;
	readonly total_tokens: number;
}

/** Rows are stored with each checkpoint: what goes beyond is one row together. */
export const mostRows = 100;

/** Both together; rows of the same machine, state and agent are one. */
export function addSpending(rows: readonly Spending[], more: readonly Spending[] | undefined): readonly Spending[] {
	if (more === undefined || more.length === 0) return rows;
	const sums = [...rows];
	for (const row of more) {
		if (add(sums, row)) continue;
		if (sums.length < mostRows) sums.push(row);
		else {
			const rest = { ...row, machine: "", state: "", agent: "" };
			if (!add(sums, rest)) sums.push(rest);
		}
	}
	return sums;
}

/** Adds to the row of the same names. @returns whether there is one */
function add(sums: Spending[], { machine, state, agent, ...more }: Spending): boolean {
	const index = sums.findIndex((row) => row.state === state && row.agent === agent && row.machine === machine);
	const row = sums[index];
	if (row === undefined) return false;
	sums[index] = {
		...row,
		calls: row.calls + more.calls,
		cost: row.cost + more.cost,
		input_tokens: row.input_tokens + more.input_tokens,
		output_tokens: row.output_tokens + more.output_tokens,
		total_tokens: row.total_tokens + more.total_tokens,
	};
	return true;
}

/** Rows that were JSON; what is no row is left out. */
export function readSpending(value: unknown): readonly Spending[] {
	if (!Array.isArray(value)) return [];
	const text = (given: unknown): string => (typeof given === "string" ? given : "");
	const amount = (given: unknown): number => (typeof given === "number" ? Math.max(0, given) : 0);
	return value.filter(isRecord).map((row) => ({
		machine: text(row.machine),
		state: text(row.state),
		agent: text(row.agent),
		calls: amount(row.calls),
		cost: amount(row.cost),
		input_tokens: amount(row.input_tokens),
		output_tokens: amount(row.output_tokens),
		total_tokens: amount(row.total_tokens),
	}));
}

/** The rows added up by `name`, in the order in which they were first spent. */
export function spendingBy(rows: readonly Spending[], name: "state" | "agent"): readonly Spending[] {
	const other = name === "state" ? "agent" : "state";
	return addSpending(
		[],
		rows.map((row) => ({ ...row, [other]: "" })),
	);
}
