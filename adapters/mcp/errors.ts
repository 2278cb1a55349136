/** What goes wrong with MCP servers, as opposed to what goes wrong in their tools. */
import { FlatstateError } from "../../runtime/errors.ts";

/** `mcp_config`: a server's settings are wrong; `mcp_not_allowed`: its kind is not allowed; `mcp_connection`: it fails. */
export type McpErrorCode = "mcp_config" | "mcp_not_allowed" | "mcp_connection";

export class McpError extends FlatstateError {
	declare readonly code: McpErrorCode;

	constructor(code: McpErrorCode, message: string, options?: ErrorOptions) {
		super(code, message, options);
	}
}
