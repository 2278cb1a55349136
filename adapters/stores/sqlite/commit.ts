/** The hot path: what one finished step has to store, in one statement. */
import { isoMicroseconds } from "../../../runtime/checkpoint/time-text.ts";
import { resultUri } from "../../../runtime/results/result-uri.ts";
import type { Lease } from "../../../runtime/store/execution-lock.ts";
import type { ExecutionCommit } from "../../../runtime/store/persistence-backend.ts";
import { checkCommit } from "../check-commit.ts";
import type { Connection } from "./connection.ts";
import type { SqliteStatement, SqliteValue } from "./driver.ts";
import { summaryColumns, summaryValues } from "./executions.ts";

const insertLog = `INSERT INTO flatstate_log(execution_id, step, place, text)
	SELECT ?, ?, coalesce(max(place), 0) + 1, ? FROM flatstate_log WHERE execution_id = ? AND step = ?`;

/** Columns of the row whose change an index has to follow. */
const indexed: ReadonlySet<string> = new Set([
	"root_execution_id",
	"parent_execution_id",
	"status",
	"event",
	"waiting_channel",
	"wake_at",
	"updated_minute",
]);
const otherColumns = ["checkpoint_key", "snapshot", "progress", "wire_time", "log_step", "log_text"] as const;
const leaseColumns = ["lease_key", "lease_owner", "lease_token"] as const;
const columns = [...summaryColumns, ...otherColumns, ...leaseColumns];

const refusal = "flatstate lease lost";

/**
 * A view that takes a step apart. One call of the driver instead of eight saves a fifth of a commit with libsql, where
 * calls are dear, and costs nothing with the others (test/bench/sqlite-drivers.mjs). It is temporary: it belongs to this
 * connection, not to the file.
 *
 * An index is written only where its column changed: the UPDATE finds the row whose indexed columns are as before, else
 * the row is written anew.
 */
const commitView = `
CREATE TEMP VIEW flatstate_commit(${columns.join(", ")}) AS SELECT ${columns.map(() => "NULL").join(", ")};
CREATE TEMP TRIGGER flatstate_commit_whole INSTEAD OF INSERT ON flatstate_commit
BEGIN
	SELECT RAISE(ABORT, '${refusal}') WHERE NEW.lease_key IS NOT NULL AND NOT EXISTS (
		SELECT 1 FROM execution_leases
		WHERE execution_id = NEW.lease_key AND owner_id = NEW.lease_owner AND fencing_token = NEW.lease_token);
	INSERT OR REPLACE INTO machine_checkpoints(
		checkpoint_key, execution_id, machine_name, event, current_state, waiting_channel, snapshot_json, created_at,
		progress)
	SELECT NEW.checkpoint_key, NEW.execution_id, NEW.machine_name, NEW.event, NEW.current_state, NEW.waiting_channel,
		NEW.snapshot, NEW.wire_time, NEW.progress
	WHERE NEW.checkpoint_key IS NOT NULL;
	INSERT INTO machine_latest(execution_id, latest_key, updated_at, flatstate_key)
	SELECT NEW.execution_id, NEW.checkpoint_key, NEW.wire_time, NEW.checkpoint_key WHERE NEW.checkpoint_key IS NOT NULL
	ON CONFLICT(execution_id) DO UPDATE SET
		latest_key = excluded.latest_key, updated_at = excluded.updated_at, flatstate_key = excluded.flatstate_key;
	DELETE FROM flatstate_foreign WHERE execution_id = NEW.execution_id;
	INSERT INTO flatstate_log(execution_id, step, place, text)
	SELECT NEW.execution_id, NEW.log_step, (
		SELECT coalesce(max(place), 0) + 1 FROM flatstate_log WHERE execution_id = NEW.execution_id AND step = NEW.log_step
	), NEW.log_text
	WHERE NEW.log_text IS NOT NULL;
	UPDATE flatstate_executions SET ${summaryColumns
		.filter((name) => name !== "execution_id" && !indexed.has(name))
		.map((name) => `${name} = NEW.${name}`)
		.join(", ")}
	WHERE execution_id = NEW.execution_id AND ${[...indexed].map((name) => `${name} IS NEW.${name}`).join(" AND ")};
	INSERT OR REPLACE INTO flatstate_executions(${summaryColumns.join(", ")})
	SELECT ${summaryColumns.map((name) => `NEW.${name}`).join(", ")} WHERE changes() = 0;
END;
`;

/** Prepares commits on one connection. @param run executes statements without values */
export class CommitWriter {
	readonly #connection: Connection;
	readonly #step: SqliteStatement;

	constructor(connection: Connection, run: (sql: string) => void) {
		run(commitView);
		this.#connection = connection;
		this.#step = connection.sql(
			`INSERT INTO flatstate_commit(${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
		);
	}

	/**
	 * Writes all commits in one transaction.
	 * @returns false, with nothing written, where the lease is somebody else's
	 * @throws StoreError
	 */
	write(commits: readonly ExecutionCommit[], lease: Lease | null): boolean {
		for (const commit of commits) checkCommit(commit);
		const [only] = commits;
		if (only === undefined) return this.#allowed(() => this.#connection.gate.check());
		if (commits.length === 1 && only.log.length <= 1 && only.origin === undefined && only.result === undefined) {
			return this.#allowed(() => this.#connection.write(() => this.#step.run(stepValues(only, lease))));
		}
		return this.#allowed(() =>
			this.#connection.transaction(() => {
				for (const commit of commits) this.#writeOne(commit, lease);
			}),
		);
	}

	#writeOne(commit: ExecutionCommit, lease: Lease | null): void {
		const { summary, origin, log, result } = commit;
		this.#step.run(stepValues(commit, lease));
		const insert = log.length > 1 ? this.#connection.sql(insertLog) : undefined;
		const id = summary.execution_id;
		for (const { step, text } of log.slice(1)) insert?.run([id, step, text, id, step]);
		if (origin !== undefined) {
			const sql = "INSERT OR REPLACE INTO flatstate_origins(execution_id, text) VALUES (?, ?)";
			this.#connection.sql(sql).run([id, origin]);
		}
		if (result !== undefined) {
			const sql = "INSERT OR REPLACE INTO flatstate_results(uri, json) VALUES (?, ?)";
			this.#connection.sql(sql).run([resultUri(id), result]);
		}
	}

	#allowed(work: () => void): boolean {
		try {
			work();
			return true;
		} catch (error) {
			if (error instanceof Error && error.cause instanceof Error && error.cause.message.includes(refusal)) return false;
			throw error;
		}
	}
}

/** In the order of `columns`. */
function stepValues({ summary, checkpoint, log }: ExecutionCommit, lease: Lease | null): SqliteValue[] {
	const values = summaryValues(summary);
	if (checkpoint === undefined) values.push(null, null, null, null);
	else values.push(checkpoint.key, Buffer.from(checkpoint.text), checkpoint.progress, wireTime(summary.updated_at));
	const [row] = log;
	if (row === undefined) values.push(null, null);
	else values.push(row.step, row.text);
	if (lease === null) values.push(null, null, null);
	else values.push(lease.key, lease.owner, lease.token);
	return values;
}

/** As the specification writes times, for programs that read nothing else. */
function wireTime(time: string): string {
	if (time.endsWith("+00:00")) return time;
	const milliseconds = Date.parse(time);
	return Number.isNaN(milliseconds) ? time : isoMicroseconds(milliseconds);
}
