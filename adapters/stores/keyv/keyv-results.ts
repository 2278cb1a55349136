/** Results in a Keyv. Readers are woken by writers of this process, and look from time to time for what others wrote. */
import { ownString } from "../../../compiler/document/plain-data.ts";
import type { ReadOptions, ResultBackend } from "../../../runtime/results/result-backend.ts";
import { resultJson } from "../../../runtime/results/result-json.ts";
import { canonicalResultUri } from "../../../runtime/results/result-uri.ts";
import { checkedTimeout } from "../../../runtime/results/wait-for-result.ts";
import type { StoreGate } from "../store-gate.ts";
import { parseResult } from "../stored-result.ts";
import { resultKey } from "./keys.ts";
import { corrupt } from "./rows.ts";
import type { SharedKeyv } from "./shared.ts";

export class KeyvResults implements ResultBackend {
	readonly #shared: SharedKeyv;
	readonly #gate: StoreGate;
	readonly #pollMs: number;

	/** @param pollMs between two looks for a result that another process may have written */
	constructor(shared: SharedKeyv, gate: StoreGate, pollMs: number) {
		this.#shared = shared;
		this.#gate = gate;
		this.#pollMs = pollMs;
	}

	async write(uri: string, value: unknown): Promise<void> {
		const address = canonicalResultUri(uri);
		const json = resultJson(address, value);
		await this.#gate.run(() => this.#shared.transact(async (rows) => rows.set(resultKey(address), { json })));
		await this.#shared.tellResult(address, json);
	}

	async read(uri: string, options: ReadOptions = {}): Promise<unknown> {
		const address = canonicalResultUri(uri);
		if (options.block === false) {
			checkedTimeout(options.timeoutSeconds);
			options.signal?.throwIfAborted();
			const json = await this.#look(address);
			return json === undefined ? null : parseResult(address, json);
		}
		return this.#gate.wait(options.signal, (signal) => this.#next(address, options, signal));
	}

	async exists(uri: string): Promise<boolean> {
		return (await this.#look(canonicalResultUri(uri))) !== undefined;
	}

	async delete(uri: string): Promise<void> {
		const address = canonicalResultUri(uri);
		await this.#gate.run(() => this.#shared.transact(async (rows) => rows.delete(resultKey(address))));
	}

	/** Waits first and looks then, so that no write falls in between. */
	async #next(address: string, options: ReadOptions, signal: AbortSignal): Promise<unknown> {
		const stop = new AbortController();
		const onAbort = () => stop.abort(signal.reason);
		if (signal.aborted) onAbort();
		signal.addEventListener("abort", onAbort, { once: true });
		const waiting = this.#shared.waitingRoom.read(address, { ...options, signal: stop.signal });
		let isLooking = false;
		const look = async () => {
			if (isLooking) return;
			isLooking = true;
			try {
				const json = await this.#look(address);
				if (json !== undefined) await this.#shared.tellResult(address, json);
			} catch (error) {
				stop.abort(error);
			}
			isLooking = false;
		};
		void look();
		const timer = setInterval(look, this.#pollMs);
		try {
			return await waiting;
		} finally {
			clearInterval(timer);
			signal.removeEventListener("abort", onAbort);
		}
	}

	#look(address: string): Promise<string | undefined> {
		const key = resultKey(address);
		return this.#gate.run(() =>
			this.#shared.transact(async (rows) => {
				const row = await rows.get(key);
				const json = ownString(row, "json");
				if (row !== undefined && json === undefined) throw corrupt(key);
				return json;
			}),
		);
	}
}
