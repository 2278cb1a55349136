/** The connection to Redis: commands that are answered within a time, or fail with a StoreError that has no password in it. */
import type KeyvRedis from "@keyv/redis";
import { StoreError, type StoreErrorCode } from "../../../runtime/store/errors.ts";
import { StoreGate } from "../store-gate.ts";
import { type RedisAddress, redacted, withoutSecrets } from "./address.ts";
import type { RedisDriver } from "./driver.ts";
import type { Script } from "./script.ts";

/** What of a client of node-redis is used for commands: one of a server, or of a cluster. */
interface CommandClient {
	readonly isOpen: boolean;
	evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
	eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
	close(): Promise<void>;
	destroy(): void;
}

/** What of a client of one server is used. */
export interface ServerClient extends CommandClient {
	readonly isReady: boolean;
	connect(): Promise<unknown>;
	duplicate(overrides: { disableOfflineQueue: boolean }): ServerClient;
	sendCommand(args: readonly string[]): Promise<unknown>;
	subscribe(channel: string, listener: (message: string) => void): Promise<void>;
	unsubscribe(channel: string, listener: (message: string) => void): Promise<void>;
	on(event: "ready", listener: () => void): unknown;
	on(event: "error", listener: (error: Error) => void): unknown;
}

/** Whether a command changes something: one that is cut off may have done so. */
export type CommandKind = "read" | "write";

export interface ConnectionOptions {
	/** Milliseconds that a command takes at most, with the time until the server can be reached again. */
	readonly timeoutMs: number;
	/** All keys begin with it. */
	readonly tag: string;
}

/** Before a command is sent again. */
const retryPauseMs = 50;
/** Between two attempts to connect; the driver's timer for it may outlive a closed store by as much. */
const longestDelayMs = 500;

export class RedisConnection {
	readonly name: string;
	readonly tag: string;
	readonly timeoutMs: number;
	/** Keyv's adapter on the connection. */
	readonly adapter: KeyvRedis<unknown>;
	readonly #secrets: readonly string[];
	/** Of the server at the address. */
	readonly #server: ServerClient;
	/** Of the cluster that the server is part of, else the same. */
	readonly #client: CommandClient;
	/** Lets the store's methods in until it is closed. */
	readonly gate: StoreGate;
	readonly #waiting = new Set<() => void>();
	#reconnecting = false;

	private constructor(
		address: RedisAddress,
		options: ConnectionOptions,
		server: ServerClient,
		adapter: KeyvRedis<unknown>,
	) {
		this.name = address.name;
		this.gate = new StoreGate(address.name);
		this.tag = options.tag;
		this.timeoutMs = options.timeoutMs;
		this.adapter = adapter;
		this.#secrets = address.secrets;
		this.#server = server;
		this.#client = adapter.client;
		server.on("ready", () => {
			for (const wake of this.#waiting) wake();
		});
	}

	/** @throws StoreError `store_unreachable` at once where nobody listens, else within the time for a command */
	static async open(driver: RedisDriver, address: RedisAddress, options: ConnectionOptions): Promise<RedisConnection> {
		const { KeyvRedis, reconnectDelay } = driver;
		let connected = false;
		const client = {
			disableOfflineQueue: true,
			socket: {
				connectTimeout: options.timeoutMs,
				// The first connection fails at once, later ones are tried until the store is closed.
				reconnectStrategy: (attempts: number) => {
					const delay = reconnectDelay(attempts);
					if (!connected) return false;
					return typeof delay === "number" ? Math.min(delay, longestDelayMs) : delay;
				},
			},
		} as const;
		const single = new KeyvRedis(
			{ url: address.url, ...client, socket: { ...client.socket } },
			{ throwOnErrors: true },
		);
		// Failures reject the commands that they hit; without a listener the event would end the process.
		single.on("error", () => {});
		const server = serverClient(single.client);
		const fail = (error: unknown) => {
			if (server.isOpen) server.destroy();
			return unreachable(address, error);
		};
		try {
			await within(server.connect(), options.timeoutMs);
			connected = true;
		} catch (error) {
			throw fail(error);
		}
		try {
			const info = await within(server.sendCommand(["INFO", "cluster"]), options.timeoutMs);
			if (!String(info).includes("cluster_enabled:1")) return new RedisConnection(address, options, server, single);
			const { url } = address;
			const cluster = new KeyvRedis({ rootNodes: [{ url }], defaults: client }, { throwOnErrors: true });
			cluster.on("error", () => {});
			await within(cluster.getClient(), options.timeoutMs);
			return new RedisConnection(address, options, server, cluster);
		} catch (error) {
			throw fail(error);
		}
	}

	/** Runs a script. All its keys are in the slot of the store's hash tag. */
	script(kind: CommandKind, { sha, text }: Script, args: readonly string[]): Promise<unknown> {
		const options = { keys: [this.tag], arguments: [...args] };
		return this.command(kind, async () => {
			try {
				return await this.#client.evalSha(sha, options);
			} catch (error) {
				if (!messageOf(error).startsWith("NOSCRIPT")) throw error;
				return this.#client.eval(text, options);
			}
		});
	}

	/** Runs a command that has no keys, on the server at the address. */
	server(kind: CommandKind, args: readonly string[]): Promise<unknown> {
		return this.command(kind, () => this.#server.sendCommand(args));
	}

	/**
	 * Sends something once the server can be reached. What reads is sent again where the connection breaks.
	 * @throws StoreError `store_unreachable`, `store_read_failed` or `store_write_failed` after `timeoutMs` at the latest
	 */
	async command<Result>(kind: CommandKind, send: () => Promise<Result>): Promise<Result> {
		const end = performance.now() + this.timeoutMs;
		for (;;) {
			if (!this.#isReady()) await this.#ready(end);
			try {
				return await within(send(), Math.max(1, end - performance.now()));
			} catch (error) {
				if (error instanceof NoAnswerError) this.#reconnect();
				else if (isHarmless(kind, error) && performance.now() + retryPauseMs < end) {
					await new Promise((resolve) => setTimeout(resolve, retryPauseMs));
					continue;
				}
				throw this.#failure(kind, error);
			}
		}
	}

	/** A second connection, for subscriptions: it waits for the server as long as it takes. */
	duplicate(): ServerClient {
		return serverClient(this.#server.duplicate({ disableOfflineQueue: false }));
	}

	/** Waits no longer than for a command. @throws StoreError `store_unreachable` */
	async bounded<Result>(run: () => Promise<Result>): Promise<Result> {
		try {
			return await within(run(), this.timeoutMs);
		} catch (error) {
			throw this.unreachableError(error);
		}
	}

	/** What to say of a connection that is lost. */
	unreachableError(error: unknown): StoreError {
		return unreachable({ name: this.name, secrets: this.#secrets }, error);
	}

	/** Waits for what is under way, which ends in time. Never rejects. */
	async close(): Promise<void> {
		await this.gate.close();
		if (this.#client.isOpen) this.#client.destroy();
		if (this.#server.isOpen) this.#server.destroy();
	}

	/** The client of a cluster looks for nodes that can be reached by itself. */
	#isReady(): boolean {
		return this.#client !== this.#server || this.#server.isReady;
	}

	#ready(end: number): Promise<void> {
		return new Promise((resolve, reject) => {
			const wake = () => {
				clearTimeout(timer);
				this.#waiting.delete(wake);
				resolve();
			};
			const timer = setTimeout(
				() => {
					this.#waiting.delete(wake);
					reject(this.unreachableError(new NoAnswerError(this.timeoutMs)));
				},
				Math.max(1, end - performance.now()),
			);
			this.#waiting.add(wake);
		});
	}

	/** A connection that swallows commands may be dead without either side knowing. */
	#reconnect(): void {
		if (this.#reconnecting || this.#client !== this.#server || !this.#server.isReady) return;
		this.#reconnecting = true;
		this.#server.destroy();
		const done = () => {
			this.#reconnecting = false;
		};
		// Ends with the store; every failure on the way was an event already.
		this.#server.connect().then(done, done);
	}

	#failure(kind: CommandKind, error: unknown): StoreError {
		const message = withoutSecrets(messageOf(error), this.#secrets);
		const cause = redacted(error, this.#secrets);
		const refused = isReply(error);
		if (kind === "read" && !refused) return this.unreachableError(error);
		const code: StoreErrorCode = kind === "read" ? "store_read_failed" : "store_write_failed";
		const what = kind === "read" ? "reading from" : "writing to";
		const end = refused
			? message
			: `${message}. The connection was lost before the answer came, so it is not known whether it was written`;
		return new StoreError(code, `Error when ${what} ${this.name}: ${end}.`, { cause });
	}
}

const offline = "The client is offline";

class NoAnswerError extends Error {
	constructor(milliseconds: number) {
		super(`no answer within ${Math.round(milliseconds) / 1000} seconds`);
	}
}

function within<Result>(promise: Promise<Result>, milliseconds: number): Promise<Result> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new NoAnswerError(milliseconds)), milliseconds);
		promise.then(
			(result) => {
				clearTimeout(timer);
				resolve(result);
			},
			(error: unknown) => {
				clearTimeout(timer);
				reject(error);
			},
		);
	});
}

/** Whether the command has certainly changed nothing, and may be answered soon. */
function isHarmless(kind: CommandKind, error: unknown): boolean {
	const message = messageOf(error);
	return message === offline || message.startsWith("LOADING") || (kind === "read" && !isReply(error));
}

/** Whether the server itself answered with an error: such a text begins with a word in capitals. */
function isReply(error: unknown): boolean {
	return /^[A-Z]{2,}\b/.test(messageOf(error));
}

/** Errors of several addresses of one host have no message of their own. */
function messageOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	// Some of the server's own end with a full stop, and so do our sentences.
	if (error.message !== "") return error.message.replace(/\.$/, "");
	return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

function unreachable({ name, secrets }: Pick<RedisAddress, "name" | "secrets">, error: unknown): StoreError {
	return new StoreError(
		"store_unreachable",
		`The Redis server at ${name} cannot be reached: ${withoutSecrets(messageOf(error), secrets)}. ` +
			"Check that it runs, and the address, user and password.",
		{ cause: redacted(error, secrets) },
	);
}

/** @throws Error for a client of a cluster, which is never asked for here */
function serverClient(client: CommandClient): ServerClient {
	if (isServerClient(client)) return client;
	throw new Error("a client of one server was expected");
}

function isServerClient(client: CommandClient): client is ServerClient {
	return "isReady" in client && "sendCommand" in client && "subscribe" in client;
}
