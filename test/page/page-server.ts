/** Tells the built page a recording, through the inspector's own server. */
import type { Connection } from "../../src/inspect/client-connection.ts";
import { type LocalServer, startLocalServer } from "../../src/inspect/local-server.ts";
import type { ClientMessage, ServerMessage } from "../../src/inspect/protocol.ts";
import { readClientMessage } from "../../src/inspect/read-client-message.ts";

export class PageServer implements AsyncDisposable {
	/** What the page said, in order. */
	readonly received: ClientMessage[] = [];
	readonly #server: LocalServer;
	readonly #told: ServerMessage[];
	readonly #pages: Set<Connection>;

	private constructor(server: LocalServer, told: ServerMessage[], pages: Set<Connection>, received: ClientMessage[]) {
		this.#server = server;
		this.#told = told;
		this.#pages = pages;
		this.received = received;
	}

	/**
	 * @param messages told to each page that connects
	 * @param like a server before this one, whose address it gets
	 */
	static async start(messages: readonly ServerMessage[], like?: PageServer): Promise<PageServer> {
		const told = [...messages];
		const pages = new Set<Connection>();
		const received: ClientMessage[] = [];
		const server = await startLocalServer({
			...(like && { port: like.#server.port, token: like.#server.token }),
			endpoints: {
				"/socket": {
					connected(page) {
						for (let at = 0; at < told.length; at += 1000) page.send(JSON.stringify(told.slice(at, at + 1000)));
						pages.add(page);
						return () => pages.delete(page);
					},
					received(text) {
						const message = readClientMessage(text);
						if (message) received.push(message);
					},
				},
			},
		});
		return new PageServer(server, told, pages, received);
	}

	get url(): string {
		return this.#server.url;
	}

	/** Tells more, to pages that are there and to those that come later. */
	tell(...messages: readonly ServerMessage[]): void {
		this.#told.push(...messages);
		for (const page of this.#pages) for (const message of messages) page.send(JSON.stringify(message));
	}

	/** Tells pages that are there what may be no message. */
	tellText(text: string): void {
		for (const page of this.#pages) page.send(text);
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.#server.close();
	}
}
