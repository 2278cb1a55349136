/** MCP servers behind the port of tool servers: each is connected once in a run, and closed at its end. */
import { isRecord, own } from "../../compiler/document/plain-data.ts";
import type { Logger } from "../../runtime/logging/logger.ts";
import type { ServerTools, ToolServerConnections, ToolServers } from "../../runtime/tools/tool-servers.ts";
import { PackageError } from "../frameworks/errors.ts";
import { agentTools, type ListedServer } from "./agent-tools.ts";
import { McpConnection } from "./connection.ts";
import { McpError } from "./errors.ts";
import { type Environment, readServer } from "./server-config.ts";
import { readToolFilter } from "./tool-filter.ts";

/** What documents may do with servers. */
export interface McpOptions {
	/** Whether servers that are programs may be started. Default: true. */
	readonly stdio?: boolean;
	/** Whether servers with an address may be reached. Default: true. */
	readonly http?: boolean;
	/** Where `${NAME}` in `env`, `headers`, `args` and `server_url` is looked up. Default: the process's environment. */
	readonly env?: Environment;
}

type Mapping = Readonly<Record<string, unknown>>;

/** Connects agents with the servers that their documents name, as far as that is allowed. */
export function mcpServers(options: McpOptions = {}): ToolServers {
	return { open: (logger) => new McpConnections(options, logger) };
}

/** @internal */
export class McpConnections implements ToolServerConnections {
	readonly #options: McpOptions;
	readonly #logger: Logger;
	readonly #connections = new Map<string, McpConnection>();
	readonly #warned = new Set<string>();
	#isClosed = false;

	constructor(options: McpOptions, logger: Logger) {
		this.#options = options;
		this.#logger = logger;
	}

	/** @throws McpError `mcp_config`, `mcp_not_allowed`; PackageError where the SDK is not installed */
	async toolsOf(agent: string, mcp: Mapping): Promise<ServerTools> {
		const filter = readToolFilter(mcp);
		const entries = Object.entries(ownServers(mcp));
		for (const [name, entry] of entries) this.#checkAllowed(name, entry);
		const listed = await Promise.all(entries.map(([name, entry]) => this.#listed(agent, name, entry)));
		const servers = listed.filter((server) => server !== undefined);
		return agentTools(servers, filter, (text) => this.#warn(`Agent "${agent}": ${text}`));
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#isClosed = true;
		await Promise.all([...this.#connections.values()].map((connection) => connection.close()));
	}

	#checkAllowed(name: string, entry: unknown): void {
		const { stdio = true, http = true } = this.#options;
		const isProgram = own(entry, "command") !== undefined;
		if (isProgram ? stdio : http) return;
		const what = isProgram
			? "a program, and starting programs is not allowed"
			: "an address, and these are not allowed";
		throw new McpError(
			"mcp_not_allowed",
			`MCP server "${name}" is ${what}: see \`${isProgram ? "stdio" : "http"}\` of the option \`mcp\`.`,
		);
	}

	/** Undefined for a server that fails. */
	async #listed(agent: string, name: string, entry: unknown): Promise<ListedServer | undefined> {
		let connection: McpConnection | undefined;
		try {
			connection = this.#connection(name, entry);
			const known = connection;
			return { name, tools: await known.tools(), call: (tool, args, info) => known.call(tool, args, info) };
		} catch (error) {
			if (this.#isClosed || error instanceof PackageError) throw error;
			const reason = error instanceof Error ? error.message : String(error);
			this.#warn(`Agent "${agent}" runs without the tools of a server. ${connection?.hide(reason) ?? reason}`);
			return undefined;
		}
	}

	/** The same for all agents that name the server with the same settings. */
	#connection(name: string, entry: unknown): McpConnection {
		if (this.#isClosed) throw new McpError("mcp_connection", `MCP server "${name}": the run has ended.`);
		const key = JSON.stringify([name, entry]);
		const known = this.#connections.get(key);
		if (known) return known;
		const connection = new McpConnection(readServer(name, entry, this.#options.env ?? process.env));
		this.#connections.set(key, connection);
		return connection;
	}

	/** Once for each problem: a loop may ask a thousand times. */
	#warn(text: string): void {
		if (this.#warned.has(text)) return;
		this.#warned.add(text);
		this.#logger.warn(text);
	}
}

function ownServers(mcp: Mapping): Mapping {
	const servers = own(mcp, "servers");
	return isRecord(servers) ? servers : {};
}
