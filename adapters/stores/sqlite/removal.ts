/** Deleting executions with all that they have, in pieces, so that neither this process nor another waits for long. */
import { resultUri } from "../../../runtime/results/result-uri.ts";
import type { PruneOptions } from "../../../runtime/store/persistence-backend.ts";
import { checkPrune } from "../prune-limits.ts";
import type { Connection } from "./connection.ts";
import { minuteOf } from "./executions.ts";
import { closeJoinsOf } from "./joins.ts";
import type { SqliteLock } from "./lock.ts";
import { column, prefixRange } from "./rows.ts";

/** Checkpoints, and rows of the log, that one transaction deletes; executions where they have fewer. */
const pieceSize = 100;

/** Deletes an execution and the children that it waited for, children first. */
export async function deleteFamily(connection: Connection, lock: SqliteLock, executionId: string): Promise<void> {
	const ids = connection.transaction(() => beginDeletion(connection, lock, executionId));
	await connection.inPieces(() => deletePiece(connection, ids));
}

/** @returns how many executions were deleted, children not counted @throws StoreError `invalid_prune` */
export async function pruneExecutions(
	connection: Connection,
	lock: SqliteLock,
	now: number,
	options: PruneOptions,
): Promise<number> {
	checkPrune(options);
	const { maxAgeSeconds, maxCount } = options;
	let deleted = 0;
	if (maxAgeSeconds !== undefined) {
		deleted += await pruneAll(connection, lock, olderThan(connection, now - maxAgeSeconds * 1000));
	}
	if (maxCount !== undefined) deleted += await pruneAll(connection, lock, allBut(connection, Math.floor(maxCount)));
	return deleted;
}

/** Deletes what is small, and whatever makes the execution one. Call it in a transaction. */
export function deleteRow(connection: Connection, executionId: string): void {
	connection.sql("DELETE FROM machine_latest WHERE execution_id = ?").run([executionId]);
	connection.sql("DELETE FROM flatstate_executions WHERE execution_id = ?").run([executionId]);
	connection.sql("DELETE FROM flatstate_origins WHERE execution_id = ?").run([executionId]);
	connection.sql("DELETE FROM execution_leases WHERE execution_id = ?").run([executionId]);
	connection.sql("DELETE FROM flatstate_log WHERE execution_id = ?").run([executionId]);
	connection.sql("DELETE FROM signals WHERE execution_id = ?").run([executionId]);
	closeJoinsOf(connection, executionId);
	// An id that has no address for results has none.
	if (isAddressable(executionId)) {
		connection
			.sql("DELETE FROM flatstate_results WHERE uri >= ? AND uri < ?")
			.run(prefixRange(resultUri(executionId).replace(/result$/, "")));
	}
	// Last: the triggers have marked what was deleted above.
	connection.sql("DELETE FROM flatstate_foreign WHERE execution_id = ?").run([executionId]);
}

interface Candidate {
	readonly id: string;
	readonly updatedMs: number;
}

/** Those that count: no parent waits for them. */
const isRoot = `(e.root_execution_id = e.execution_id OR NOT EXISTS (
	SELECT 1 FROM flatstate_executions r WHERE r.execution_id = e.root_execution_id))`;

function olderThan(connection: Connection, time: number): readonly Candidate[] {
	return candidates(
		connection,
		`SELECT e.execution_id, e.updated_ms FROM flatstate_executions e
		WHERE e.updated_minute <= ? AND e.updated_ms < ? AND ${isRoot}`,
		[minuteOf(time), time],
	);
}

function allBut(connection: Connection, count: number): readonly Candidate[] {
	return candidates(
		connection,
		`SELECT e.execution_id, e.updated_ms FROM flatstate_executions e WHERE ${isRoot}
		ORDER BY e.updated_minute DESC, e.updated_ms DESC, e.execution_id LIMIT -1 OFFSET ?`,
		[count],
	);
}

function candidates(connection: Connection, sql: string, values: readonly number[]): readonly Candidate[] {
	return connection.read(() =>
		connection
			.sql(sql)
			.all(values)
			.map((row) => ({ id: String(row.execution_id), updatedMs: Number(row.updated_ms) })),
	);
}

async function pruneAll(connection: Connection, lock: SqliteLock, all: readonly Candidate[]): Promise<number> {
	const waiting = [...all].reverse();
	const ids: string[] = [];
	let deleted = 0;
	await connection.inPieces(() => {
		for (let started = 0; started < pieceSize && ids.length < pieceSize; started++) {
			const next = waiting.pop();
			if (next === undefined) break;
			if (lock.holderNow(next.id) !== null || !isUnchanged(connection, next)) continue;
			ids.push(...beginDeletion(connection, lock, next.id));
			deleted++;
		}
		return deletePiece(connection, ids) && waiting.length === 0;
	});
	return deleted;
}

/** Another process may have gone on with it since it was found. */
function isUnchanged(connection: Connection, { id, updatedMs }: Candidate): boolean {
	const row = connection.sql("SELECT updated_ms FROM flatstate_executions WHERE execution_id = ?").get([id]);
	return row !== undefined && Number(row.updated_ms) === updatedMs;
}

/** From here on nobody can go on with the execution, as its lease is taken. @returns ids, children before parents */
function beginDeletion(connection: Connection, lock: SqliteLock, executionId: string): string[] {
	lock.take(executionId, "deleting");
	const rows = connection
		.sql(
			`WITH RECURSIVE family(id) AS (
				VALUES (?)
				UNION SELECT e.execution_id FROM family JOIN flatstate_executions e ON e.parent_execution_id = family.id
				WHERE e.root_execution_id <> e.execution_id
			) SELECT id FROM family
			UNION ALL SELECT execution_id FROM flatstate_executions WHERE root_execution_id = ?`,
		)
		.all([executionId, executionId]);
	return [
		...new Set(
			column(
				rows.map(({ id }) => ({ id })),
				"id",
			),
		),
	].reverse();
}

/** Deletes a piece of the executions in `ids`, and takes those that are gone off it. @returns whether all are gone */
function deletePiece(connection: Connection, ids: string[]): boolean {
	for (let size = 0; size < pieceSize; ) {
		const [id] = ids;
		if (id === undefined) return true;
		const checkpoints = connection.sql(
			`DELETE FROM machine_checkpoints WHERE rowid IN (
				SELECT rowid FROM machine_checkpoints WHERE checkpoint_key >= ? AND checkpoint_key < ?
				ORDER BY checkpoint_key LIMIT ?)`,
		);
		checkpoints.run([...prefixRange(`${id}/`), pieceSize]);
		const deletedCheckpoints = changes(connection);
		const log = connection.sql(
			`DELETE FROM flatstate_log WHERE execution_id = ? AND (step, place) IN (
				SELECT step, place FROM flatstate_log WHERE execution_id = ? ORDER BY step, place LIMIT ?)`,
		);
		log.run([id, id, pieceSize]);
		const deletedRows = changes(connection);
		size += Math.max(deletedCheckpoints, deletedRows, 1);
		if (deletedCheckpoints === pieceSize || deletedRows === pieceSize) continue;
		deleteRow(connection, id);
		ids.shift();
	}
	return ids.length === 0;
}

function changes(connection: Connection): number {
	return Number(connection.sql("SELECT changes() AS n").get([])?.n);
}

function isAddressable(executionId: string): boolean {
	try {
		return resultUri(executionId) !== "";
	} catch {
		return false;
	}
}
