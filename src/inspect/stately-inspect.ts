/** Sends a run to an inspector that speaks Stately's protocol and listens on a WebSocket, without secrets. */
import { WebSocket } from "ws";
import type { InspectionEvent } from "xstate";
import { createRedaction, type RedactionOptions } from "./redaction.ts";
import { StatelyConversion, StatelySource } from "./stately-conversion.ts";

export interface StatelyInspectOptions extends RedactionOptions {
	/** Where the inspector listens, e.g. `ws://localhost:8080` for `createInspectorServer` of `@statelyai/inspect/server`. */
	readonly url: string;
	/** Events that wait for the connection; the oldest go first. Default 20,000. */
	readonly mostWaiting?: number;
	/** Called once, when the connection fails; the run goes on unseen. Default: a warning of the process. */
	readonly onError?: (error: Error) => void;
}

export interface StatelyInspection extends AsyncDisposable {
	/** For `RunOptions.inspect`, and for `inspect` of XState's `createActor`. */
	readonly inspect: (event: InspectionEvent) => void;
	/** Sends what is left and ends the connection. */
	stop(): Promise<void>;
}

/**
 * Connects to an inspector. The package's own `createWebSocketInspector` shows the initial context within definitions as
 * it is, and keeps the process for ever where nobody listens.
 */
export function statelyInspect(options: StatelyInspectOptions): StatelyInspection {
	const { url, mostWaiting = 20_000, onError = (error) => process.emitWarning(error), ...rules } = options;
	const sender = new Sender(url, mostWaiting, onError);
	const source = new StatelySource();
	const conversion = new StatelyConversion(createRedaction(rules), source.initial, (text) => sender.send(text));
	const stop = async (): Promise<void> => {
		// The package converts events in a later turn of the event loop.
		await new Promise((resolve) => setTimeout(resolve, 0));
		await sender.end();
	};
	return {
		inspect: (event) => {
			const moment = source.take(event);
			if (moment) conversion.show(moment);
		},
		stop,
		[Symbol.asyncDispose]: stop,
	};
}

class Sender {
	readonly #socket: WebSocket;
	readonly #mostWaiting: number;
	readonly #ended: Promise<void>;
	#waiting: string[] | undefined = [];
	#isOver = false;

	constructor(url: string, mostWaiting: number, onError: (error: Error) => void) {
		this.#mostWaiting = mostWaiting;
		this.#socket = new WebSocket(url);
		this.#ended = new Promise((resolve) => {
			this.#socket.once("close", () => {
				this.#isOver = true;
				this.#waiting = undefined;
				resolve();
			});
		});
		this.#socket.once("open", () => {
			for (const text of this.#waiting ?? []) this.#socket.send(text);
			this.#waiting = undefined;
		});
		this.#socket.on("error", (error) => onError(new Error(`Stately's inspector cannot be reached: ${error.message}`)));
	}

	send(text: string): void {
		if (this.#isOver) return;
		if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text);
		else if (this.#waiting) {
			this.#waiting.push(text);
			if (this.#waiting.length > this.#mostWaiting) this.#waiting.shift();
		}
	}

	async end(): Promise<void> {
		if (this.#socket.readyState === WebSocket.CONNECTING) {
			await Promise.race([new Promise((resolve) => this.#socket.once("open", resolve)), this.#ended]);
		}
		this.#socket.close();
		await this.#ended;
	}
}
