/** One connection with one server: connected once, its tools listed until it says that they have changed. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { KnownSecrets } from "../../runtime/logging/known-secrets.ts";
import { redactText } from "../../runtime/logging/redact.ts";
import { boundedText } from "../../runtime/tools/bounded-text.ts";
import type { ToolCallInfo, ToolResult } from "../../runtime/tools/tool-provider.ts";
import { McpError } from "./errors.ts";
import { type OpenTransport, openTransport } from "./open-transport.ts";
import { loadMcpSdk, type McpSdk } from "./sdk.ts";
import type { McpServer } from "./server-config.ts";
import { toolResultOf } from "./tool-result.ts";

/** A server's list of tools is cut behind so many. */
const mostTools = 1000;
/** Characters of what a server says in an error. */
const longestReason = 1000;

interface Connected {
	readonly sdk: McpSdk;
	readonly client: Client;
	readonly way: OpenTransport;
}

export class McpConnection {
	readonly #server: McpServer;
	readonly #secrets: KnownSecrets;
	readonly #closing = new AbortController();
	readonly #connected: Promise<Connected>;
	#tools: Promise<readonly Tool[]> | undefined;

	/** Begins to connect. */
	constructor(server: McpServer) {
		this.#server = server;
		this.#secrets = new KnownSecrets({ named: server.secrets, environment: {} });
		this.#connected = this.#connect();
		// Whoever asks for its tools hears of it.
		this.#connected.catch(() => undefined);
	}

	/** The server's tools, as it lists them now. @throws McpError `mcp_connection` */
	tools(): Promise<readonly Tool[]> {
		this.#tools ??= this.#list();
		return this.#tools;
	}

	/** Calls a tool. @throws McpError `mcp_connection`, whose message the model may read */
	async call(name: string, args: Readonly<Record<string, unknown>>, { signal }: ToolCallInfo): Promise<ToolResult> {
		const { sdk, client } = await this.#connected;
		// `client.callTool` would judge the answer by a schema of the server's, whose patterns may take for ever.
		const request = { method: "tools/call" as const, params: { name, arguments: { ...args } } };
		const timeout = this.#server.callTimeout * 1000;
		try {
			const result = await client.request(request, sdk.CallToolResultSchema, {
				timeout,
				signal: AbortSignal.any([signal, this.#closing.signal]),
			});
			return toolResultOf(result, (text) => this.#secrets.hide(text));
		} catch (error) {
			signal.throwIfAborted();
			throw this.#failure(error);
		}
	}

	/** Ends the connection, and the program that was started for it. */
	async close(): Promise<void> {
		this.#closing.abort(
			new McpError("mcp_connection", `The connection with MCP server "${this.#server.name}" is closed.`),
		);
		const connected = await this.#connected.catch(() => undefined);
		await connected?.way.end(() => connected.client.close());
	}

	/** Takes secrets of this server out of a text. */
	hide(text: string): string {
		return redactText(this.#secrets.hide(text));
	}

	async #connect(): Promise<Connected> {
		const sdk = await loadMcpSdk();
		const way = openTransport(sdk, this.#server);
		const client = new sdk.Client({ name: "flatstate", version: "0.1.0" });
		client.setNotificationHandler(sdk.ToolListChangedNotificationSchema, () => {
			this.#tools = undefined;
		});
		try {
			await client.connect(startNoted(way), this.#requestOptions());
			return { sdk, client, way };
		} catch (error) {
			await way.end(() => client.close());
			throw this.#failure(error, way.lastWords());
		}
	}

	async #list(): Promise<readonly Tool[]> {
		const { sdk, client } = await this.#connected;
		const tools: Tool[] = [];
		let cursor: string | undefined;
		try {
			do {
				const request = { method: "tools/list" as const, params: cursor === undefined ? {} : { cursor } };
				const page = await client.request(request, sdk.ListToolsResultSchema, this.#requestOptions());
				tools.push(...page.tools);
				cursor = page.tools.length === 0 ? undefined : page.nextCursor;
			} while (cursor !== undefined && tools.length < mostTools);
		} catch (error) {
			throw this.#failure(error);
		}
		return tools.slice(0, mostTools);
	}

	#requestOptions() {
		const timeout = this.#server.connectTimeout * 1000;
		return { timeout, maxTotalTimeout: timeout, signal: this.#closing.signal };
	}

	/** The server's own words in it are bounded, and without its secrets; the cause would have them again. */
	#failure(error: unknown, lastWords = ""): McpError {
		if (error instanceof McpError) return error;
		const words = lastWords === "" ? "" : `; it wrote: ${lastWords}`;
		const text = boundedText(this.hide(`${reasonOf(error)}${words}`.replace(/\s+/g, " ")), longestReason);
		return new McpError("mcp_connection", `MCP server "${this.#server.name}": ${text}`);
	}
}

/** `fetch` says why only in its cause. */
function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const { cause, message } = error;
	return cause instanceof Error && cause.message !== "" ? `${message}: ${cause.message}` : message;
}

/** The way's transport, which notes its start. */
function startNoted({ transport, started }: OpenTransport): OpenTransport["transport"] {
	const start = transport.start.bind(transport);
	transport.start = async () => {
		await start();
		started();
	};
	return transport;
}
