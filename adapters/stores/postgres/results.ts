/** Results as rows. Who waits is told by the server, and asks once more whenever the connection was away. */
import { createHash } from "node:crypto";
import type { ReadOptions, ResultBackend } from "../../../runtime/results/result-backend.ts";
import { resultJson } from "../../../runtime/results/result-json.ts";
import { parseResultUri, resultUri } from "../../../runtime/results/result-uri.ts";
import { checkedTimeout, waitForResult } from "../../../runtime/results/wait-for-result.ts";
import { parseResult } from "../stored-result.ts";
import { resultNotice } from "./commit-statement.ts";
import type { Database } from "./database.ts";
import type { Notices } from "./notices.ts";
import { storedName } from "./stored-name.ts";
import type { Tables } from "./tables.ts";

interface Place {
	/** Written in one way. */
	readonly uri: string;
	readonly id: string;
	readonly path: string;
}

export class PostgresResultBackend implements ResultBackend {
	readonly #database: Database;
	readonly #tables: Tables;
	readonly #notices: Notices;

	constructor(database: Database, tables: Tables, notices: Notices) {
		this.#database = database;
		this.#tables = tables;
		this.#notices = notices;
	}

	async write(uri: string, value: unknown): Promise<void> {
		return this.#database.gate.run(async () => {
			const place = placeOf(uri);
			const text = resultJson(place.uri, value);
			await this.#database.repeat(
				`WITH written AS (
					INSERT INTO ${this.#tables.results} (execution_id, path, body) VALUES ($1, $2, $3)
					ON CONFLICT (execution_id, path) DO UPDATE SET body = excluded.body
					RETURNING ${resultNotice(this.#tables)}
				) SELECT count(*) FROM written`,
				[place.id, place.path, text],
			);
		});
	}

	async read(uri: string, options: ReadOptions = {}): Promise<unknown> {
		const place = placeOf(uri);
		const seconds = checkedTimeout(options.timeoutSeconds);
		options.signal?.throwIfAborted();
		const { gate } = this.#database;
		if (options.block === false) {
			const found = await gate.run(() => this.#find(place));
			return found === undefined ? null : parseResult(place.uri, found);
		}
		return parseResult(place.uri, await gate.wait(options.signal, (signal) => this.#next(place, seconds, signal)));
	}

	async exists(uri: string): Promise<boolean> {
		return this.#database.gate.run(async () => {
			return (await this.#find(placeOf(uri))) !== undefined;
		});
	}

	async delete(uri: string): Promise<void> {
		return this.#database.gate.run(async () => {
			const { id, path } = placeOf(uri);
			await this.#database.repeat(`DELETE FROM ${this.#tables.results} WHERE execution_id = $1 AND path = $2`, [
				id,
				path,
			]);
		});
	}

	async #find({ id, path }: Place): Promise<string | undefined> {
		const [row] = await this.#database.read(
			`SELECT body FROM ${this.#tables.results} WHERE execution_id = $1 AND path = $2`,
			[id, path],
		);
		return row === undefined ? undefined : String(row.body);
	}

	/** Asks; where there is nothing, listens, and asks again: what is written from then on is announced. */
	#next(place: Place, seconds: number, signal: AbortSignal): Promise<string> {
		return waitForResult(place.uri, { seconds, signal }, async ({ found, failed, over }) => {
			const ask = async () => {
				const json = await this.#find(place);
				if (json !== undefined) found(json);
				return json;
			};
			const askAgain = () => {
				ask().catch(failed);
			};
			if ((await ask()) !== undefined || over.aborted) return;
			const notice = `r${createHash("sha256").update(`${place.id}\n${place.path}`).digest("hex")}`;
			const stop = await this.#notices.listen({
				heard: (payload) => {
					if (payload === notice) askAgain();
				},
				resumed: askAgain,
				lost: failed,
			});
			try {
				askAgain();
				await aborted(over);
			} finally {
				await stop();
			}
		});
	}
}

function placeOf(uri: string): Place {
	const { id, path } = parseResultUri(uri);
	return { uri: resultUri(id, path), id: storedName(id), path: storedName(path) };
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		signal.addEventListener("abort", () => resolve(), { once: true });
	});
}
