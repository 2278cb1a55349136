/** Stored configurations: addressed by their content, so that nothing but a table of keys and values is needed. */
import { type ConfigStore, configHash } from "../../../runtime/store/config-store.ts";
import { StoreError } from "../../../runtime/store/errors.ts";
import type { Database } from "./database.ts";
import type { KeyvModule } from "./driver.ts";

const hashPattern = /^[0-9a-f]{64}$/;

export class PostgresConfigStore implements ConfigStore {
	readonly #database: Database;
	readonly #keyv: InstanceType<KeyvModule["Keyv"]>;

	/** @param keyv on `flatstate_configs` */
	constructor(database: Database, keyv: InstanceType<KeyvModule["Keyv"]>) {
		this.#database = database;
		this.#keyv = keyv;
	}

	async put(text: string): Promise<string> {
		return this.#database.gate.run(async () => {
			const hash = configHash(text);
			await this.#keyv.set(hash, text);
			return hash;
		});
	}

	async get(hash: string): Promise<string | null> {
		return this.#database.gate.run(async () => {
			if (!hashPattern.test(hash)) return null;
			const text: unknown = await this.#keyv.get(hash);
			if (text === undefined) return null;
			if (typeof text === "string" && configHash(text) === hash) return text;
			throw new StoreError("store_corrupt", `${this.#database.name} has another text than it should under ${hash}.`);
		});
	}

	async delete(hash: string): Promise<void> {
		return this.#database.gate.run(async () => {
			if (hashPattern.test(hash)) await this.#keyv.delete(hash);
		});
	}
}
