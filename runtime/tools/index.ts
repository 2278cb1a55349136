/** Tools: what the library offers of this folder. */
export type { JsonSchemaObject, StandardArguments, StandardIssue, StandardResult } from "./argument-schema.ts";
export { InvalidToolError } from "./errors.ts";
export { type Tools, toolProvider } from "./function-tools.ts";
export { type Tool, type ToolOptions, tool } from "./tool.ts";
export { ToolLoopAgent, type ToolLoopAgentOptions, type ToolLoopResult, type ToolLoopRun } from "./tool-loop-agent.ts";
export type { ToolCallInfo, ToolDefinition, ToolProvider, ToolResult } from "./tool-provider.ts";
export {
	type ServerTool,
	type ServerTools,
	type ToolServerConnections,
	type ToolServers,
	ToolServersNotAllowedError,
} from "./tool-servers.ts";
