/** Joins in three tables: the joins, the jobs that they hold back, and the members that have ended, by rank. */
import type { JoinBackend, JoinedMember, JoinState, OpenJoin } from "../../../runtime/fleet/join-backend.ts";
import { dueJobs, type JoinEnd } from "../due-jobs.ts";
import type { Connection } from "./connection.ts";
import type { SqliteRow } from "./driver.ts";
import { minuteOf } from "./executions.ts";
import { column, numberOf, textOf, textOrNull } from "./rows.ts";

export class SqliteJoins implements JoinBackend {
	readonly #connection: Connection;
	readonly #now: () => number;

	/** @param now milliseconds since 1970 */
	constructor(connection: Connection, now: () => number) {
		this.#connection = connection;
		this.#now = now;
	}

	async open({ id, executionId, needed, held, wake }: OpenJoin): Promise<void> {
		this.#connection.transaction(() => {
			const join = this.#connection
				.sql(
					`INSERT INTO flatstate_joins(id, execution_id, needed, ended, wake, touched_ms, touched_minute)
					VALUES (?, ?, ?, 0, ?, ?, ?) ON CONFLICT(id) DO NOTHING RETURNING key`,
				)
				.get([id, executionId, needed, wake, ...this.#touched()]);
			if (join === undefined) return;
			const insert = this.#connection.sql("INSERT INTO flatstate_join_held(join_key, rank, job) VALUES (?, ?, ?)");
			for (const [rank, job] of held.entries()) insert.run([numberOf(join.key), rank, job]);
		});
	}

	async end(id: string, member: string, outcome: string): Promise<readonly string[] | null> {
		// Whoever says it again, or of a join that is closed, needs no right to write.
		const found = this.#connection.read(() => this.#find(id, member));
		if (found === undefined) return null;
		const end = endOf(found, true) ?? this.#connection.transaction(() => this.#count(id, member, outcome));
		return end === null ? null : dueJobs(end);
	}

	async state(id: string): Promise<JoinState | null> {
		const sql = "SELECT execution_id, needed, ended, wake FROM flatstate_joins WHERE id = ?";
		const row = this.#connection.read(() => this.#connection.sql(sql).get([id]));
		if (row === undefined) return null;
		const { execution_id, needed, ended, wake } = row;
		return { executionId: textOf(execution_id), needed: numberOf(needed), ended: numberOf(ended), wake: textOf(wake) };
	}

	async outcomes(id: string, from: number, limit: number): Promise<readonly JoinedMember[]> {
		const sql = `SELECT member, outcome FROM flatstate_join_members
			WHERE join_key = (SELECT key FROM flatstate_joins WHERE id = ?) AND rank >= ? AND rank < ? ORDER BY rank`;
		const rows = this.#connection.read(() => this.#connection.sql(sql).all([id, from, from + limit]));
		return rows.map(({ member, outcome }) => ({ member: textOf(member), outcome: textOf(outcome) }));
	}

	async close(id: string): Promise<void> {
		this.#connection.transaction(() => {
			const join = this.#connection.sql("DELETE FROM flatstate_joins WHERE id = ? RETURNING key").get([id]);
			if (join !== undefined) deleteParts(this.#connection, numberOf(join.key));
		});
	}

	async idle(before: number, limit: number): Promise<readonly string[]> {
		const sql = `SELECT id FROM flatstate_joins WHERE touched_minute <= ? AND touched_ms < ?
			ORDER BY touched_minute, touched_ms, id LIMIT ?`;
		const find = () => column(this.#connection.sql(sql).all([minuteOf(before), before, limit]), "id");
		if (this.#connection.read(find).length === 0) return [];
		return this.#connection.transaction(() => {
			const ids = find();
			const touch = this.#connection.sql("UPDATE flatstate_joins SET touched_ms = ?, touched_minute = ? WHERE id = ?");
			for (const id of ids) touch.run([...this.#touched(), id]);
			return ids;
		});
	}

	/** The join, with the member's rank and its held job where it has ended. */
	#find(id: string, member: string): SqliteRow | undefined {
		return this.#connection
			.sql(
				`SELECT j.key, j.needed, j.ended, j.wake, m.rank, h.job FROM flatstate_joins j
				LEFT JOIN flatstate_join_members m ON m.join_key = j.key AND m.member = ?
				LEFT JOIN flatstate_join_held h ON h.join_key = j.key AND h.rank = m.rank
				WHERE j.id = ?`,
			)
			.get([member, id]);
	}

	/** Gives a member its rank, unless another process did so. Call it in a transaction. */
	#count(id: string, member: string, outcome: string): JoinEnd | null {
		const join = this.#find(id, member);
		if (join === undefined) return null;
		const said = endOf(join, true);
		if (said !== null) return said;
		const [key, rank] = [numberOf(join.key), numberOf(join.ended)];
		this.#connection
			.sql("INSERT INTO flatstate_join_members(join_key, rank, member, outcome) VALUES (?, ?, ?, ?)")
			.run([key, rank, member, outcome]);
		this.#connection
			.sql("UPDATE flatstate_joins SET ended = ?, touched_ms = ?, touched_minute = ? WHERE key = ?")
			.run([rank + 1, ...this.#touched(), key]);
		const ended = this.#find(id, member);
		return ended === undefined ? null : endOf(ended, false);
	}

	#touched(): readonly [milliseconds: number, minute: number] {
		const now = this.#now();
		return [now, minuteOf(now)];
	}
}

/** Forgets the joins of an execution. Call it in a transaction. */
export function closeJoinsOf(connection: Connection, executionId: string): void {
	const sql = "DELETE FROM flatstate_joins WHERE execution_id = ? RETURNING key";
	for (const { key } of connection.sql(sql).all([executionId])) deleteParts(connection, numberOf(key));
}

function deleteParts(connection: Connection, key: number): void {
	connection.sql("DELETE FROM flatstate_join_held WHERE join_key = ?").run([key]);
	connection.sql("DELETE FROM flatstate_join_members WHERE join_key = ?").run([key]);
}

/** Null where the member has not ended. */
function endOf({ rank, job, needed, ended, wake }: SqliteRow, isAgain: boolean): JoinEnd | null {
	if (rank === null || rank === undefined) return null;
	return {
		rank: numberOf(rank),
		isAgain,
		ended: numberOf(ended),
		needed: numberOf(needed),
		held: textOrNull(job),
		wake: textOf(wake),
	};
}
