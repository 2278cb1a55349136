/** Finds executions by what their rows say, without looking at the others. */
import type { ExecutionFilter, ExecutionSummary } from "../../../runtime/store/execution-summary.ts";
import { holds, timeOf } from "../filter.ts";
import { compareText, SortedList } from "../sorted-list.ts";
import { compareMoments, type Moment, moveMoment } from "./moments.ts";

type Column = "event" | "waiting_channel" | "parent_execution_id" | "root_execution_id" | "status";

const columns: readonly Column[] = ["event", "waiting_channel", "parent_execution_id", "root_execution_id", "status"];

export class ExecutionIndex {
	readonly #rows = new Map<string, ExecutionSummary>();
	readonly #ids = new SortedList<string>(compareText);
	/** Those that no parent waits for. */
	readonly #roots = new SortedList<string>(compareText);
	/** For every column: its values, and the ids of the rows that have them. */
	readonly #columns: Readonly<Record<Column, Map<string, SortedList<string>>>> = {
		event: new Map(),
		waiting_channel: new Map(),
		parent_execution_id: new Map(),
		root_execution_id: new Map(),
		status: new Map(),
	};
	readonly #updated = new SortedList<Moment>(compareMoments);
	readonly #wake = new SortedList<Moment>(compareMoments);

	get(id: string): ExecutionSummary | undefined {
		return this.#rows.get(id);
	}

	/** Adds a row, or replaces the one of the same id. The row must not be changed afterwards. */
	set(row: ExecutionSummary): void {
		const id = row.execution_id;
		const old = this.#rows.get(id);
		this.#rows.set(id, row);
		if (old === undefined) this.#ids.add(id);
		if (row.root_execution_id === id) this.#roots.add(id);
		else this.#roots.delete(id);
		for (const column of columns) {
			const [was, is] = [old?.[column] ?? null, row[column]];
			if (was === is) continue;
			this.#leave(column, was, id);
			this.#enter(column, is, id);
		}
		moveMoment(this.#updated, id, old === undefined ? null : timeOf(old.updated_at), timeOf(row.updated_at));
		moveMoment(this.#wake, id, old?.wake_at ?? null, row.wake_at);
	}

	delete(id: string): void {
		const old = this.#rows.get(id);
		if (old === undefined) return;
		this.#rows.delete(id);
		this.#ids.delete(id);
		this.#roots.delete(id);
		for (const column of columns) this.#leave(column, old[column], id);
		moveMoment(this.#updated, id, timeOf(old.updated_at), null);
		moveMoment(this.#wake, id, old.wake_at, null);
	}

	/** The ids of the rows with a value in a column, sorted. */
	idsWith(column: Column, value: string): readonly string[] {
		return [...(this.#columns[column].get(value)?.between() ?? [])];
	}

	/** The rows last changed before a time, latest first, those of the same time by id. */
	byAge(before: number = Number.POSITIVE_INFINITY): readonly Moment[] {
		const moments = [...this.#updated.between(0, endOf(this.#updated, before))];
		return moments.sort((a, b) => (a.time === b.time ? compareText(a.id, b.id) : b.time - a.time));
	}

	/** Sorted by id. */
	find(filter: ExecutionFilter): ExecutionSummary[] {
		const { limit = Number.POSITIVE_INFINITY, after = "" } = filter;
		const found: ExecutionSummary[] = [];
		if (limit <= 0) return found;
		for (const id of this.#candidates(filter, after)) {
			const row = this.#rows.get(id);
			if (row === undefined || !holds(row, filter)) continue;
			found.push(row);
			if (found.length >= limit) break;
		}
		return found;
	}

	/** The ids that the most selective of the filter's conditions leaves, sorted. */
	#candidates(filter: ExecutionFilter, after: string): Iterable<string> {
		let ids = filter.rootsOnly === true ? this.#roots : this.#ids;
		for (const [column, value] of conditionsOf(filter)) {
			if (value === undefined) continue;
			const list = this.#columns[column].get(value);
			if (list === undefined) return [];
			if (list.size < ids.size) ids = list;
		}
		let moments: Moment[] | undefined;
		for (const [list, end] of [
			[this.#updated, endOf(this.#updated, filter.updatedBefore)],
			[this.#wake, endOf(this.#wake, filter.wakeBefore, 1)],
		] as const) {
			if (end < (moments?.length ?? ids.size)) moments = [...list.between(0, end)];
		}
		if (moments !== undefined) {
			return moments
				.map(({ id }) => id)
				.filter((id) => id > after)
				.sort(compareText);
		}
		// An item that is the id itself is not after it.
		return ids.between(after === "" ? 0 : ids.countBefore(`${after}\0`));
	}

	#enter(column: Column, value: string | null, id: string): void {
		if (value === null) return;
		const values = this.#columns[column];
		const ids = values.get(value) ?? new SortedList<string>(compareText);
		values.set(value, ids);
		ids.add(id);
	}

	#leave(column: Column, value: string | null, id: string): void {
		if (value === null) return;
		const ids = this.#columns[column].get(value);
		ids?.delete(id);
		if (ids?.size === 0) this.#columns[column].delete(value);
	}
}

function conditionsOf(filter: ExecutionFilter): readonly (readonly [Column, string | undefined])[] {
	return [
		["event", filter.event],
		["waiting_channel", filter.waitingChannel],
		["parent_execution_id", filter.parentExecutionId],
		["root_execution_id", filter.rootExecutionId],
		["status", filter.status],
	];
}

/** How many moments come before a time, or, `including` it, up to it. */
function endOf(list: SortedList<Moment>, time: number | undefined, including: 0 | 1 = 0): number {
	return time === undefined ? Number.POSITIVE_INFINITY : list.countBefore({ time: time + including, id: "" });
}
