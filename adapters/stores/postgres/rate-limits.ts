/** Rate limits as rows: one for each place, by its time. Times are the server's. */
import type { RateLimitBackend, RatePlace, RateWindow } from "../../../runtime/fleet/rate-limit-backend.ts";
import type { Database } from "./database.ts";
import { clockOr } from "./server-clock.ts";
import type { Tables } from "./tables.ts";

export interface RateLimitOptions {
	readonly database: Database;
	readonly tables: Tables;
	/** Milliseconds since 1970; absent: the server's clock. */
	readonly now?: () => number;
	readonly newId: () => string;
}

export class PostgresRateLimits implements RateLimitBackend {
	readonly #options: RateLimitOptions;
	readonly #database: Database;

	constructor(options: RateLimitOptions) {
		this.#options = options;
		this.#database = options.database;
	}

	reserve(key: string, windows: readonly RateWindow[], longestWaitMs: number): Promise<RatePlace> {
		const { tables, newId } = this.#options;
		const { ratePlaces, ratePauses } = tables;
		const id = newId();
		const requests = windows.map((window) => window.requests);
		const lengths = windows.map(({ seconds }) => Math.ceil(seconds * 1000));
		return this.#database.gate.run(() =>
			this.#database.transaction(async (query) => {
				// Whoever asks for the same key waits here, and then sees the place of the one before. That a place is lost with
				// the server's power does no harm, so nobody waits for its disk.
				await query(
					"SELECT set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock(hashtextextended($1, 0))",
					[`${ratePlaces}/${key}`],
				);
				const [row] = await query(
					`WITH clock AS MATERIALIZED (SELECT ${clockOr("$2")} AS now),
					windows AS (SELECT * FROM unnest($4::bigint[], $5::bigint[]) AS given (requests, length)),
					free AS MATERIALIZED (
						SELECT greatest(now, (SELECT until FROM ${ratePauses} WHERE key = $1), (
							SELECT max(length + (
								SELECT at FROM ${ratePlaces} WHERE key = $1 ORDER BY at DESC OFFSET requests - 1 LIMIT 1
							)) FROM windows
						)) AS at, now FROM clock
					),
					old AS (
						DELETE FROM ${ratePlaces} WHERE key = $1
							AND at <= (SELECT now FROM clock) - (SELECT max(length) FROM windows)
					),
					taken AS (
						INSERT INTO ${ratePlaces} (key, at, id) SELECT $1, at, $3 FROM free WHERE at - now <= $6::float8 RETURNING id
					)
					SELECT (SELECT id FROM taken) AS id, (at - now)::float8 AS wait FROM free`,
					[key, this.#now(), id, requests, lengths, longestWaitMs],
				);
				return { id: typeof row?.id === "string" ? row.id : null, waitMs: Number(row?.wait) };
			}),
		);
	}

	async release(key: string, id: string): Promise<void> {
		const { ratePlaces } = this.#options.tables;
		await this.#database.gate.run(() =>
			this.#database.repeat(`DELETE FROM ${ratePlaces} WHERE key = $1 AND id = $2`, [key, id]),
		);
	}

	async pause(key: string, milliseconds: number): Promise<void> {
		await this.#database.gate.run(() =>
			this.#database.repeat(
				`INSERT INTO ${this.#options.tables.ratePauses} AS pause (key, until)
					VALUES ($1, ${clockOr("$2")} + $3::bigint)
					ON CONFLICT (key) DO UPDATE SET until = greatest(pause.until, excluded.until)`,
				[key, this.#now(), Math.ceil(milliseconds)],
			),
		);
	}

	pausedFor(key: string): Promise<number> {
		return this.#database.gate.run(async () => {
			const [row] = await this.#database.read(
				`SELECT greatest(0, until - ${clockOr("$2")})::float8 AS left FROM ${this.#options.tables.ratePauses} WHERE key = $1`,
				[key, this.#now()],
			);
			return Number(row?.left ?? 0);
		});
	}

	#now(): number | null {
		return this.#options.now?.() ?? null;
	}
}
