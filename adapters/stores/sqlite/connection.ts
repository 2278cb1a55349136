/** One open database: prepared statements by their text, transactions, and errors that say what to do. */
import { StoreGate } from "../store-gate.ts";
import type { SqliteDatabase, SqliteStatement } from "./driver.ts";
import { sqliteBusy, sqliteCode, sqliteFull, sqliteReadOnly, storeErrorOf } from "./driver-errors.ts";
import { IdleCheckpoint } from "./idle-checkpoint.ts";

/** Of what may keep the log from being moved into the file. */
const harmless: readonly unknown[] = [sqliteBusy, sqliteReadOnly, sqliteFull];

export class Connection {
	/** For people. */
	readonly name: string;
	/** libsql itself would go on writing after it was closed. */
	readonly gate: StoreGate;
	readonly #database: SqliteDatabase;
	readonly #statements = new Map<string, SqliteStatement>();
	readonly #onClose: (() => void)[] = [];
	readonly #idle = new IdleCheckpoint(() => this.#moveLog());
	#closing: Promise<void> | undefined;

	constructor(database: SqliteDatabase, name: string) {
		this.#database = database;
		this.name = name;
		this.gate = new StoreGate(name);
	}

	/** A prepared statement; texts are few, so each is prepared once. */
	sql(text: string): SqliteStatement {
		const known = this.#statements.get(text);
		if (known !== undefined) return known;
		const statement = this.#database.prepare(text);
		this.#statements.set(text, statement);
		return statement;
	}

	/** Does `work`, which only reads. @throws StoreError */
	read<T>(work: () => T): T {
		this.gate.check();
		return this.#translated("read", work);
	}

	/** Does `work`, which is one writing statement and so atomic by itself. @throws StoreError */
	write<T>(work: () => T): T {
		this.gate.check();
		this.#idle.wrote();
		return this.#translated("write", work);
	}

	/** Does `work` in one transaction that has the right to write from its beginning. @throws StoreError */
	transaction<T>(work: () => T): T {
		this.gate.check();
		this.#idle.wrote();
		return this.#translated("write", () => this.#inTransaction(work));
	}

	/**
	 * Does `work` in pieces, a transaction each, and lets the event loop run between them. Closing waits for the last.
	 * @param work one piece; true when it was the last
	 * @throws StoreError
	 */
	inPieces(work: () => boolean): Promise<void> {
		return this.gate.run(async () => {
			while (!this.#translated("write", () => this.#inTransaction(work))) {
				await new Promise((resolve) => setImmediate(resolve));
			}
		});
	}

	/** Calls back before the database is closed. */
	onClose(callback: () => void): void {
		this.#onClose.push(callback);
	}

	/** Moves all from the write-ahead log into the file, so that the file alone is a backup, and closes it. */
	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	async #close(): Promise<void> {
		this.#idle.stop();
		for (const callback of this.#onClose.splice(0)) callback();
		await this.gate.close();
		this.#statements.clear();
		try {
			this.#database.exec("PRAGMA busy_timeout = 100");
			this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
		} catch (error) {
			// Another process reads, or the disk is full: it, or the next who opens the file, does it, and until then all is in
			// the log. A file for reading only has nothing to move.
			if (!harmless.includes(sqliteCode(error))) throw storeErrorOf(error, this.name, "write");
		} finally {
			this.#database.close();
		}
	}

	#moveLog(): void {
		try {
			this.#database.exec("PRAGMA wal_checkpoint(PASSIVE)");
		} catch {
			// Nothing is lost: it is all in the log still. What hinders it hinders commits and closing too, and these say so.
		}
	}

	#inTransaction<T>(work: () => T): T {
		this.sql("BEGIN IMMEDIATE").run([]);
		try {
			const result = work();
			this.sql("COMMIT").run([]);
			return result;
		} catch (error) {
			this.#rollBack();
			throw error;
		}
	}

	#rollBack(): void {
		try {
			this.sql("ROLLBACK").run([]);
		} catch {
			// After a full disk and the like, SQLite has rolled back by itself. The first error is the one to tell.
		}
	}

	#translated<T>(doing: "read" | "write", work: () => T): T {
		try {
			return work();
		} catch (error) {
			throw storeErrorOf(error, this.name, doing);
		}
	}
}
