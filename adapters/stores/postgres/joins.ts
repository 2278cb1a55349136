/** Joins as rows: a row for each, whose lock puts its ends in a line, and rows for held jobs and for members that have ended. */
import type { JoinBackend, JoinedMember, JoinState, OpenJoin } from "../../../runtime/fleet/join-backend.ts";
import { dueJobs } from "../due-jobs.ts";
import type { Database, Queries, Row } from "./database.ts";
import { isTakenKey } from "./failures.ts";
import { GatheredCalls } from "./gathered-calls.ts";
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
const endsAtOnce = 100;

type Due = readonly string[] | null;

export class PostgresJoins implements JoinBackend {
	readonly #database: Database;
	readonly #tables: Tables;
	readonly #now: () => number;
	/**
	 * Ends of one join wait for each other on the server until they are on its disk. So of each join this process has one
	 * statement under way, and what comes meanwhile is the next: else they would keep all connections from all others.
	 */
	readonly #ends = new GatheredCalls<JoinedMember, Due>({
		make: (id, members) => this.#endAll(id, members),
		most: endsAtOnce,
	});

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

	async end(id: string, member: string, outcome: string): Promise<Due> {
		return this.#database.gate.run(async () => {
			assertStorable(outcome);
			return this.#ends.make(storedName(id), { member: checkedName(member), outcome });
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

	async #endAll(id: string, ends: readonly JoinedMember[]): Promise<readonly Due[]> {
		const outcomes = new Map<string, string>();
		for (const { member, outcome } of ends) if (!outcomes.has(member)) outcomes.set(member, outcome);
		const rows = await this.#count(id, outcomes);
		const told = new Map(rows.map((row) => [String(row.member), row]));
		const said = new Set<string>();
		return ends.map(({ member }) => {
			const row = told.get(member);
			if (row === undefined) return null;
			const isAgain = row.again === true || said.has(member);
			said.add(member);
			return dueJobs({
				rank: Number(row.rank),
				isAgain,
				ended: Number(row.ended),
				needed: Number(row.needed),
				held: row.job === null ? null : String(row.job),
				wake: String(row.wake),
			});
		});
	}

	/**
	 * Gives ranks to those members that have none. Two such statements wait for each other at the row of their join, and the
	 * second counts on from what the first left. A member that another one ended after this one began is not seen by it: it
	 * fails at the key, and is asked again.
	 */
	async #count(id: string, members: ReadonlyMap<string, string>): Promise<readonly Row[]> {
		const { joins, joinHeld, joinMembers } = this.#tables;
		const pack = new TextPack();
		const [from, bytes] = pack.add([...members.values()]);
		const ask = () =>
			// Not prepared: a plan made while the tables were empty would walk through them later.
			this.#database.repeat(
				`WITH found AS MATERIALIZED (
					SELECT key, needed, ended, wake FROM ${joins} WHERE id = $1
				), said AS MATERIALIZED (
					SELECT found.*, said.*, known.rank FROM found
					CROSS JOIN unnest($2::text[], $3::integer[], $4::integer[]) WITH ORDINALITY
						AS said (member, outcome_from, outcome_bytes, place)
					LEFT JOIN ${joinMembers} AS known ON known.join_key = key AND known.member = said.member
				), fresh AS MATERIALIZED (
					SELECT *, row_number() OVER (ORDER BY place) AS nth FROM said WHERE rank IS NULL
				), counted AS (
					UPDATE ${joins} AS open SET ended = open.ended + (SELECT count(*) FROM fresh),
						touched_at = $6::bigint, touched_minute = $6::bigint / ${minuteMs}
					FROM found WHERE open.key = found.key AND EXISTS (SELECT FROM fresh)
					RETURNING open.key, open.needed, open.ended, open.wake, open.ended - (SELECT count(*) FROM fresh) AS before
				), added AS (
					INSERT INTO ${joinMembers} (join_key, rank, member, outcome)
					SELECT counted.key, before + nth - 1, member,
						convert_from(substring($5::bytea FROM outcome_from FOR outcome_bytes), 'UTF8')
					FROM counted, fresh RETURNING member, rank
				), told AS (
					SELECT member, rank, false AS again, key, needed, ended, wake FROM added, counted
					UNION ALL SELECT member, rank, true, key, needed, ended, wake FROM said WHERE rank IS NOT NULL
				) SELECT member, told.rank, again, ended, needed, wake, job FROM told
				LEFT JOIN ${joinHeld} AS held ON held.join_key = told.key AND held.rank = told.rank`,
				[id, [...members.keys()], from, bytes, pack.bytes(), this.#now()],
			);
		try {
			return await ask();
		} catch (error) {
			if (!isTakenKey(error)) throw error;
			return ask();
		}
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
