/** What is published in Redis, on a connection of its own that is opened when somebody first listens. */
import type { StoreError } from "../../../runtime/store/errors.ts";
import { callListener } from "../listeners.ts";
import type { RedisConnection, ServerClient } from "./connection.ts";

export interface Listener {
	onMessage(message: string): void;
	/** The connection was lost and is back: what was published in between was not heard. */
	onReconnect(): void;
	/** The connection is lost for longer than a command may take. It may still come back. */
	onLost?(error: StoreError): void;
}

interface Channel {
	readonly listeners: Set<Listener>;
	readonly deliver: (message: string) => void;
	readonly subscribed: Promise<void>;
}

const retryPauseMs = 50;

export class Subscriptions {
	readonly #connection: RedisConnection;
	readonly #channels = new Map<string, Channel>();
	#client: { readonly client: ServerClient; readonly connected: Promise<unknown> } | undefined;
	#lost: NodeJS.Timeout | undefined;
	#closed = false;

	constructor(connection: RedisConnection) {
		this.#connection = connection;
	}

	/**
	 * Once this resolves, everything that is published on the channel is heard.
	 * @returns stops the listening
	 * @throws StoreError `store_unreachable`
	 */
	async listen(channel: string, listener: Listener): Promise<() => Promise<void>> {
		const joined = this.#join(channel);
		joined.listeners.add(listener);
		try {
			await joined.subscribed;
		} catch (error) {
			this.#leave(channel, joined, listener);
			throw error;
		}
		return async () => this.#leave(channel, joined, listener);
	}

	close(): void {
		this.#closed = true;
		clearTimeout(this.#lost);
		this.#channels.clear();
		if (this.#client?.client.isOpen) this.#client.client.destroy();
	}

	#join(channel: string): Channel {
		const known = this.#channels.get(channel);
		if (known !== undefined) return known;
		const listeners = new Set<Listener>();
		const deliver = (message: string) => tell(listeners, (listener) => listener.onMessage(message));
		const subscribed = this.#connection.bounded(() => this.#subscribe(channel, deliver));
		const joined = { listeners, deliver, subscribed };
		this.#channels.set(channel, joined);
		return joined;
	}

	/** A connection that breaks in the middle is back soon, or the caller has given up by then. */
	async #subscribe(channel: string, deliver: (message: string) => void): Promise<void> {
		const end = performance.now() + this.#connection.timeoutMs;
		for (;;) {
			this.#client ??= this.#open();
			const { client, connected } = this.#client;
			try {
				await connected;
				await client.subscribe(channel, deliver);
				return;
			} catch (error) {
				if (this.#closed || performance.now() + retryPauseMs > end) throw error;
				await new Promise((resolve) => setTimeout(resolve, retryPauseMs));
			}
		}
	}

	#leave(channel: string, joined: Channel, listener: Listener): void {
		if (!joined.listeners.delete(listener) || joined.listeners.size > 0) return;
		if (this.#channels.get(channel) === joined) this.#channels.delete(channel);
		const client = this.#client?.client;
		// Nobody hears it any more. That the server still publishes where it cannot be told changes nothing.
		if (client?.isOpen) client.unsubscribe(channel, joined.deliver).catch(() => {});
	}

	#open() {
		const client = this.#connection.duplicate();
		let ready = false;
		client.on("error", (error) => {
			if (!ready || this.#closed) return;
			this.#lost ??= setTimeout(() => {
				this.#each((listener) => listener.onLost?.(this.#connection.unreachableError(error)));
			}, this.#connection.timeoutMs);
		});
		client.on("ready", () => {
			clearTimeout(this.#lost);
			this.#lost = undefined;
			if (ready) this.#each((listener) => listener.onReconnect());
			ready = true;
		});
		return { client, connected: client.connect() };
	}

	#each(call: (listener: Listener) => void): void {
		for (const { listeners } of this.#channels.values()) tell(listeners, call);
	}
}

function tell(listeners: ReadonlySet<Listener>, call: (listener: Listener) => void): void {
	for (const listener of [...listeners]) callListener(() => call(listener));
}
