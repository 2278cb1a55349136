/** The page's connection: messages in batches, one try after the other when it is lost. */
import { expect, it } from "vitest";
import type { ServerMessage } from "../../src/inspect/protocol.ts";
import { Connection, type ConnectionState, type SocketEvents } from "../../src/page/connection.ts";
import { readServerMessages } from "../../src/page/server-message.ts";

/** A connection whose sockets and time are the test's. */
function underTest() {
	const sockets: (SocketEvents & { readonly sent: string[]; isClosed: boolean })[] = [];
	const timers: { at: number; call: () => void }[] = [];
	const batches: (readonly ServerMessage[])[] = [];
	const states: ConnectionState[] = [];
	let now = 0;
	const connection = new Connection({
		open: (events) => {
			const socket = { ...events, sent: [] as string[], isClosed: false };
			sockets.push(socket);
			return {
				send: (text) => socket.sent.push(text),
				close: () => {
					socket.isClosed = true;
				},
			};
		},
		later: (milliseconds, call) => {
			const timer = { at: now + milliseconds, call };
			timers.push(timer);
			return () => void timers.splice(timers.indexOf(timer) >>> 0, 1);
		},
		now: () => now,
		onMessages: (messages) => batches.push(messages),
		onState: (state) => states.push(state),
	});
	const pass = (milliseconds: number) => {
		now += milliseconds;
		for (const timer of timers.filter(({ at }) => at <= now)) {
			timers.splice(timers.indexOf(timer), 1);
			timer.call();
		}
	};
	const socket = () => {
		const last = sockets.at(-1);
		if (last === undefined) throw new Error("no socket was opened");
		return last;
	};
	return { connection, sockets, socket, batches, states, pass };
}

const paused = JSON.stringify({ type: "paused", isPaused: true });

it("hands on what came in a while as one batch", () => {
	const { connection, socket, batches, pass } = underTest();
	connection.connect();
	socket().onOpen();
	for (let n = 0; n < 5000; n++) socket().onText(paused);
	expect(batches).toEqual([]);
	pass(50);
	expect(batches.map(({ length }) => length)).toEqual([5000]);
	pass(1000);
	expect(batches).toHaveLength(1);
});

it("connects again when the connection is lost, less and less often, and soon again after a success", () => {
	const { connection, sockets, socket, states, pass } = underTest();
	connection.connect();
	socket().onOpen();
	const waits: number[] = [];
	for (let n = 0; n < 7; n++) {
		const before = sockets.length;
		socket().onClose();
		let waited = 0;
		while (sockets.length === before) {
			pass(100);
			waited += 100;
		}
		waits.push(waited);
	}
	expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
	socket().onOpen();
	socket().onClose();
	expect(states.at(-1)).toMatchObject({ is: "lost" });
	pass(500);
	expect(states.at(-1)).toEqual({ is: "connecting" });
});

it("shows what came just before the connection was lost", () => {
	const { connection, socket, batches } = underTest();
	connection.connect();
	socket().onOpen();
	socket().onText(paused);
	socket().onClose();
	expect(batches).toHaveLength(1);
});

it("sends only while it is connected", () => {
	const { connection, socket } = underTest();
	connection.connect();
	expect(connection.send({ type: "pause" })).toBe(false);
	socket().onOpen();
	expect(connection.send({ type: "pause" })).toBe(true);
	socket().onClose();
	expect(connection.send({ type: "pause" })).toBe(false);
	expect(socket().sent).toEqual(['{"type":"pause"}']);
});

it("stays quiet once it is closed", () => {
	const { connection, sockets, socket, batches, states, pass } = underTest();
	connection.connect();
	socket().onOpen();
	socket().onText(paused);
	connection.close();
	socket().onText(paused);
	socket().onClose();
	pass(60_000);
	expect(socket().isClosed).toBe(true);
	expect(sockets).toHaveLength(1);
	expect(batches).toEqual([]);
	expect(states.at(-1)).toEqual({ is: "open" });
});

it.each([
	["no text", new Uint8Array()],
	["no JSON", "{"],
	["no object", "3"],
	["a type that it does not know", '{"type":"toString"}'],
	["a frame without a context", '{"type":"frame","seq":1,"at":1,"actor":"a","state":"s","changed":[]}'],
	["null for a context", '{"type":"frame","seq":1,"at":1,"actor":"a","state":"s","changed":[],"context":null}'],
])("passes over %s", (_, text) => {
	expect(readServerMessages(text)).toEqual([]);
});

it("reads a list of messages as those of them that it knows", () => {
	const other = { type: "paused", isPaused: false };
	expect(readServerMessages(`[${paused}, {"type":"new"}, ${JSON.stringify(other)}]`)).toEqual([
		JSON.parse(paused),
		other,
	]);
});
