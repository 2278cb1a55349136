/** Checkpoints and pointers that something else writes, by the layout of spec section 13.4: rows are made of snapshots. */
import { type CheckpointKey, parseCheckpointKey } from "../../../runtime/checkpoint/checkpoint-key.ts";
import { StoreError } from "../../../runtime/store/errors.ts";
import { summaryOfSaved } from "../foreign-snapshot.ts";
import { parseSummary } from "../stored-summary.ts";
import type { Database, Queries } from "./database.ts";
import { checkedId, isStorable } from "./stored-name.ts";
import { columnsOf, summaryTypes, valuesOf } from "./summary-row.ts";
import type { Tables } from "./tables.ts";

export interface ForeignWrites {
	readonly database: Database;
	readonly tables: Tables;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

/** Stores a checkpoint, or moves the pointer to the latest. @throws StoreError `invalid_checkpoint_key` */
export function saveForeign(writes: ForeignWrites, key: string, value: Uint8Array): Promise<void> {
	const { database, tables } = writes;
	const { executionId, name } = parseKey(key);
	const text = Buffer.from(value).toString("utf8");
	if (name === "latest") {
		if (parseKey(text).executionId !== executionId) {
			throw new StoreError("invalid_checkpoint_key", `${key} cannot point to ${text}, another execution's checkpoint.`);
		}
		return database.transaction((query) => point(query, writes, executionId, text));
	}
	const isText = isStorable(text) && Buffer.from(text).equals(value);
	const bytes = Buffer.from(value);
	return database.transaction(async (query) => {
		await query(
			`INSERT INTO ${tables.checkpoints} (key, body, bytes) VALUES ($1, $2, $3)
				ON CONFLICT (key) DO UPDATE SET
					seq = excluded.seq, body = excluded.body, bytes = excluded.bytes, progress = NULL`,
			[key, isText ? text : null, isText ? null : bytes],
		);
		const rows = await query(`SELECT latest_key FROM ${tables.executions} WHERE id = $1 FOR UPDATE`, [executionId]);
		if (rows[0]?.latest_key === key) await point(query, writes, executionId, key);
	});
}

/** Deletes a checkpoint and the pointer to it, or the pointer alone. @throws StoreError `invalid_checkpoint_key` */
export async function deleteForeign({ database, tables }: ForeignWrites, key: string): Promise<void> {
	const { executionId, name } = parseKey(key);
	await database.repeat(
		name === "latest"
			? `UPDATE ${tables.executions} SET latest_key = NULL WHERE id = $1 AND $2::text IS NOT NULL`
			: `WITH pointer AS (UPDATE ${tables.executions} SET latest_key = NULL WHERE id = $1 AND latest_key = $2)
				DELETE FROM ${tables.checkpoints} WHERE key = $2`,
		[executionId, key],
	);
}

/** A key that can be stored. @throws StoreError `invalid_checkpoint_key` */
export function parseKey(key: string): CheckpointKey {
	const parsed = parseCheckpointKey(key);
	checkedId(parsed.executionId, "invalid_checkpoint_key");
	checkedId(parsed.name, "invalid_checkpoint_key");
	return parsed;
}

/** Makes the row by the snapshot; one that is not there, or cannot be read, leaves it as it was. */
async function point(query: Queries, { database, tables, now }: ForeignWrites, id: string, key: string): Promise<void> {
	const [row] = await query(`SELECT summary, committed FROM ${tables.executions} WHERE id = $1 FOR UPDATE`, [id]);
	const [checkpoint] = await query(`SELECT body FROM ${tables.checkpoints} WHERE key = $1`, [key]);
	const text = typeof checkpoint?.body === "string" ? checkpoint.body : "";
	const known = row && { row: parseSummary(row.summary, database.name), committed: row.committed === true };
	const columns = columnsOf(summaryOfSaved(key, text, known ?? null, now()));
	const types = Object.entries(summaryTypes);
	const names = ["summary", "latest_key", "updated_hour", ...types.map(([name]) => name)];
	const parameters = types.map(([, type], index) => `$${index + 4}::${type}`);
	await query(
		`INSERT INTO ${tables.executions} (${names.join(", ")})
			VALUES ($1, $2, $3::bigint / 3600000, ${parameters.join(", ")})
			ON CONFLICT (id) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(", ")}`,
		[columns.summary, key, columns.updated_at, ...valuesOf(columns)],
	);
}
