/** One WebSocket of the inspector's server: what it is sent, what it may send, and for what it is sent away. */
import { type RawData, WebSocket } from "ws";

/** A WebSocket of one browser or program. */
export interface Connection {
	/** @param sent called when the system has taken it, after this returns; never for one that has ended */
	send(message: string, sent?: () => void): void;
}

/** What stands behind an address of the server's WebSockets. */
export interface Endpoint {
	/** @returns called when the connection has ended */
	connected(connection: Connection): () => void;
	/** A text has come. */
	received?(text: string, connection: Connection): void;
}

/** Messages of one browser in a second; whoever clicks sends a few. */
const mostPerSecond = 200;

/** Codes with which a WebSocket is closed (RFC 6455, section 7.4.1). */
const closing = { unsupported: 1003, policy: 1008, failed: 1011 } as const;

/**
 * Serves a connection until it ends.
 * @param all connections of the server
 * @param maxWaiting bytes that may wait for them together; then the one for which most wait is sent away. It gets everything
 * anew when it comes back.
 */
export function serveConnection(
	socket: WebSocket,
	endpoint: Endpoint,
	all: ReadonlySet<WebSocket>,
	maxWaiting: number,
): void {
	const connection: Connection = {
		send(message, sent) {
			if (socket.readyState !== WebSocket.OPEN) return;
			socket.send(message, (error) => {
				if (!error) sent?.();
			});
			if (socket.bufferedAmount > 0) sendSlowestAway(all, maxWaiting);
		},
	};
	// What goes wrong on a connection ends it; `close` follows.
	socket.on("error", () => socket.terminate());
	/** The run must not end because of somebody who looks at it. */
	const guarded = (serve: () => void) => {
		try {
			serve();
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			process.emitWarning(`The inspector has failed at a connection: ${reason}`);
			socket.close(closing.failed, "The inspector has failed.");
		}
	};
	const isTooMuch = rateLimit(mostPerSecond);
	guarded(() => socket.on("close", endpoint.connected(connection)));
	socket.on("message", (data, isBinary) => {
		if (socket.readyState !== WebSocket.OPEN) return;
		if (isTooMuch()) socket.close(closing.policy, "Too many messages.");
		else if (isBinary) socket.close(closing.unsupported, "Only texts.");
		else guarded(() => endpoint.received?.(textOf(data), connection));
	});
}

/** @returns whether one more is more than so many within a second */
function rateLimit(most: number): () => boolean {
	let since = Number.NEGATIVE_INFINITY;
	let count = 0;
	return () => {
		const now = performance.now();
		if (now - since >= 1000) {
			since = now;
			count = 0;
		}
		count += 1;
		return count > most;
	};
}

function sendSlowestAway(all: ReadonlySet<WebSocket>, maxWaiting: number): void {
	let waiting = 0;
	let slowest: WebSocket | undefined;
	for (const socket of all) {
		waiting += socket.bufferedAmount;
		if (socket.bufferedAmount > (slowest?.bufferedAmount ?? 0)) slowest = socket;
	}
	if (waiting > maxWaiting) slowest?.terminate();
}

function textOf(data: RawData): string {
	if (Buffer.isBuffer(data)) return data.toString("utf8");
	return (data instanceof ArrayBuffer ? Buffer.from(data) : Buffer.concat(data)).toString("utf8");
}
