/**
 * A trigger through a Unix socket, and who listens there (spec section 11.3).
 *
 * The specification sends one datagram for each signal. Node has no Unix datagram sockets, so this is a stream socket
 * instead, with one line for each channel: it connects flatstate with flatstate. A sender of another runtime, which sends
 * datagrams, does not reach `listenSocket`, and `socketTrigger` does not reach such a runtime's dispatcher.
 */

import { chmod, lstat, mkdir, unlink } from "node:fs/promises";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { type Logger, silentLogger } from "../../runtime/logging/logger.ts";
import type { TriggerBackend } from "../../runtime/signals/trigger-backend.ts";
import { TriggerError } from "./errors.ts";
import { defaultTriggerFolder } from "./trigger-folder.ts";

export interface SocketTriggerOptions {
	/** The socket's file. Default `/tmp/flatmachines/trigger.sock`. */
	readonly path?: string;
	/** Hears why nobody was, or is, notified. Default: nobody. */
	readonly logger?: Logger;
}

const defaultPath = join(defaultTriggerFolder, "trigger.sock");

/** Bytes that the operating system's address of a socket has room for. */
const longestPath = process.platform === "linux" ? 107 : 103;

/** Milliseconds after which a silent peer is given up. */
const patience = 2000;

/** Bytes of a channel's name. A longer one only says that something was sent. */
const longestLine = 64 * 1024;

/**
 * Writes the channel's name as one line to the socket. That nobody listens is no error.
 * @throws TriggerError `invalid_trigger` for a path that is too long for a socket
 */
export function socketTrigger({
	path = defaultPath,
	logger = silentLogger,
}: SocketTriggerOptions = {}): TriggerBackend {
	checkPath(path);
	return {
		async notify(channel) {
			try {
				await writeLine(path, /[\r\n]/.test(channel) || channel.length > longestLine / 4 ? "" : channel);
			} catch (error) {
				logger.debug(`Nobody listens on ${path}`, { error });
			}
		},
	};
}

/**
 * Calls `wake` with each channel that comes in, with null where it is not known which. Does not keep the process alive.
 * The file gets the mode 0600: only programs of the same user can connect. A file that a killed process left behind is
 * removed first.
 * @returns stops the listening and removes the file
 * @throws TriggerError `invalid_trigger` for a path that is too long or is taken by another kind of file,
 * `trigger_in_use` where somebody listens there, `trigger_failed` where the system refuses
 */
export async function listenSocket(
	{ path = defaultPath, logger = silentLogger }: SocketTriggerOptions,
	wake: (channel: string | null) => void,
): Promise<() => Promise<void>> {
	checkPath(path);
	const connections = new Set<Socket>();
	const server = createServer((socket) => {
		connections.add(socket);
		socket.unref();
		socket.once("close", () => connections.delete(socket));
		readLines(socket, wake);
	});
	server.unref();
	try {
		await mkdir(dirname(path), { recursive: true, mode: 0o700 });
		await removeStale(path);
		await listen(server, path);
		await chmod(path, 0o600);
	} catch (cause) {
		server.close();
		if (cause instanceof TriggerError) throw cause;
		throw new TriggerError("trigger_failed", `Cannot listen on ${path}: ${reasonOf(cause)}.`, { cause });
	}
	server.on("error", (error) => logger.warn(`Nothing more is heard from ${path}`, { error }));
	return () =>
		new Promise((resolve) => {
			// Closing removes the file, too.
			server.close(() => resolve());
			for (const socket of connections) socket.destroy();
		});
}

function checkPath(path: string): void {
	const bytes = Buffer.byteLength(path);
	if (bytes > longestPath || path === "" || path.includes("\0")) {
		const problem =
			bytes > longestPath ? `it has ${bytes} bytes, and a socket's path at most ${longestPath}` : "it is no path";
		throw new TriggerError("invalid_trigger", `Invalid path of a socket ${JSON.stringify(path)}: ${problem}.`);
	}
}

/** Blank lines stand for channels that fit into no line. */
function readLines(socket: Socket, wake: (channel: string | null) => void): void {
	let rest = "";
	const tell = (line: string) => wake(line === "" ? null : line);
	socket.setEncoding("utf8");
	socket.setTimeout(patience, () => socket.destroy());
	socket.on("error", () => socket.destroy());
	socket.on("data", (text: string) => {
		const lines = (rest + text).split("\n");
		rest = lines.pop() ?? "";
		for (const line of lines) tell(line);
		if (rest.length > longestLine) {
			socket.destroy();
			wake(null);
		}
	});
	socket.on("end", () => {
		if (rest !== "") tell(rest);
		socket.end();
	});
}

function writeLine(path: string, line: string): Promise<void> {
	return new Promise((resolve, reject) => {
		const socket = createConnection(path);
		socket.setTimeout(patience, () => socket.destroy(new Error("The listener does not answer.")));
		socket.once("error", reject);
		socket.once("close", () => resolve());
		// The listener's end is awaited, so that the process may exit after this without taking the line back.
		socket.resume();
		socket.end(`${line}\n`);
	});
}

function listen(server: Server, path: string): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen({ path }, () => {
			server.off("error", reject);
			resolve();
		});
	});
}

/** Removes the socket's file where nobody listens on it any more. */
async function removeStale(path: string): Promise<void> {
	const found = await lstat(path).catch((error: unknown) => {
		if (codeOf(error) === "ENOENT") return null;
		throw error;
	});
	if (found === null) return;
	if (!found.isSocket()) {
		throw new TriggerError("invalid_trigger", `${path} is no socket. Remove it, or listen on another path.`);
	}
	const answer = await probe(path);
	if (answer === "ENOENT") return;
	// EPROTOTYPE: a socket for datagrams, as other runtimes listen on.
	if (["connected", "EPROTOTYPE", "EAGAIN"].includes(answer)) {
		throw new TriggerError(
			"trigger_in_use",
			`Somebody listens on ${path} already. Stop it, or listen on another path.`,
		);
	}
	if (answer !== "ECONNREFUSED") throw new TriggerError("trigger_failed", `Cannot listen on ${path}: ${answer}.`);
	await unlink(path);
}

/** Tries to connect. @returns the error's code, or `connected` */
function probe(path: string): Promise<string> {
	return new Promise((resolve) => {
		const socket = createConnection(path);
		socket.once("connect", () => {
			socket.destroy();
			resolve("connected");
		});
		socket.once("error", (error) => resolve(codeOf(error)));
	});
}

function codeOf(error: unknown): string {
	return error instanceof Error && "code" in error ? String(error.code) : "";
}

function reasonOf(cause: unknown): string {
	return cause instanceof Error ? cause.message : String(cause);
}
