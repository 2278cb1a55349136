/** Connections to one Postgres database: queries, transactions, what is tried again, and closing. */
import type { ClientConfig, Pool, PoolClient } from "pg";
import { StoreError } from "../../../runtime/store/errors.ts";
import { StoreGate } from "../store-gate.ts";
import type { PostgresDriver } from "./driver.ts";
import { isOfStatement, isPassing, isRolledBack, NotConnectedError, type Purpose, toStoreError } from "./failures.ts";

export type Row = Record<string, unknown>;

export interface Statement {
	/** Prepared under this name on every connection; absent: not prepared. */
	readonly name?: string;
	readonly text: string;
	readonly values?: readonly unknown[];
}

/** Queries within one transaction. */
export type Queries = (text: string, values?: readonly unknown[]) => Promise<Row[]>;

export interface DatabaseOptions {
	readonly driver: PostgresDriver;
	readonly connectionString: string;
	/** For messages. */
	readonly name: string;
	/** Milliseconds that making a connection may take, and waiting for one of those there are. Default 15,000. */
	readonly connectTimeout?: number;
}

/** With 50 commits at once, 4 to 16 made no difference that stood out (two cores, PostgreSQL 15). */
const poolSize = 10;
const defaultConnectTimeout = 15_000;
/** Milliseconds for an answer, and for trying again while no connection can be made. */
const answerTimeout = 120_000;
const patience = 5_000;
const firstDelay = 50;
const longestDelay = 1_000;
const maxRollbacks = 5;

export class Database {
	readonly name: string;
	/** What the store does as a whole goes through it; queries do not, so that those of one piece of work all come through. */
	readonly gate: StoreGate;
	readonly #options: DatabaseOptions;
	readonly #pool: Pool;
	#closing: Promise<void> | undefined;

	constructor(options: DatabaseOptions) {
		this.name = options.name;
		this.gate = new StoreGate(options.name);
		this.#options = options;
		this.#pool = new options.driver.pg.Pool({ ...this.clientConfig(), max: poolSize, idleTimeoutMillis: 30_000 });
		// An idle connection broke. The pool has dropped it, and the next query makes a new one.
		this.#pool.on("error", ignore);
	}

	/** What a connection outside of the pool is made with. */
	clientConfig(): ClientConfig {
		return {
			connectionString: this.#options.connectionString,
			connectionTimeoutMillis: this.#options.connectTimeout ?? defaultConnectTimeout,
			query_timeout: answerTimeout,
			// A peer that vanished is found out.
			keepAlive: true,
			keepAliveInitialDelayMillis: 10_000,
			fallback_application_name: "flatstate",
		};
	}

	/** A new connection outside of the pool; whoever asks ends it. @throws StoreError `store_unreachable` */
	async connect(): Promise<InstanceType<PostgresDriver["pg"]["Client"]>> {
		const client = new this.#options.driver.pg.Client(this.clientConfig());
		client.on("error", ignore);
		try {
			await client.connect();
			return client;
		} catch (cause) {
			// Not awaited: the socket is gone, or going.
			client.end().catch(ignore);
			throw toStoreError(new NotConnectedError("", { cause }), "read", this.name);
		}
	}

	/** A query that changes nothing, or the same when it is made twice. */
	read(text: string, values: readonly unknown[] = []): Promise<Row[]> {
		return this.#run("read", true, (client) => query(client, { text, values }));
	}

	/** One statement, which is a transaction. */
	write(statement: Statement): Promise<Row[]> {
		return this.#run("write", false, (client) => query(client, statement));
	}

	/** A statement that may be made twice, for instance since it deletes. */
	repeat(text: string, values: readonly unknown[]): Promise<Row[]> {
		return this.#run("write", true, (client) => query(client, { text, values }));
	}

	/** Several statements in one transaction. `work` may be called again where the server has taken everything back. */
	transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
		return this.#run("write", false, async (client) => {
			await client.query("BEGIN");
			try {
				const result = await work((text, values = []) => query(client, { text, values }));
				await client.query("COMMIT");
				return result;
			} catch (error) {
				if (isOfStatement(error) || error instanceof StoreError) await client.query("ROLLBACK");
				throw error;
			}
		});
	}

	/** Finishes what is under way, then closes all connections of the pool. */
	close(): Promise<void> {
		this.#closing ??= (async () => {
			await this.gate.close();
			await this.#pool.end();
		})();
		return this.#closing;
	}

	async #run<T>(purpose: Purpose, isRepeatable: boolean, work: (client: PoolClient) => Promise<T>): Promise<T> {
		try {
			return await this.#persist(isRepeatable, work);
		} catch (error) {
			throw toStoreError(error, purpose, this.name);
		}
	}

	/** Tries again, for a while, only where nothing can have been written by the try before. */
	async #persist<T>(isRepeatable: boolean, work: (client: PoolClient) => Promise<T>): Promise<T> {
		const start = performance.now();
		let delay = firstDelay;
		for (let rollbacks = 0; ; ) {
			try {
				return await this.#once(work);
			} catch (error) {
				const isUnwritten = error instanceof NotConnectedError ? isPassing(error.cause) : isRolledBack(error);
				const isBroken = isRepeatable && !isOfStatement(error) && !(error instanceof NotConnectedError);
				if (!isUnwritten && !(isBroken && isPassing(error))) throw error;
				if (performance.now() - start > patience || (isRolledBack(error) && ++rollbacks > maxRollbacks)) throw error;
			}
			await new Promise((resolve) => setTimeout(resolve, delay));
			delay = Math.min(delay * 2, longestDelay);
		}
	}

	async #once<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
		let client: PoolClient;
		try {
			client = await this.#pool.connect();
		} catch (cause) {
			throw new NotConnectedError("No connection could be made.", { cause });
		}
		// A connection that breaks rejects the query; where none is under way, it rejects the next.
		client.on("error", ignore);
		let isBroken = false;
		try {
			return await work(client);
		} catch (error) {
			isBroken = !isOfStatement(error) && !(error instanceof StoreError);
			throw error;
		} finally {
			client.off("error", ignore);
			client.release(isBroken);
		}
	}
}

async function query(client: PoolClient, { name, text, values = [] }: Statement): Promise<Row[]> {
	const { rows } = await client.query({ text, values: [...values], ...(name !== undefined && { name }) });
	return rows;
}

function ignore(): void {}
