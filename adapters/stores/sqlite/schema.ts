/** The tables: those of spec sections 11.2, 13.4, 13.5, 14 and 17 with columns added, and our own, prefixed `flatstate_`. */
import { StoreError } from "../../../runtime/store/errors.ts";
import type { Connection } from "./connection.ts";
import { isText, numberOf } from "./rows.ts";

const schemaVersion = 3;

/** Columns as the specification names them; ours come last. Programs that know only the first part find their data. */
const referenceTables = {
	machine_checkpoints: [
		"checkpoint_key TEXT PRIMARY KEY",
		"execution_id TEXT",
		"machine_name TEXT",
		"event TEXT",
		"current_state TEXT",
		"waiting_channel TEXT",
		"snapshot_json BLOB",
		"created_at TEXT",
		"progress TEXT",
	],
	/** `flatstate_key`: the pointer that flatstate knows; another one in `latest_key` was set by something else. */
	machine_latest: ["execution_id TEXT PRIMARY KEY", "latest_key TEXT", "updated_at TEXT", "flatstate_key TEXT"],
	machine_configs: [
		"config_hash TEXT PRIMARY KEY",
		"machine_name TEXT",
		"spec_version TEXT",
		"config_raw TEXT",
		"created_at TEXT",
	],
	/** `flatstate_holder`: who `owner_id` is, with times in milliseconds, as JSON. */
	execution_leases: [
		"execution_id TEXT PRIMARY KEY",
		"owner_id TEXT",
		"phase TEXT",
		"lease_until INTEGER",
		"fencing_token INTEGER DEFAULT 1",
		"acquired_at TEXT",
		"updated_at TEXT",
		"flatstate_holder TEXT",
	],
	/** `position`: the strict order; copies of one signal share a place. */
	signals: [
		"id TEXT PRIMARY KEY",
		"channel TEXT",
		"data_json TEXT",
		"created_at TEXT",
		"execution_id TEXT",
		"position INTEGER",
	],
	worker_registry: [
		"worker_id TEXT PRIMARY KEY",
		"status TEXT",
		"last_heartbeat TEXT",
		"host TEXT",
		"pid INTEGER",
		"capabilities TEXT",
		"started_at TEXT",
		"current_task_id TEXT",
		"metadata TEXT",
	],
	/** In the order of their rows' numbers. `result`: JSON; the reference deletes what is done. */
	work_pool: [
		"item_id TEXT PRIMARY KEY",
		"pool_name TEXT",
		"data TEXT",
		"status TEXT",
		"claimed_by TEXT",
		"claimed_at TEXT",
		"attempts INTEGER",
		"max_retries INTEGER",
		"created_at TEXT",
		"error TEXT",
		"result TEXT",
	],
} as const;

/**
 * No index has a column that changes with every step: `updated_minute` stands for the age, and the hot path leaves the
 * indexes alone where their columns stay the same. The specification's index on (execution_id, created_at) of the
 * checkpoints is not made, since it would cost a sixth of a commit more and keys begin with the execution's id.
 */
const ownTables = `
CREATE TABLE flatstate_meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO flatstate_meta VALUES ('schema_version', 1), ('signal_position', 0), ('fencing_floor', 0);

CREATE TABLE flatstate_executions(
	execution_id TEXT PRIMARY KEY, root_execution_id TEXT NOT NULL, parent_execution_id TEXT, machine_name TEXT NOT NULL,
	status TEXT NOT NULL, event TEXT NOT NULL, current_state TEXT NOT NULL, step INTEGER NOT NULL, waiting_channel TEXT,
	wake_at INTEGER, total_api_calls INTEGER NOT NULL, total_cost REAL NOT NULL, error TEXT, created_at TEXT NOT NULL,
	updated_at TEXT NOT NULL, updated_ms INTEGER NOT NULL, updated_minute INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX flatstate_by_root ON flatstate_executions(root_execution_id);
CREATE INDEX flatstate_roots ON flatstate_executions(execution_id) WHERE root_execution_id = execution_id;
CREATE INDEX flatstate_by_parent ON flatstate_executions(parent_execution_id) WHERE parent_execution_id IS NOT NULL;
CREATE INDEX flatstate_by_status ON flatstate_executions(status);
CREATE INDEX flatstate_by_event ON flatstate_executions(event);
CREATE INDEX flatstate_by_channel ON flatstate_executions(waiting_channel) WHERE waiting_channel IS NOT NULL;
CREATE INDEX flatstate_by_wake ON flatstate_executions(wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX flatstate_by_age ON flatstate_executions(updated_minute);

CREATE TABLE flatstate_origins(execution_id TEXT PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE flatstate_log(
	execution_id TEXT NOT NULL, step INTEGER NOT NULL, place INTEGER NOT NULL, text TEXT NOT NULL,
	PRIMARY KEY(execution_id, step, place)
) WITHOUT ROWID;
CREATE TABLE flatstate_results(uri TEXT PRIMARY KEY, json TEXT NOT NULL);

CREATE INDEX IF NOT EXISTS machine_checkpoints_waiting ON machine_checkpoints(waiting_channel)
	WHERE waiting_channel IS NOT NULL;
CREATE INDEX IF NOT EXISTS execution_leases_until ON execution_leases(lease_until);
CREATE INDEX flatstate_signals_of ON signals(channel, execution_id, position);
CREATE INDEX flatstate_signals_to ON signals(execution_id) WHERE execution_id IS NOT NULL;
CREATE INDEX flatstate_signals_order ON signals(position);
`;

/** Of layout 2. */
const workIndexes = `
CREATE INDEX flatstate_work_pending ON work_pool(pool_name) WHERE status = 'pending';
CREATE INDEX flatstate_work_claimed ON work_pool(pool_name, claimed_by) WHERE status = 'claimed';
`;

/**
 * Since layout 3. `touched_minute` stands for the age in the index, as above. Rows of jobs and outcomes have row ids, since
 * rows of about 1 KB without them would take a page each.
 */
const joinTables = `
CREATE TABLE flatstate_joins(
	key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, execution_id TEXT NOT NULL, needed INTEGER NOT NULL,
	ended INTEGER NOT NULL, wake TEXT NOT NULL, touched_ms INTEGER NOT NULL, touched_minute INTEGER NOT NULL
);
CREATE INDEX flatstate_joins_of ON flatstate_joins(execution_id);
CREATE INDEX flatstate_joins_by_age ON flatstate_joins(touched_minute);
CREATE TABLE flatstate_join_held(
	join_key INTEGER NOT NULL, rank INTEGER NOT NULL, job TEXT NOT NULL, PRIMARY KEY(join_key, rank)
);
CREATE TABLE flatstate_join_members(
	join_key INTEGER NOT NULL, rank INTEGER NOT NULL, member TEXT NOT NULL, outcome TEXT NOT NULL,
	PRIMARY KEY(join_key, rank), UNIQUE(join_key, member)
);
`;

/** Not `OR IGNORE`: in a trigger, the conflict clause of the statement that fired it would win. */
function mark(row: "NEW" | "OLD"): string {
	return `INSERT INTO flatstate_foreign SELECT ${row}.execution_id
	WHERE ${row}.execution_id NOT IN (SELECT execution_id FROM flatstate_foreign);`;
}

const isLatest = "NEW.checkpoint_key IN (SELECT latest_key FROM machine_latest WHERE execution_id = NEW.execution_id)";

/** Marks what something else than flatstate wrote or deleted; the marks are looked at before rows are read. */
const foreignMarks = `
CREATE TABLE flatstate_foreign(execution_id TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO flatstate_foreign SELECT execution_id FROM machine_latest WHERE true ON CONFLICT DO NOTHING;
UPDATE signals SET position = rowid;
UPDATE flatstate_meta SET value = (SELECT coalesce(max(position), 0) FROM signals) WHERE name = 'signal_position';

CREATE TRIGGER flatstate_latest_added AFTER INSERT ON machine_checkpoints WHEN NEW.progress IS NULL AND ${isLatest}
BEGIN ${mark("NEW")} END;
CREATE TRIGGER flatstate_latest_replaced AFTER UPDATE OF snapshot_json ON machine_checkpoints WHEN ${isLatest}
BEGIN ${mark("NEW")} END;
CREATE TRIGGER flatstate_snapshot_replaced AFTER UPDATE OF snapshot_json ON machine_checkpoints
BEGIN UPDATE machine_checkpoints SET progress = NULL WHERE checkpoint_key = NEW.checkpoint_key; END;
CREATE TRIGGER flatstate_snapshot_deleted AFTER DELETE ON machine_checkpoints
WHEN OLD.execution_id NOT IN (SELECT execution_id FROM machine_latest)
BEGIN ${mark("OLD")} END;
CREATE TRIGGER flatstate_pointer_added AFTER INSERT ON machine_latest WHEN NEW.flatstate_key IS NOT NEW.latest_key
BEGIN ${mark("NEW")} END;
CREATE TRIGGER flatstate_pointer_moved AFTER UPDATE OF latest_key ON machine_latest
WHEN NEW.flatstate_key IS NOT NEW.latest_key
BEGIN ${mark("NEW")} END;
CREATE TRIGGER flatstate_pointer_deleted AFTER DELETE ON machine_latest
BEGIN ${mark("OLD")} END;
CREATE TRIGGER flatstate_lease_deleted AFTER DELETE ON execution_leases
BEGIN UPDATE flatstate_meta SET value = max(value, OLD.fencing_token) WHERE name = 'fencing_floor'; END;
CREATE TRIGGER flatstate_signal_added AFTER INSERT ON signals WHEN NEW.position IS NULL
BEGIN
	UPDATE flatstate_meta SET value = value + 1 WHERE name = 'signal_position';
	UPDATE signals SET position = (SELECT value FROM flatstate_meta WHERE name = 'signal_position') WHERE id = NEW.id;
END;
`;

/**
 * Makes what is missing. A file that the reference runtime made keeps its data and gets our columns.
 * @throws StoreError `store_version` for a file of a newer flatstate, which is left as it is
 */
export function prepareSchema(connection: Connection, run: (sql: string) => void): void {
	if (storedVersion(connection) === schemaVersion) return;
	connection.transaction(() => {
		// Another process may have been faster.
		const version = storedVersion(connection);
		if (version === schemaVersion) return;
		for (const [table, columns] of Object.entries(referenceTables)) {
			run(`CREATE TABLE IF NOT EXISTS ${table}(${columns.join(", ")})`);
			const there = columnsOf(connection, table);
			for (const column of columns) {
				if (!there.has(column.split(" ", 1)[0] ?? column)) run(`ALTER TABLE ${table} ADD COLUMN ${column}`);
			}
		}
		if (version < 1) run(`${ownTables}${foreignMarks}`);
		if (version < 2) run(workIndexes);
		if (version < 3) run(joinTables);
		run(`UPDATE flatstate_meta SET value = ${schemaVersion} WHERE name = 'schema_version'`);
	});
}

function storedVersion(connection: Connection): number {
	return connection.read(() => {
		const hasMeta = connection.sql("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'flatstate_meta'");
		if (hasMeta.get([]) === undefined) return 0;
		const row = connection.sql("SELECT value FROM flatstate_meta WHERE name = 'schema_version'").get([]);
		const version = numberOf(row?.value);
		if (version > schemaVersion) {
			throw new StoreError(
				"store_version",
				`${connection.name} was written by a newer flatstate (layout ${version}, this one knows ${schemaVersion}). ` +
					"Update flatstate to open it.",
			);
		}
		return version;
	});
}

function columnsOf(connection: Connection, table: string): ReadonlySet<string> {
	const rows = connection.sql(`PRAGMA table_info(${table})`).all([]);
	return new Set(rows.map((row) => row.name).filter(isText));
}
