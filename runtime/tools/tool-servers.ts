/** The port to servers of tools that agents' documents name under `mcp` (spec section 19.6). */
import { isRecord, own } from "../../compiler/document/plain-data.ts";
import { FlatstateError } from "../errors.ts";
import type { Logger } from "../logging/logger.ts";
import type { JsonSchemaObject } from "./argument-schema.ts";
import type { ToolDefinition, ToolProvider } from "./tool-provider.ts";

/** A tool of a server, as prompts see it under `tools`. */
export interface ServerTool {
	/** The server's name in the document. */
	readonly server: string;
	/** What the model calls. */
	readonly name: string;
	readonly description: string;
	readonly inputSchema: JsonSchemaObject;
}

/** The tools that one agent may use. */
export interface ServerTools {
	readonly tools: readonly ServerTool[];
	/** Offers and runs these tools, and no others. */
	readonly provider: ToolProvider;
}

/** The connections of one run. Nothing is connected before it is asked for; disposing closes all of them. */
export interface ToolServerConnections extends AsyncDisposable {
	/**
	 * The tools of the servers in `mcp`, each connected once. A server that fails is left out with a warning.
	 * @param agent for warnings
	 * @param mcp `{servers, tool_filter}` of the agent's document
	 * @throws FlatstateError for servers that may not be connected
	 */
	toolsOf(agent: string, mcp: Readonly<Record<string, unknown>>): Promise<ServerTools>;
	[Symbol.asyncDispose](): Promise<void>;
}

/** Connects runs with servers. */
export interface ToolServers {
	open(logger: Logger): ToolServerConnections;
}

/** A document names servers of tools, and nobody has allowed that they are connected. */
export class ToolServersNotAllowedError extends FlatstateError {
	constructor(agent: string, servers: readonly string[]) {
		super(
			"tool_servers_not_allowed",
			`Agent "${agent}" names the MCP servers ${servers.join(", ")}, and connecting to servers is not allowed: ` +
				"they run programs, and get what the model writes. Allow it with the option `mcp: true`, on the command line " +
				"with --allow-mcp.",
		);
	}
}

/**
 * `mcp` of an agent's document, or of its prompt; undefined where it names no server.
 * @param config the document, or its `data` alone
 */
export function serversInDocument(
	config: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | undefined {
	const data = own(config, "data") ?? config;
	const prompt = own(data, "prompt");
	const places = [own(data, "mcp"), own(own(prompt, "data"), "mcp"), own(prompt, "mcp")];
	return places.filter(isRecord).find((mcp) => serverNames(mcp).length > 0);
}

export function serverNames(mcp: Readonly<Record<string, unknown>>): readonly string[] {
	const servers = own(mcp, "servers");
	return isRecord(servers) ? Object.keys(servers) : [];
}

/** The function definition of a server's tool. */
export function definitionOf({ name, description, inputSchema }: ServerTool): ToolDefinition {
	return { type: "function", function: { name, description, parameters: inputSchema } };
}
