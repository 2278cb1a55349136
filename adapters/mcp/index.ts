/** `flatstate/adapters/mcp`: tools of Model Context Protocol servers. */
export { type ConnectedMcp, type ConnectMcpOptions, connectMcp } from "./connect-mcp.ts";
export { McpError, type McpErrorCode } from "./errors.ts";
export { type McpOptions, mcpServers } from "./mcp-servers.ts";
