/** The WebSocket to the inspector's server: messages in batches, and a new connection when one is lost. */
import type { ClientMessage, ServerMessage } from "../inspect/protocol.ts";
import { readServerMessages } from "./server-message.ts";

export type ConnectionState =
	| { readonly is: "connecting" }
	| { readonly is: "open" }
	/** `retryAt`: milliseconds since the epoch. */
	| { readonly is: "lost"; readonly retryAt: number };

/** An open socket, or one that is being opened. */
export interface Socket {
	send(text: string): void;
	close(): void;
}

export interface SocketEvents {
	onOpen(): void;
	onText(text: unknown): void;
	/** Also when it could not be opened. */
	onClose(): void;
}

export interface ConnectionParts {
	readonly open: (events: SocketEvents) => Socket;
	/** Calls back later. @returns what cancels it */
	readonly later: (milliseconds: number, call: () => void) => () => void;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
	readonly onMessages: (messages: readonly ServerMessage[]) => void;
	readonly onState: (state: ConnectionState) => void;
}

/** How long messages gather before the page shows them: often enough for eyes, rarely enough for 10,000 actors. */
const batchMilliseconds = 50;
const firstRetry = 500;
const longestRetry = 10_000;

export class Connection {
	readonly #parts: ConnectionParts;
	#socket: Socket | null = null;
	#isOpen = false;
	#batch: ServerMessage[] = [];
	#cancelBatch: (() => void) | null = null;
	#cancelRetry: (() => void) | null = null;
	#retry = firstRetry;

	constructor(parts: ConnectionParts) {
		this.#parts = parts;
	}

	/** Connects, and again whenever the connection is lost, until `close`. */
	connect(): void {
		this.#cancelRetry?.();
		this.#cancelRetry = null;
		this.#parts.onState({ is: "connecting" });
		let isOver = false;
		const socket = this.#parts.open({
			onOpen: () => {
				if (isOver) return;
				this.#isOpen = true;
				this.#retry = firstRetry;
				this.#parts.onState({ is: "open" });
			},
			onText: (text) => {
				if (!isOver) this.#gather(readServerMessages(text));
			},
			onClose: () => {
				if (!isOver) this.#lost();
				isOver = true;
			},
		});
		this.#socket = {
			send: (text) => socket.send(text),
			close: () => {
				isOver = true;
				socket.close();
			},
		};
	}

	/** @returns false where there is no connection to send it over */
	send(message: ClientMessage): boolean {
		if (!this.#isOpen) return false;
		this.#socket?.send(JSON.stringify(message));
		return true;
	}

	close(): void {
		this.#cancelRetry?.();
		this.#cancelBatch?.();
		this.#isOpen = false;
		this.#socket?.close();
		this.#socket = null;
	}

	#gather(messages: readonly ServerMessage[]): void {
		for (const message of messages) this.#batch.push(message);
		this.#cancelBatch ??= this.#parts.later(batchMilliseconds, () => this.#flush());
	}

	#flush(): void {
		this.#cancelBatch?.();
		this.#cancelBatch = null;
		const messages = this.#batch;
		this.#batch = [];
		if (messages.length > 0) this.#parts.onMessages(messages);
	}

	#lost(): void {
		this.#flush();
		this.#socket = null;
		this.#isOpen = false;
		this.#parts.onState({ is: "lost", retryAt: this.#parts.now() + this.#retry });
		this.#cancelRetry = this.#parts.later(this.#retry, () => this.connect());
		this.#retry = Math.min(this.#retry * 2, longestRetry);
	}
}
