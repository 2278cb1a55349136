/** Signals in the table of spec section 11.2, with a strict order and addressees. */
import type { Signal, SignalBackend } from "../../../runtime/signals/signal-backend.ts";
import { StoreError } from "../../../runtime/store/errors.ts";
import { Listeners } from "../listeners.ts";
import { checkChannel, parseSignalData, signalJson } from "../signal-data.ts";
import type { Connection } from "./connection.ts";
import type { SqliteRow, SqliteValue } from "./driver.ts";
import { column, numberOf, textOf, textOrNull } from "./rows.ts";
import type { ChangeWatch } from "./watch.ts";

export interface SignalOptions {
	readonly now: () => number;
	readonly newId: () => string;
}

const fields = "id, channel, data_json, created_at, execution_id, position";
const insert =
	"INSERT INTO signals(id, channel, data_json, created_at, execution_id, position) VALUES (?, ?, ?, ?, ?, ?)";

export class SqliteSignals implements SignalBackend {
	readonly notifies = true;
	readonly #connection: Connection;
	readonly #watch: ChangeWatch;
	readonly #options: SignalOptions;
	readonly #listeners = new Listeners();
	#stopWatching: (() => void) | undefined;
	/** Position of the newest signal that the listeners were told of. */
	#told = 0;

	constructor(connection: Connection, watch: ChangeWatch, options: SignalOptions) {
		this.#connection = connection;
		this.#watch = watch;
		this.#options = options;
	}

	async send(channel: string, data: unknown, options: { readonly executionId?: string } = {}): Promise<string> {
		checkName(channel);
		const json = signalJson(channel, data);
		const id = this.#options.newId();
		const time = new Date(this.#options.now()).toISOString();
		// A trigger gives it its position, as it does for what other programs send.
		this.#connection.write(() =>
			this.#connection.sql(insert).run([id, channel, json, time, options.executionId ?? null, null]),
		);
		this.#listeners.tell(channel);
		return id;
	}

	async claim(channel: string, executionId: string): Promise<Signal | null> {
		checkName(channel);
		const find = () => {
			const own = this.#oldest(channel, executionId);
			const free = this.#oldest(channel, null);
			if (own === undefined || free === undefined) return own ?? free;
			return numberOf(own.position) <= numberOf(free.position) ? own : free;
		};
		// Whoever finds none, or one that is its own already, needs no right to write.
		const found = this.#connection.read(find);
		if (found === undefined) return null;
		if (found.execution_id !== null) return this.#read(found);
		return this.#connection.transaction(() => {
			const signal = find();
			if (signal === undefined) return null;
			const sql = "UPDATE signals SET execution_id = ? WHERE id = ? AND execution_id IS NULL";
			this.#connection.sql(sql).run([executionId, textOf(signal.id)]);
			return { ...this.#read(signal), execution_id: executionId };
		});
	}

	async acknowledge(signalId: string): Promise<void> {
		this.#connection.write(() => this.#connection.sql("DELETE FROM signals WHERE id = ?").run([signalId]));
	}

	async broadcast(channel: string, executionIds: readonly string[]): Promise<Signal | null> {
		checkName(channel);
		if (executionIds.length === 0) return null;
		return this.#connection.transaction(() => {
			const addressees = [...new Set(executionIds)].filter((id) => this.#oldest(channel, id) === undefined);
			const signal = addressees.length === 0 ? undefined : this.#take(channel);
			if (signal === undefined) return null;
			const { data_json, created_at, position } = signal;
			const place = numberOf(position);
			for (const executionId of addressees) {
				const copy = [this.#options.newId(), channel, textOf(data_json), textOf(created_at), executionId, place];
				this.#connection.sql(insert).run(copy);
			}
			return this.#read(signal);
		});
	}

	async consume(channel: string): Promise<Signal | null> {
		checkName(channel);
		if (this.#connection.read(() => this.#oldest(channel, null)) === undefined) return null;
		const signal = this.#connection.transaction(() => this.#take(channel));
		return signal === undefined ? null : this.#read(signal);
	}

	async peek(channel: string): Promise<readonly Signal[]> {
		checkName(channel);
		const sql = `SELECT ${fields} FROM signals WHERE channel = ? ORDER BY position, rowid`;
		return this.#connection.read(() => this.#connection.sql(sql).all([channel])).map((row) => this.#read(row));
	}

	async channels(): Promise<readonly string[]> {
		// From one channel to the next by the index, however many signals each has.
		const sql = `WITH RECURSIVE names(name) AS (
			SELECT min(channel) FROM signals
			UNION ALL SELECT (SELECT min(channel) FROM signals WHERE channel > name) FROM names WHERE name IS NOT NULL
		) SELECT name FROM names WHERE name IS NOT NULL`;
		return column(
			this.#connection.read(() => this.#connection.sql(sql).all([])),
			"name",
		).sort();
	}

	async addressees(channel: string): Promise<readonly string[]> {
		checkName(channel);
		const sql = `SELECT execution_id FROM signals WHERE channel = ? AND execution_id IS NOT NULL
			GROUP BY execution_id ORDER BY min(position), min(rowid)`;
		return column(
			this.#connection.read(() => this.#connection.sql(sql).all([channel])),
			"execution_id",
		);
	}

	async subscribe(listener: (channel: string) => void): Promise<() => Promise<void>> {
		this.#connection.gate.check();
		if (this.#listeners.size === 0) {
			// The watch first: what is sent in between is told once more, not lost.
			this.#stopWatching = this.#watch.add({
				changed: () => {
					for (const channel of this.#news()) this.#listeners.tell(channel);
				},
				// The watch looks again, and whoever uses the store next is told what is wrong.
				failed: () => {},
			});
			this.#told = this.#newest();
		}
		const leave = this.#listeners.add(listener);
		return async () => {
			await leave();
			if (this.#listeners.size === 0) this.#stopWatching?.();
		};
	}

	/** Channels with signals that came since the last call; those that this process sent may be among them. */
	#news(): readonly string[] {
		const newest = this.#newest();
		if (newest === this.#told) return [];
		const sql = "SELECT DISTINCT channel FROM signals WHERE position > ?";
		const rows = this.#connection.read(() => this.#connection.sql(sql).all([this.#told]));
		this.#told = newest;
		return column(rows, "channel");
	}

	#newest(): number {
		const sql = "SELECT value FROM flatstate_meta WHERE name = 'signal_position'";
		return this.#connection.read(() => numberOf(this.#connection.sql(sql).get([])?.value));
	}

	/** @throws StoreError `store_corrupt` where another program wrote data that are no JSON */
	#read(row: SqliteRow): Signal {
		const id = textOf(row.id);
		return {
			id,
			channel: textOf(row.channel),
			data: parseSignalData(id, row.data_json, this.#connection.name),
			created_at: textOf(row.created_at),
			execution_id: textOrNull(row.execution_id),
		};
	}

	/** The oldest that is addressed to this execution, or with null to nobody. */
	#oldest(channel: string, executionId: string | null): SqliteRow | undefined {
		const values: SqliteValue[] = executionId === null ? [channel] : [channel, executionId];
		const addressee = executionId === null ? "IS NULL" : "= ?";
		return this.#connection
			.sql(
				`SELECT ${fields} FROM signals WHERE channel = ? AND execution_id ${addressee}
				ORDER BY position, rowid LIMIT 1`,
			)
			.get(values);
	}

	/** Removes the oldest that is addressed to nobody. Call it in a transaction. */
	#take(channel: string): SqliteRow | undefined {
		const signal = this.#oldest(channel, null);
		if (signal !== undefined) this.#connection.sql("DELETE FROM signals WHERE id = ?").run([textOf(signal.id)]);
		return signal;
	}
}

function checkName(channel: string): void {
	checkChannel(channel);
	// libsql would give a text back up to its first NUL only.
	if (channel.includes("\0")) throw new StoreError("invalid_signal", "A signal's channel must not have a NUL in it.");
}
