/** Deleting whole executions: with checkpoints, log, result and the children that they waited for. */
import type { PruneOptions } from "../../../runtime/store/persistence-backend.ts";
import { checkPrune } from "../prune-limits.ts";
import type { Database, Queries, Row } from "./database.ts";
import { closeJoinsOf } from "./joins.ts";
import type { PostgresLock } from "./lock.ts";
import type { Tables } from "./tables.ts";

/** Roots that are deleted in one transaction, so that none takes long. */
const rootsAtOnce = 500;

/** Deletes an execution and its lease: whoever still writes it loses the lease. */
export function deleteExecution(database: Database, tables: Tables, id: string): Promise<void> {
	return database.transaction(async (query) => {
		await query(`DELETE FROM ${tables.leases} WHERE key = $1`, [id]);
		await deleteFamilies(query, tables, [id]);
	});
}

/** @throws StoreError `invalid_prune` */
export async function prune(
	database: Database,
	tables: Tables,
	lock: PostgresLock,
	now: number,
	options: PruneOptions,
): Promise<number> {
	checkPrune(options);
	const { maxAgeSeconds, maxCount } = options;
	if (maxAgeSeconds === undefined && maxCount === undefined) return 0;
	let deleted = 0;
	if (maxAgeSeconds !== undefined) {
		const before = Math.ceil(now - maxAgeSeconds * 1000);
		const old = await database.read(
			`SELECT id FROM ${tables.executions} AS execution WHERE ${isCounted(tables)}
				AND updated_at < $1::bigint AND updated_hour <= $1::bigint / 3600000 ORDER BY id`,
			[before],
		);
		deleted += await deleteRoots(database, tables, lock, old);
	}
	if (maxCount !== undefined) {
		const surplus = await database.read(
			`SELECT id FROM ${tables.executions} AS execution WHERE ${isCounted(tables)} ORDER BY updated_at DESC, id OFFSET $1::bigint`,
			[Math.floor(maxCount)],
		);
		deleted += await deleteRoots(database, tables, lock, surplus);
	}
	return deleted;
}

/** No parent waits for it, or its root is gone. */
function isCounted({ executions }: Tables): string {
	return `(root_id = id OR NOT EXISTS (SELECT FROM ${executions} AS root WHERE root.id = execution.root_id))`;
}

async function deleteRoots(
	database: Database,
	tables: Tables,
	lock: PostgresLock,
	rows: readonly Row[],
): Promise<number> {
	let deleted = 0;
	for (let start = 0; start < rows.length; start += rootsAtOnce) {
		const ids = rows.slice(start, start + rootsAtOnce).map(({ id }) => String(id));
		deleted += await database.transaction(async (query) => {
			// Our leases last as long as this transaction, so that nobody starts to run what is being deleted.
			const free = await lock.acquireFree(query, ids);
			await deleteFamilies(query, tables, free);
			await query(`DELETE FROM ${tables.leases} WHERE key = ANY ($1::text[])`, [free]);
			return free.length;
		});
	}
	return deleted;
}

async function deleteFamilies(query: Queries, tables: Tables, ids: readonly string[]): Promise<void> {
	const rows = await query(
		`WITH RECURSIVE family (id) AS (
			SELECT unnest($1::text[]) COLLATE "C"
			UNION
			SELECT child.id FROM ${tables.executions} AS child
			JOIN family ON child.parent_id = family.id AND child.id <> child.root_id
		) SELECT id FROM family UNION SELECT id FROM ${tables.executions} WHERE root_id = ANY ($1::text[])`,
		[ids],
	);
	const all = [...new Set([...ids, ...rows.map(({ id }) => String(id))])];
	await closeJoinsOf(query, tables, all);
	// Keys of one execution are those between its id with a slash and its id with the next character.
	await query(
		`WITH gone AS (SELECT unnest($1::text[]) COLLATE "C" AS id),
		checkpoints AS (DELETE FROM ${tables.checkpoints} USING gone WHERE key > gone.id || '/' AND key < gone.id || '0'),
		log AS (DELETE FROM ${tables.log} USING gone WHERE execution_id = gone.id),
		signals AS (DELETE FROM ${tables.signals} AS signal USING gone WHERE signal.execution_id = gone.id),
		results AS (DELETE FROM ${tables.results} USING gone WHERE execution_id = gone.id),
		origins AS (DELETE FROM ${tables.origins} AS origin USING gone WHERE origin.id = gone.id)
		DELETE FROM ${tables.executions} AS execution USING gone WHERE execution.id = gone.id`,
		[all],
	);
}
