/** Rows for what something else than flatstate wrote: triggers mark it (schema.ts), and it is read before rows are. */
import { type CheckpointKey, parseCheckpointKey } from "../../../runtime/checkpoint/checkpoint-key.ts";
import { StoreError } from "../../../runtime/store/errors.ts";
import { type KnownRow, summaryOfSaved } from "../foreign-snapshot.ts";
import type { Connection } from "./connection.ts";
import { readRow, summaryColumns, summaryValues } from "./executions.ts";
import { deleteRow } from "./removal.ts";
import { column, prefixRange, textOf, textOfBytes, textOrNull } from "./rows.ts";

/** Brings the rows of all marked executions up to date. Costs one look into an empty table where nothing is marked. */
export function readForeign(connection: Connection): void {
	const marked = () => column(connection.sql("SELECT execution_id FROM flatstate_foreign").all([]), "execution_id");
	if (connection.read(marked).length === 0) return;
	connection.transaction(() => {
		for (const executionId of marked()) {
			readOne(connection, executionId);
			connection.sql("DELETE FROM flatstate_foreign WHERE execution_id = ?").run([executionId]);
		}
	});
}

/** A key that any program may have written; null for one of another form. */
export function readKey(key: string): CheckpointKey | null {
	try {
		return parseCheckpointKey(key);
	} catch (error) {
		if (error instanceof StoreError) return null;
		throw error;
	}
}

function readOne(connection: Connection, executionId: string): void {
	const pointer = connection
		.sql("SELECT latest_key, updated_at FROM machine_latest WHERE execution_id = ?")
		.get([executionId]);
	const key = textOrNull(pointer?.latest_key);
	if (key === null) {
		if (!hasCheckpoints(connection, executionId)) deleteRow(connection, executionId);
		return;
	}
	// A pointer to nowhere, or into another execution, must not keep all others from being found.
	if (readKey(key)?.executionId !== executionId) return;
	const snapshot = connection.sql("SELECT snapshot_json FROM machine_checkpoints WHERE checkpoint_key = ?").get([key]);
	const saved = Date.parse(textOf(pointer?.updated_at));
	const summary = summaryOfSaved(
		key,
		textOfBytes(snapshot?.snapshot_json) ?? "",
		knownRow(connection, executionId),
		Number.isNaN(saved) ? 0 : saved,
	);
	const marks = summaryColumns.map(() => "?").join(", ");
	connection
		.sql(`INSERT OR REPLACE INTO flatstate_executions(${summaryColumns.join(", ")}) VALUES (${marks})`)
		.run(summaryValues(summary));
	// No move of the pointer: the trigger for it does not fire.
	connection.sql("UPDATE machine_latest SET flatstate_key = latest_key WHERE execution_id = ?").run([executionId]);
}

function knownRow(connection: Connection, executionId: string): KnownRow | null {
	const row = connection
		.sql(
			`SELECT e.*, o.execution_id AS started FROM flatstate_executions e
			LEFT JOIN flatstate_origins o ON o.execution_id = e.execution_id WHERE e.execution_id = ?`,
		)
		.get([executionId]);
	return row === undefined ? null : { row: readRow(row, connection.name), committed: textOrNull(row.started) !== null };
}

function hasCheckpoints(connection: Connection, executionId: string): boolean {
	const sql = "SELECT 1 FROM machine_checkpoints WHERE checkpoint_key >= ? AND checkpoint_key < ? LIMIT 1";
	return connection.sql(sql).get(prefixRange(`${executionId}/`)) !== undefined;
}
