/** A browser for tests: connects to an inspector's server and waits for messages. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { isRecord } from "../../compiler/document/plain-data.ts";
import type {
	ClientMessage,
	InspectedActor,
	InspectedCall,
	InspectedFrame,
	ServerMessage,
} from "../../src/inspect/protocol.ts";

export interface Browser extends AsyncDisposable {
	readonly messages: readonly ServerMessage[];
	/** As they came. */
	readonly texts: readonly string[];
	send(message: ClientMessage): void;
	sendText(text: string): void;
	/** Resolves with the first message, of those that came and those to come, that is so. */
	until<Found extends ServerMessage>(isIt: (message: ServerMessage) => message is Found): Promise<Found>;
	/** Resolves as soon as all that has come is so. */
	when(isSo: () => boolean): Promise<void>;
	/** The latest of each. */
	actors(): InspectedActor[];
	frames(): InspectedFrame[];
	/** What has been told of each. */
	calls(): InspectedCall[];
}

/** @param url of the page, or of a WebSocket */
export async function openBrowser(url: string, path = "/socket"): Promise<Browser> {
	const address = new URL(url);
	if (address.protocol === "http:") address.pathname = path;
	address.protocol = "ws:";
	const socket = new WebSocket(address, { origin: `http://${address.host}` });
	const messages: ServerMessage[] = [];
	const texts: string[] = [];
	const waiting = new Set<() => void>();
	socket.on("message", (data) => {
		const text = String(data);
		texts.push(text);
		const value: unknown = JSON.parse(text);
		messages.push(...(Array.isArray(value) ? value : [value]).filter(isMessage));
		for (const look of [...waiting]) look();
	});
	await once(socket, "open");
	const when = (isSo: () => boolean) =>
		new Promise<void>((resolve) => {
			const look = () => {
				if (!isSo()) return;
				waiting.delete(look);
				resolve();
			};
			waiting.add(look);
			look();
		});
	// The greeting comes when the session is listened to: what happens from then on is told at once.
	if (path === "/socket") await when(() => messages.length > 0);
	return {
		messages,
		texts,
		send: (message) => socket.send(JSON.stringify(message)),
		sendText: (text) => socket.send(text),
		when,
		async until(isIt) {
			await when(() => messages.some(isIt));
			const found = messages.find(isIt);
			if (!found) throw new Error("a message that came is gone");
			return found;
		},
		actors: () => latest(messages.flatMap((message) => (message.type === "actors" ? message.actors : []))),
		frames: () => messages.flatMap((message) => (message.type === "frame" ? [message] : [])),
		calls() {
			const calls = new Map<string, InspectedCall>();
			for (const message of messages) {
				if (message.type === "call") calls.set(message.id, { ...calls.get(message.id), ...message });
			}
			return [...calls.values()];
		},
		async [Symbol.asyncDispose]() {
			if (socket.readyState === WebSocket.CLOSED) return;
			const closed = once(socket, "close");
			socket.close();
			await closed;
		},
	};
}

export function isEnd(message: ServerMessage): message is Extract<ServerMessage, { type: "end" }> {
	return message.type === "end";
}

export function isNotice(message: ServerMessage): message is Extract<ServerMessage, { type: "notice" }> {
	return message.type === "notice";
}

function latest<T extends { readonly id: string }>(all: readonly T[]): T[] {
	return [...new Map(all.map((one) => [one.id, one])).values()];
}

function isMessage(value: unknown): value is ServerMessage {
	return isRecord(value) && typeof value.type === "string";
}
