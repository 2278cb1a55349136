/** Signals as rows of a queue: taken with row locks that nobody waits for, announced to who listens. */
import type { Signal, SignalBackend } from "../../../runtime/signals/signal-backend.ts";
import { StoreError } from "../../../runtime/store/errors.ts";
import { callListener } from "../listeners.ts";
import { checkChannel, signalJson } from "../signal-data.ts";
import type { Database, Row } from "./database.ts";
import type { Notices } from "./notices.ts";
import { checkedId, isPlain, storedName } from "./stored-name.ts";
import type { Tables } from "./tables.ts";

export interface SignalOptions {
	readonly database: Database;
	readonly tables: Tables;
	readonly notices: Notices;
	/** Milliseconds since 1970. */
	readonly now: () => number;
	readonly newId: () => string;
}

const columns = "id, channel, channel_name, execution_id, body, created_at";
const mark = "s";
/** In the order of the index: for the server, `IS NULL` alone does not make a column the same in all rows. */
const oldest = "execution_id IS NULL ORDER BY execution_id, position LIMIT 1 FOR UPDATE";
export const oldestFree = `${oldest} SKIP LOCKED`;

export class PostgresSignalBackend implements SignalBackend {
	readonly notifies = true;
	readonly #options: SignalOptions;
	readonly #database: Database;
	readonly #table: string;

	constructor(options: SignalOptions) {
		this.#options = options;
		this.#database = options.database;
		this.#table = options.tables.signals;
	}

	async send(channel: string, data: unknown, options: { readonly executionId?: string } = {}): Promise<string> {
		return this.#database.gate.run(async () => {
			const key = channelKey(channel);
			const body = signalJson(channel, data);
			const { executionId } = options;
			const id = this.#options.newId();
			const addressee = executionId === undefined ? null : checkedId(executionId, "invalid_signal");
			const name = isPlain(channel) ? null : JSON.stringify(channel);
			const createdAt = new Date(this.#options.now()).toISOString();
			await this.#database.write({
				name: "flatstate_send",
				text: `WITH sent AS (
					INSERT INTO ${this.#table} (id, channel, channel_name, execution_id, body, created_at)
					VALUES ($1, $2, $3, $4, $5, $6) RETURNING channel
				) SELECT pg_notify('${this.#options.tables.notices}', '${mark}' || channel) FROM sent`,
				values: [id, key, name, addressee, body, createdAt],
			});
			return id;
		});
	}

	async claim(channel: string, executionId: string): Promise<Signal | null> {
		return this.#database.gate.run(async () => {
			const key = channelKey(channel);
			checkedId(executionId, "invalid_signal");
			// A free one is locked only where it will be taken: who passes a locked one by thinks that it is gone.
			const rows = await this.#database.repeat(
				`WITH own AS (
					SELECT id, CASE WHEN claimed THEN 0 ELSE position END AS position FROM ${this.#table}
					WHERE channel = $1 AND execution_id = $2 ORDER BY claimed DESC, position, rank LIMIT 1
				), free AS (
					SELECT id FROM ${this.#table}
					WHERE channel = $1 AND position < coalesce((SELECT position FROM own), $3::bigint)
						AND ${oldestFree}
				), target AS (SELECT id FROM free UNION ALL SELECT id FROM own WHERE NOT EXISTS (SELECT 1 FROM free))
				UPDATE ${this.#table} AS signal SET execution_id = $2, claimed = true
				FROM target WHERE signal.id = target.id RETURNING ${qualified("signal")}`,
				[key, executionId, Number.MAX_SAFE_INTEGER],
			);
			return this.#first(rows);
		});
	}

	async acknowledge(signalId: string): Promise<void> {
		return this.#database.gate.run(async () => {
			await this.#database.repeat(`DELETE FROM ${this.#table} WHERE id = $1`, [storedName(signalId)]);
		});
	}

	async broadcast(channel: string, executionIds: readonly string[]): Promise<Signal | null> {
		return this.#database.gate.run(async () => {
			const key = channelKey(channel);
			const ids = [...new Set(executionIds)].map((id) => checkedId(id, "invalid_signal"));
			if (ids.length === 0) return null;
			const copies = ids.map(() => this.#options.newId());
			const rows = await this.#database.transaction(async (query) => {
				// One after the other, and after whoever claims the signal now: what each sees next is what all have left.
				await query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`${this.#table} ${key}`]);
				const [free] = await query(`SELECT id FROM ${this.#table} WHERE channel = $1 AND ${oldest}`, [key]);
				return free === undefined ? [] : query(this.#broadcastText(), [key, free.id, copies, ids]);
			});
			return this.#first(rows);
		});
	}

	/** Parameters: the channel, the signal's id, and of the copies the ids and the addressees. */
	#broadcastText(): string {
		return `WITH copies AS (
				SELECT id, execution_id, place
				FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS copy (id, execution_id, place)
				WHERE NOT EXISTS (
					SELECT FROM ${this.#table} AS own WHERE own.channel = $1 AND own.execution_id = copy.execution_id)
			), removed AS (
				DELETE FROM ${this.#table} AS signal WHERE signal.id = $2 AND EXISTS (SELECT FROM copies) RETURNING signal.*
			), copied AS (
				INSERT INTO ${this.#table} (id, position, rank, channel, channel_name, execution_id, body, created_at)
				SELECT copy.id, position, copy.place, channel, channel_name, copy.execution_id, body, created_at
				FROM removed, copies AS copy
			) SELECT ${columns} FROM removed`;
	}

	async consume(channel: string): Promise<Signal | null> {
		return this.#database.gate.run(async () => {
			const rows = await this.#database.write({
				text: `DELETE FROM ${this.#table} AS signal USING (
					SELECT id FROM ${this.#table} WHERE channel = $1 AND ${oldestFree}
				) AS oldest WHERE signal.id = oldest.id RETURNING ${qualified("signal")}`,
				values: [channelKey(channel)],
			});
			return this.#first(rows);
		});
	}

	async peek(channel: string): Promise<readonly Signal[]> {
		return this.#database.gate.run(async () => {
			const rows = await this.#database.read(
				`SELECT ${columns} FROM ${this.#table} WHERE channel = $1 ORDER BY position, rank`,
				[channelKey(channel)],
			);
			return rows.map((row) => this.#signalOf(row));
		});
	}

	async channels(): Promise<readonly string[]> {
		return this.#database.gate.run(async () => {
			// From each channel to the next by the index, whatever their signals' number.
			const rows = await this.#database.read(
				`WITH RECURSIVE each AS (
					(SELECT channel, channel_name FROM ${this.#table} ORDER BY channel LIMIT 1)
					UNION ALL
					SELECT next.channel, next.channel_name FROM each, LATERAL (
						SELECT channel, channel_name FROM ${this.#table} WHERE channel > each.channel ORDER BY channel LIMIT 1
					) AS next
				) SELECT channel, channel_name FROM each`,
			);
			return rows.map((row) => this.#channelOf(row)).sort();
		});
	}

	async addressees(channel: string): Promise<readonly string[]> {
		return this.#database.gate.run(async () => {
			const rows = await this.#database.read(
				`SELECT execution_id FROM ${this.#table} WHERE channel = $1 AND execution_id IS NOT NULL
					GROUP BY execution_id ORDER BY min(position), min(rank)`,
				[channelKey(channel)],
			);
			return rows.map(({ execution_id }) => String(execution_id));
		});
	}

	async subscribe(listener: (channel: string) => void): Promise<() => Promise<void>> {
		this.#database.gate.check();
		let isStopped = false;
		const tell = (channel: string) => {
			if (!isStopped) callListener(() => listener(channel));
		};
		const stop = await this.#options.notices.listen({
			heard: (payload) => {
				if (!payload.startsWith(mark)) return;
				const key = payload.slice(mark.length);
				if (isPlain(key)) tell(key);
				else this.#tellAll(tell, key);
			},
			resumed: () => this.#tellAll(tell),
			// It hears of everything once the connection is back.
			lost: () => {},
		});
		return async () => {
			isStopped = true;
			await stop();
		};
	}

	/** Names that a notice does not have are looked up. */
	async #tellAll(tell: (channel: string) => void, key?: string): Promise<void> {
		try {
			const channels = await this.channels();
			for (const channel of channels) {
				if (key === undefined || storedName(channel) === key) tell(channel);
			}
		} catch (error) {
			// The connection is away again: all are told when it is back. A closed store tells nobody.
			if (!(error instanceof StoreError)) throw error;
		}
	}

	#first(rows: readonly Row[]): Signal | null {
		const [row] = rows;
		return row === undefined ? null : this.#signalOf(row);
	}

	#signalOf(row: Row): Signal {
		const { id, execution_id, created_at } = row;
		return {
			id: String(id),
			channel: this.#channelOf(row),
			data: this.#parse(row.body),
			created_at: String(created_at),
			execution_id: typeof execution_id === "string" ? execution_id : null,
		};
	}

	#channelOf({ channel, channel_name }: Row): string {
		return typeof channel_name === "string" ? String(this.#parse(channel_name)) : String(channel);
	}

	#parse(json: unknown): unknown {
		try {
			return JSON.parse(String(json));
		} catch (cause) {
			throw new StoreError("store_corrupt", `${this.#database.name} has a signal that cannot be read.`, { cause });
		}
	}
}

function qualified(table: string): string {
	return columns.replaceAll(/\w+/g, (column) => `${table}.${column}`);
}

function channelKey(channel: string): string {
	checkChannel(channel);
	return storedName(channel);
}
