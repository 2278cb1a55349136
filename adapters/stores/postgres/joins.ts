/** Joins as rows: a row for each, whose lock puts its ends in a line, and rows for held jobs and for members that have ended. */
import type { JoinBackend, JoinedMember, JoinState, OpenJoin } from "../../../runtime/fleet/join-backend.ts";
import { dueJobs } from "../due-jobs.ts";
import type { Database, Queries, Row } from "./database.ts";
import { isTakenKey } from "./failures.ts";
import { assertStorable, checkedId, storedName } from "./stored-name.ts";
import type { Tables } from "./tables.ts";
import { TextPack } from "./text-pack.ts";

export interface JoinOptions {
	readonly database: Database;
	readonly tables: Tables;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

const minuteMs = 60_000;

export class PostgresJoins implements JoinBackend {
	readonly #database: Database;
	readonly #tables: Tables;
	readonly #now: () => number;

	constructor({ database, tables, now }: JoinOptions) {
		this.#database = database;
		this.#tables = tables;
		this.#now = () => Math.floor(now());
	}

	async open({ id, executionId, needed, held, wake }: OpenJoin): Promise<void> {
		return this.#database.gate.run(async () => {
			for (const text of [wake, ...held]) assertStorable(text);
			const pack = new TextPack();
			const [from, bytes] = pack.add(held);
			const { joins, joinHeld } = this.#tables;
			await this.#database.repeat(
				`WITH opened AS (
					INSERT INTO ${joins} (id, execution_id, needed, wake, touched_at, touched_minute)
					VALUES ($1, $2, $3, $4, $5::bigint, $5::bigint / ${minuteMs}) ON CONFLICT (id) DO NOTHING RETURNING key
				) INSERT INTO ${joinHeld} (join_key, rank, job)
				SELECT key, place - 1, convert_from(substring($6::bytea FROM job_from FOR job_bytes), 'UTF8')
				FROM opened, unnest($7::integer[], $8::integer[]) WITH ORDINALITY AS held (job_from, job_bytes, place)`,
				[checkedName(id), checkedName(executionId), needed, wake, this.#now(), pack.bytes(), from, bytes],
			);
		});
	}

	async end(id: string, member: string, outcome: string): Promise<readonly string[] | null> {
		return this.#database.gate.run(async () => {
			assertStorable(outcome);
			const row = await this.#end([storedName(id), checkedName(member), outcome, this.#now()]);
			if (row === undefined) return null;
			const { rank, ended, needed, job, wake } = row;
			return dueJobs({
				rank: Number(rank),
				isAgain: row.again === true,
				ended: Number(ended),
				needed: Number(needed),
				held: job === null ? null : String(job),
				wake: String(wake),
			});
		});
	}

	async state(id: string): Promise<JoinState | null> {
		return this.#database.gate.run(async () => {
			const [row] = await this.#database.read(
				`SELECT execution_id, needed, ended, wake FROM ${this.#tables.joins} WHERE id = $1`,
				[storedName(id)],
			);
			if (row === undefined) return null;
			const { execution_id, needed, ended, wake } = row;
			return { executionId: String(execution_id), needed: Number(needed), ended: Number(ended), wake: String(wake) };
		});
	}

	async outcomes(id: string, from: number, limit: number): Promise<readonly JoinedMember[]> {
		return this.#database.gate.run(async () => {
			const { joins, joinMembers } = this.#tables;
			const rows = await this.#database.read(
				`SELECT member, outcome FROM ${joinMembers} WHERE join_key = (SELECT key FROM ${joins} WHERE id = $1)
					AND rank >= $2 ORDER BY rank LIMIT $3`,
				[storedName(id), from, limit],
			);
			return rows.map(({ member, outcome }) => ({ member: String(member), outcome: String(outcome) }));
		});
	}

	async close(id: string): Promise<void> {
		return this.#database.gate.run(() =>
			this.#database.transaction((query) => closeJoins(query, this.#tables, "id = $1", [storedName(id)])),
		);
	}

	async idle(before: number, limit: number): Promise<readonly string[]> {
		return this.#database.gate.run(async () => {
			const { joins } = this.#tables;
			// One that is locked is just being ended, closed, or given to somebody else.
			const rows = await this.#database.write({
				text: `WITH found AS (
					SELECT key, touched_at FROM ${joins} WHERE touched_minute <= $1::bigint / ${minuteMs} AND touched_at < $1::bigint
					ORDER BY touched_minute, touched_at, id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
				), touched AS (
					UPDATE ${joins} AS idle SET touched_at = $3::bigint, touched_minute = $3::bigint / ${minuteMs}
					FROM found WHERE idle.key = found.key RETURNING idle.id, found.touched_at
				) SELECT id FROM touched ORDER BY touched.touched_at, id`,
				values: [Math.ceil(before), limit, this.#now()],
			});
			return rows.map(({ id }) => String(id));
		});
	}

	/**
	 * Two ends wait for each other at the row of their join, and the second counts on from what the first left. A member
	 * that another call ended after this statement began is not seen by it: it fails at the key, and is asked again.
	 * @param values join, member, outcome, now
	 */
	async #end(values: readonly unknown[]): Promise<Row | undefined> {
		const { joins, joinHeld, joinMembers } = this.#tables;
		const ask = () =>
			// Not prepared: a plan made while the tables were empty would walk through them later.
			this.#database.repeat(
				`WITH found AS MATERIALIZED (
					SELECT key, needed, ended, wake, rank FROM ${joins}
					LEFT JOIN ${joinMembers} ON join_key = key AND member = $2 WHERE id = $1
				), counted AS (
					UPDATE ${joins} AS open SET ended = open.ended + 1, touched_at = $4::bigint, touched_minute = $4::bigint / ${minuteMs}
					FROM found WHERE open.key = found.key AND rank IS NULL
					RETURNING open.key, open.needed, open.ended, open.wake, open.ended - 1 AS rank
				), added AS (
					INSERT INTO ${joinMembers} (join_key, rank, member, outcome) SELECT key, rank, $2, $3 FROM counted
				), known AS (
					SELECT *, false AS again FROM counted UNION ALL SELECT *, true FROM found WHERE rank IS NOT NULL
				) SELECT known.rank, again, ended, needed, wake, job FROM known
				LEFT JOIN ${joinHeld} AS held ON held.join_key = known.key AND held.rank = known.rank`,
				values,
			);
		let rows: readonly Row[];
		try {
			rows = await ask();
		} catch (error) {
			if (!isTakenKey(error)) throw error;
			rows = await ask();
		}
		return rows[0];
	}
}

/** Forgets the joins of executions that are deleted. */
export function closeJoinsOf(query: Queries, tables: Tables, executionIds: readonly string[]): Promise<void> {
	return closeJoins(query, tables, "execution_id = ANY ($1::text[])", [executionIds]);
}

/** First the joins, which waits for their last ends: the second statement sees the rows of these. */
async function closeJoins(
	query: Queries,
	{ joins, joinHeld, joinMembers }: Tables,
	condition: string,
	values: readonly unknown[],
): Promise<void> {
	const closed = await query(`DELETE FROM ${joins} WHERE ${condition} RETURNING key`, values);
	if (closed.length === 0) return;
	await query(
		`WITH held AS (DELETE FROM ${joinHeld} WHERE join_key = ANY ($1::bigint[]))
		DELETE FROM ${joinMembers} WHERE join_key = ANY ($1::bigint[])`,
		[closed.map(({ key }) => key)],
	);
}

/** @throws StoreError `store_write_failed` */
function checkedName(id: string): string {
	return checkedId(id, "store_write_failed");
}
