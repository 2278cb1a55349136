/** Finds executions in a Keyv by the sorted sets of their ids. */
import type { ExecutionFilter, ExecutionSummary } from "../../../runtime/store/execution-summary.ts";
import { holds, timeOf } from "../filter.ts";
import { compareText } from "../sorted-list.ts";
import { idAfterTime, minuteOf, padded, readHead } from "./execution-rows.ts";
import { membersOf, type SetName } from "./sorted-sets.ts";
import type { Transaction } from "./transaction.ts";

/** Heads that are read at once. */
const batch = 32;

/** The rows that a filter finds, sorted by id. Reads the rows of one index, those that find the fewest first. */
export async function find(rows: Transaction, filter: ExecutionFilter): Promise<ExecutionSummary[]> {
	const { limit = Number.POSITIVE_INFINITY, after = "" } = filter;
	const found: ExecutionSummary[] = [];
	if (limit <= 0) return found;
	for await (const ids of inBatches(candidates(rows, filter, after))) {
		for (const row of await rowsOf(rows, ids)) {
			if (!holds(row, filter)) continue;
			found.push(row);
			if (found.length >= limit) return found;
		}
	}
	return found;
}

/** The children that an execution waited for, and theirs, after itself. */
export async function familyOf(rows: Transaction, executionId: string): Promise<readonly string[]> {
	const family = new Set([executionId]);
	for await (const member of membersOf(rows, { name: "root", value: executionId })) family.add(member);
	for (const member of family) {
		const children: string[] = [];
		for await (const child of membersOf(rows, { name: "parent", value: member })) children.push(child);
		for (const row of await rowsOf(rows, children)) {
			if (row.root_execution_id !== row.execution_id) family.add(row.execution_id);
		}
	}
	return [...family];
}

/** Executions that no parent waits for, or whose root is gone, last changed before a time, latest first, then by id. */
export async function rootsByAge(rows: Transaction, before: number = Number.POSITIVE_INFINITY): Promise<string[]> {
	const found: ExecutionSummary[] = [];
	for await (const ids of inBatches(idsBefore(rows, "updated", minuteOf(before + 60_000)))) {
		for (const row of await rowsOf(rows, ids)) {
			if (timeOf(row.updated_at) < before && (await isCounted(rows, row))) found.push(row);
		}
	}
	const age = (a: ExecutionSummary, b: ExecutionSummary) => {
		const [first, second] = [timeOf(a.updated_at), timeOf(b.updated_at)];
		return first === second ? compareText(a.execution_id, b.execution_id) : second - first;
	};
	return found.sort(age).map((row) => row.execution_id);
}

async function isCounted(rows: Transaction, row: ExecutionSummary): Promise<boolean> {
	const { execution_id, root_execution_id } = row;
	return root_execution_id === execution_id || (await rowsOf(rows, [root_execution_id])).length === 0;
}

async function* candidates(rows: Transaction, filter: ExecutionFilter, after: string): AsyncGenerator<string> {
	const { waitingChannel, parentExecutionId, rootExecutionId, rootsOnly } = filter;
	const { wakeBefore, status, event, updatedBefore } = filter;
	const inSet = (name: string, value: string) => membersOf(rows, { name, value }, after === "" ? {} : { after });
	if (waitingChannel !== undefined) return yield* inSet("channel", waitingChannel);
	if (parentExecutionId !== undefined) return yield* inSet("parent", parentExecutionId);
	if (rootExecutionId !== undefined) {
		return yield* sorted(withRoot(rows, rootExecutionId), after);
	}
	if (wakeBefore !== undefined) return yield* sorted(idsBefore(rows, "wake", padded(wakeBefore + 1)), after);
	// Who runs or waits is a few; who is done is many.
	if (status !== undefined && status !== "done") return yield* inSet("status", status);
	if (updatedBefore !== undefined) {
		return yield* sorted(idsBefore(rows, "updated", minuteOf(updatedBefore + 60_000)), after);
	}
	if (status !== undefined) return yield* inSet("status", status);
	if (event !== undefined) return yield* inSet("event", event);
	yield* inSet(rootsOnly === true ? "top" : "all", "");
}

async function* withRoot(rows: Transaction, root: string): AsyncGenerator<string> {
	yield root;
	yield* membersOf(rows, { name: "root", value: root });
}

async function* idsBefore(rows: Transaction, name: SetName["name"], below: string): AsyncGenerator<string> {
	for await (const member of membersOf(rows, { name, value: "" }, { below })) yield idAfterTime(member);
}

async function* sorted(ids: AsyncIterable<string>, after: string): AsyncGenerator<string> {
	const all: string[] = [];
	for await (const id of ids) {
		if (after === "" || id > after) all.push(id);
	}
	yield* all.sort(compareText);
}

async function* inBatches(ids: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
	let some: string[] = [];
	for await (const id of ids) {
		if (some.push(id) < batch) continue;
		yield some;
		some = [];
	}
	yield some;
}

async function rowsOf(rows: Transaction, ids: readonly string[]): Promise<ExecutionSummary[]> {
	const heads = await Promise.all(ids.map((id) => readHead(rows, id)));
	return heads.flatMap((head) => head?.summary ?? []);
}
