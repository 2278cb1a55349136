/** Signals in Redis: queues that scripts change, and a channel on which every one that is sent is announced. */

import type { Signal, SignalBackend } from "../../../runtime/signals/signal-backend.ts";
import { callListener } from "../listeners.ts";
import { checkChannel, parseSignalData, signalJson } from "../signal-data.ts";
import type { RedisConnection } from "./connection.ts";
import { signalChannel } from "./keys.ts";
import { texts } from "./reply.ts";
import type { Script } from "./script.ts";
import {
	acknowledgeScript,
	addresseesScript,
	broadcastScript,
	channelsScript,
	claimScript,
	consumeScript,
	peekScript,
	sendScript,
} from "./signal-scripts.ts";
import type { Subscriptions } from "./subscriptions.ts";

export interface SignalOptions {
	/** Milliseconds since 1970. */
	readonly now: () => number;
	readonly newId: () => string;
}

export class RedisSignals implements SignalBackend {
	readonly notifies = true;
	readonly #connection: RedisConnection;
	readonly #subscriptions: Subscriptions;
	readonly #options: SignalOptions;

	constructor(connection: RedisConnection, subscriptions: Subscriptions, options: SignalOptions) {
		this.#connection = connection;
		this.#subscriptions = subscriptions;
		this.#options = options;
	}

	async send(channel: string, data: unknown, options: { readonly executionId?: string } = {}): Promise<string> {
		const json = signalJson(channel, data);
		const id = this.#options.newId();
		const created = new Date(this.#options.now()).toISOString();
		await this.#write(sendScript, [id, channel, json, created, options.executionId ?? ""]);
		return id;
	}

	async claim(channel: string, executionId: string): Promise<Signal | null> {
		checkChannel(channel);
		return this.#signalOf(await this.#write(claimScript, [channel, executionId]), channel);
	}

	async acknowledge(signalId: string): Promise<void> {
		await this.#write(acknowledgeScript, [signalId]);
	}

	async broadcast(channel: string, executionIds: readonly string[]): Promise<Signal | null> {
		checkChannel(channel);
		const copies = [...new Set(executionIds)].flatMap((executionId) => [executionId, this.#options.newId()]);
		if (copies.length === 0) return null;
		return this.#signalOf(await this.#write(broadcastScript, [channel, ...copies]), channel);
	}

	async consume(channel: string): Promise<Signal | null> {
		checkChannel(channel);
		return this.#signalOf(await this.#write(consumeScript, [channel]), channel);
	}

	async peek(channel: string): Promise<readonly Signal[]> {
		checkChannel(channel);
		const reply = await this.#read(peekScript, [channel]);
		return (Array.isArray(reply) ? reply : []).flatMap((item: unknown) => this.#signalOf(item, channel) ?? []);
	}

	async channels(): Promise<readonly string[]> {
		return texts(await this.#read(channelsScript, []));
	}

	async addressees(channel: string): Promise<readonly string[]> {
		checkChannel(channel);
		const found = texts(await this.#read(addresseesScript, [channel]));
		return [...new Set(found)].filter((executionId) => executionId !== "");
	}

	/** After a lost connection the listener is called with every channel that has signals, since announcements may be lost. */
	async subscribe(listener: (channel: string) => void): Promise<() => Promise<void>> {
		return this.#connection.gate.run(() =>
			this.#subscriptions.listen(signalChannel(this.#connection.tag), {
				onMessage: (channel) => listener(channel),
				onReconnect: () => {
					this.channels().then(
						(channels) => {
							for (const channel of channels) callListener(() => listener(channel));
						},
						// The next reconnection looks again: this one was lost at once, or the store is closed.
						() => {},
					);
				},
			}),
		);
	}

	#write(script: Script, args: readonly string[]): Promise<unknown> {
		return this.#connection.gate.run(() => this.#connection.script("write", script, args));
	}

	#read(script: Script, args: readonly string[]): Promise<unknown> {
		return this.#connection.gate.run(() => this.#connection.script("read", script, args));
	}

	#signalOf(reply: unknown, channel: string): Signal | null {
		if (!Array.isArray(reply)) return null;
		const [id = "", json = "", created_at = "", execution = ""] = texts(reply);
		const data = parseSignalData(id, json, this.#connection.name);
		return { id, channel, data, created_at, execution_id: execution === "" ? null : execution };
	}
}
