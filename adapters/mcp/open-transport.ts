/** The way to a server: a program that is started, or an address. */
import type { Stream } from "node:stream";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { kill, killAtExit } from "../processes/kill-at-exit.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import type { McpSdk } from "./sdk.ts";
import type { HttpServer, McpServer, StdioServer } from "./server-config.ts";

export interface OpenTransport {
	readonly transport: Transport;
	/** Called when the transport has started, and perhaps no more than that. */
	started(): void;
	/** The last lines that a program wrote on stderr. */
	lastWords(): string;
	/** Ends the session, in the time that is given to it, and what was opened. */
	end(close: () => Promise<void>): Promise<void>;
}

/** Milliseconds that a server has to end. */
const timeForGoodbye = 2000;

export function openTransport(sdk: McpSdk, server: McpServer): OpenTransport {
	return server.kind === "stdio" ? openProgram(sdk, server) : openAddress(sdk, server);
}

/** The program has the variables that every program needs, and those of the document: no keys of providers. */
function openProgram(sdk: McpSdk, { command, args, env }: StdioServer): OpenTransport {
	const transport = new sdk.StdioClientTransport({ command, args: [...args], env, stderr: "pipe" });
	const lastWords = keepEnd(transport.stderr);
	const closed = new Promise<void>((resolve) => {
		transport.onclose = resolve;
	});
	let stop = async (): Promise<void> => undefined;
	return {
		transport,
		lastWords,
		started() {
			const { pid } = transport;
			if (pid === null) return;
			const forget = killAtExit(pid);
			let runs = true;
			closed.then(() => {
				runs = false;
				forget();
			});
			stop = async () => {
				if (runs) kill(pid, "SIGKILL");
				await within(closed);
			};
		},
		// Where connecting has failed, the SDK closes without waiting, and `close` finds nothing left to do.
		async end(close) {
			await close();
			await stop();
		},
	};
}

function openAddress(sdk: McpSdk, { url, headers }: HttpServer): OpenTransport {
	const transport = new sdk.StreamableHTTPClientTransport(url, { requestInit: { headers }, fetch: boundedFetch });
	return {
		transport,
		started: () => undefined,
		lastWords: () => "",
		async end(close) {
			// A server that does not hear it forgets the session by itself.
			const goodbye = transport.terminateSession().catch(() => undefined);
			await within(goodbye);
			await close();
		},
	};
}

/** Waits for the promise, but not for ever. */
async function within(promise: Promise<unknown>): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise((resolve) => {
		timer = setTimeout(resolve, timeForGoodbye);
	});
	await Promise.race([promise, late]);
	clearTimeout(timer);
}

/** Characters of stderr that are kept. */
const mostWords = 2000;

function keepEnd(stream: Stream | null): () => string {
	let end = "";
	stream?.on("data", (chunk: Buffer | string) => {
		end = `${end}${chunk}`.slice(-mostWords);
	});
	return () => end.trim();
}
