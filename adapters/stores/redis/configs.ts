/** Stored configurations in Redis, through Keyv: a text under its hash needs no transaction. */
import type { Keyv } from "keyv";
import { type ConfigStore, configHash } from "../../../runtime/store/config-store.ts";
import type { RedisConnection } from "./connection.ts";

export class RedisConfigs implements ConfigStore {
	readonly #connection: RedisConnection;
	readonly #keyv: Keyv<unknown>;

	/** @param keyv on the connection, which throws its errors */
	constructor(connection: RedisConnection, keyv: Keyv<unknown>) {
		this.#connection = connection;
		this.#keyv = keyv;
	}

	put(text: string): Promise<string> {
		const hash = configHash(text);
		return this.#run("write", async () => {
			await this.#keyv.set(hash, text);
			return hash;
		});
	}

	get(hash: string): Promise<string | null> {
		return this.#run("read", async () => {
			const text = await this.#keyv.get(hash);
			return typeof text === "string" ? text : null;
		});
	}

	async delete(hash: string): Promise<void> {
		await this.#run("write", () => this.#keyv.delete(hash));
	}

	#run<Result>(kind: "read" | "write", run: () => Promise<Result>): Promise<Result> {
		return this.#connection.gate.run(() => this.#connection.command(kind, run));
	}
}
