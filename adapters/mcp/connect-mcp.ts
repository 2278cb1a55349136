/** MCP servers without a machine: their tools for a `ToolLoopAgent`, or for hooks' `getToolProvider`. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import { type Logger, silentLogger } from "../../runtime/logging/logger.ts";
import type { ServerTools } from "../../runtime/tools/tool-servers.ts";
import { McpError } from "./errors.ts";
import { McpConnections, type McpOptions } from "./mcp-servers.ts";

export interface ConnectMcpOptions extends McpOptions {
	/** Told of servers and tools that are left out. Default: nobody. */
	readonly logger?: Logger;
}

/** Connected servers; disposing closes the connections, and ends the programs. */
export type ConnectedMcp = ServerTools & AsyncDisposable;

/**
 * Connects to servers as `mcp` of an agent's document names them (spec section 19.6): `{servers, tool_filter}`. A server that fails
 * is left out with a warning.
 * @throws McpError `mcp_config` where there are no servers, `mcp_not_allowed`; PackageError where the SDK is not installed
 */
export async function connectMcp(
	mcp: Readonly<Record<string, unknown>>,
	{ logger = silentLogger, ...options }: ConnectMcpOptions = {},
): Promise<ConnectedMcp> {
	if (!isRecord(mcp.servers)) throw new McpError("mcp_config", "`servers` must be a map of MCP servers by name.");
	const connections = new McpConnections(options, logger);
	try {
		const tools = await connections.toolsOf("mcp", mcp);
		return { ...tools, [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose]() };
	} catch (error) {
		await connections[Symbol.asyncDispose]();
		throw error;
	}
}
