/** Hears of what any process writes to the store: LISTEN on a connection of its own, which comes back when it breaks. */
import type { Client } from "pg";
import type { StoreError } from "../../../runtime/store/errors.ts";
import type { Database } from "./database.ts";
import { toStoreError } from "./failures.ts";

export interface NoticeListener {
	/** What was announced. */
	heard(payload: string): void;
	/** The connection is back: notices may have been missed. */
	resumed(): void;
	/** The server has been away for long; a later `resumed` is still possible. */
	lost(error: StoreError): void;
}

const firstDelay = 50;
const longestDelay = 5_000;
/** Together some 6 seconds. */
const attemptsUntilLost = 8;

export class Notices {
	readonly #database: Database;
	readonly #channel: string;
	readonly #listeners = new Set<NoticeListener>();
	#client: Client | undefined;
	/** Resolves once the server tells us of everything that is announced from then on. */
	#connecting: Promise<void> | undefined;
	#timer: NodeJS.Timeout | undefined;

	constructor(database: Database, channel: string) {
		this.#database = database;
		this.#channel = channel;
	}

	/**
	 * Resolves once nothing that is announced from then on is missed.
	 * @returns stops the listening; the last who stops ends the connection
	 * @throws StoreError `store_unreachable`
	 */
	async listen(listener: NoticeListener): Promise<() => Promise<void>> {
		this.#listeners.add(listener);
		const stop = async () => {
			this.#listeners.delete(listener);
			if (this.#listeners.size === 0) await this.#disconnect();
		};
		try {
			await this.#connected();
			return stop;
		} catch (error) {
			await stop();
			throw error;
		}
	}

	/** Ends the connection; who listens hears no more. */
	async close(): Promise<void> {
		this.#listeners.clear();
		await this.#disconnect();
	}

	async #connected(): Promise<void> {
		// Those who left, or closed, in the meantime need no connection.
		while (this.#client === undefined && this.#listeners.size > 0) {
			this.#connecting ??= this.#connect().finally(() => {
				this.#connecting = undefined;
			});
			await this.#connecting;
		}
	}

	async #connect(): Promise<void> {
		const client = await this.#database.connect();
		client.on("notification", ({ payload = "" }) => {
			for (const listener of this.#listeners) listener.heard(payload);
		});
		client.on("end", () => {
			if (this.#client !== client) return;
			this.#client = undefined;
			if (this.#listeners.size > 0) this.#reconnect(1);
		});
		try {
			await client.query(`LISTEN "${this.#channel}"`);
		} catch (error) {
			await client.end();
			throw toStoreError(error, "read", this.#database.name);
		}
		this.#client = client;
		// All may have left in the meantime.
		if (this.#listeners.size === 0) await this.#disconnect();
	}

	#reconnect(attempt: number): void {
		const delay = Math.min(longestDelay, firstDelay * 2 ** (attempt - 1));
		clearTimeout(this.#timer);
		this.#timer = setTimeout(async () => {
			try {
				await this.#connected();
				for (const listener of this.#listeners) listener.resumed();
			} catch (error) {
				if (this.#listeners.size === 0) return;
				if (attempt >= attemptsUntilLost) {
					for (const listener of this.#listeners) listener.lost(toStoreError(error, "read", this.#database.name));
				}
				this.#reconnect(attempt + 1);
			}
		}, delay);
	}

	async #disconnect(): Promise<void> {
		clearTimeout(this.#timer);
		const client = this.#client;
		this.#client = undefined;
		await client?.end();
	}
}
