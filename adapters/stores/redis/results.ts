/** Results in Redis: a hash for each execution. Who waits for one is told by the script that writes it. */
import type { ReadOptions, ResultBackend } from "../../../runtime/results/result-backend.ts";
import { resultJson } from "../../../runtime/results/result-json.ts";
import { parseResultUri, type ResultAddress, resultUri } from "../../../runtime/results/result-uri.ts";
import { checkedTimeout, waitForResult } from "../../../runtime/results/wait-for-result.ts";
import { parseResult } from "../stored-result.ts";
import type { RedisConnection } from "./connection.ts";
import { resultChannel } from "./keys.ts";
import { type Script, script } from "./script.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** Arguments: id, path, and JSON text where there is one. */
const writeScript = script(`
call('HSET', p .. 'results:' .. ARGV[1], ARGV[2], ARGV[3])
publish('result:' .. ARGV[1] .. '/' .. ARGV[2], '')
return 1
`);
const readScript = script("return call('HGET', p .. 'results:' .. ARGV[1], ARGV[2])");
const existsScript = script("return call('HEXISTS', p .. 'results:' .. ARGV[1], ARGV[2])");
const deleteScript = script("return call('HDEL', p .. 'results:' .. ARGV[1], ARGV[2])");

export class RedisResults implements ResultBackend {
	readonly #connection: RedisConnection;
	readonly #subscriptions: Subscriptions;

	constructor(connection: RedisConnection, subscriptions: Subscriptions) {
		this.#connection = connection;
		this.#subscriptions = subscriptions;
	}

	async write(uri: string, value: unknown): Promise<void> {
		const address = parseResultUri(uri);
		await this.#run("write", writeScript, address, resultJson(uri, value));
	}

	async read(uri: string, options: ReadOptions = {}): Promise<unknown> {
		const address = parseResultUri(uri);
		const seconds = checkedTimeout(options.timeoutSeconds);
		options.signal?.throwIfAborted();
		if (options.block === false) {
			const json = await this.#run("read", readScript, address);
			return typeof json === "string" ? parseResult(uri, json) : null;
		}
		const json = await this.#connection.gate.wait(options.signal, (signal) => this.#next(address, seconds, signal));
		return parseResult(uri, json);
	}

	async exists(uri: string): Promise<boolean> {
		return (await this.#run("read", existsScript, parseResultUri(uri))) === 1;
	}

	async delete(uri: string): Promise<void> {
		await this.#run("write", deleteScript, parseResultUri(uri));
	}

	#run(kind: "read" | "write", task: Script, { id, path }: ResultAddress, ...rest: string[]): Promise<unknown> {
		return this.#connection.gate.run(() => this.#connection.script(kind, task, [id, path, ...rest]));
	}

	/** Looks, then listens, then looks again: what is written between the two looks is either seen or heard of. */
	#next({ id, path }: ResultAddress, seconds: number, signal: AbortSignal): Promise<string> {
		return waitForResult(resultUri(id, path), { seconds, signal }, async ({ found, failed, over }) => {
			const look = async () => {
				const json = await this.#connection.script("read", readScript, [id, path]);
				if (typeof json === "string") found(json);
				return json;
			};
			const lookAgain = () => {
				look().catch(failed);
			};
			if (typeof (await look()) === "string" || over.aborted) return;
			const stop = await this.#subscriptions.listen(resultChannel(this.#connection.tag, id, path), {
				onMessage: lookAgain,
				onReconnect: lookAgain,
				onLost: failed,
			});
			if (over.aborted) return stop();
			over.addEventListener("abort", stop, { once: true });
			await look();
		});
	}
}
