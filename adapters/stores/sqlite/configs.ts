/** Configurations in the table of spec section 13.5. */
import { type ConfigStore, configHash } from "../../../runtime/store/config-store.ts";
import type { Connection } from "./connection.ts";
import { textOfBytes } from "./rows.ts";

export class SqliteConfigs implements ConfigStore {
	readonly #connection: Connection;
	readonly #now: () => number;

	constructor(connection: Connection, now: () => number) {
		this.#connection = connection;
		this.#now = now;
	}

	async put(text: string): Promise<string> {
		const hash = configHash(text);
		this.#connection.write(() =>
			this.#connection
				.sql(
					`INSERT OR IGNORE INTO machine_configs(config_hash, machine_name, spec_version, config_raw, created_at)
					VALUES (?, '', '', ?, ?)`,
				)
				.run([hash, text, new Date(this.#now()).toISOString()]),
		);
		return hash;
	}

	async get(hash: string): Promise<string | null> {
		// As bytes: libsql would end a text at its first NUL.
		const sql = "SELECT CAST(config_raw AS BLOB) AS config FROM machine_configs WHERE config_hash = ?";
		return this.#connection.read(() => textOfBytes(this.#connection.sql(sql).get([hash])?.config));
	}

	async delete(hash: string): Promise<void> {
		const sql = "DELETE FROM machine_configs WHERE config_hash = ?";
		this.#connection.write(() => this.#connection.sql(sql).run([hash]));
	}
}
