/** Which tools of servers an agent is offered: `tool_filter` of its document (spec section 19.6). */
import { isRecord, own } from "../../compiler/document/plain-data.ts";
import { McpError } from "./errors.ts";

export interface ToolFilter {
	/** Only these; absent = all, empty = none. */
	readonly allow?: readonly string[] | undefined;
	readonly deny: readonly string[];
}

/**
 * Reads the filter of an agent's `mcp`. What is misspelt is refused, since a filter that is not understood must not let
 * everything through.
 * @throws McpError `mcp_config`
 */
export function readToolFilter(mcp: Readonly<Record<string, unknown>>): ToolFilter {
	onlyKeys(mcp, "mcp", ["servers", "tool_filter", "tool_prompt"]);
	const filter = own(mcp, "tool_filter") ?? {};
	if (!isRecord(filter)) throw new McpError("mcp_config", "`tool_filter` must be a map with `allow` and `deny`.");
	onlyKeys(filter, "tool_filter", ["allow", "deny"]);
	return { allow: texts(filter, "allow"), deny: texts(filter, "deny") ?? [] };
}

/** Whether a tool is offered: `server:tool` and `server:*` are looked for in `deny` first, then in `allow`. */
export function isOffered({ allow, deny }: ToolFilter, server: string, tool: string): boolean {
	const names = (entry: string) => entry === `${server}:${tool}` || entry === `${server}:*`;
	if (deny.some(names)) return false;
	return allow === undefined || allow.some(names);
}

function onlyKeys(map: Readonly<Record<string, unknown>>, name: string, known: readonly string[]): void {
	const unknown = Object.keys(map).filter((key) => !known.includes(key));
	if (unknown.length === 0) return;
	const told = unknown.map((key) => `\`${key}\``).join(", ");
	throw new McpError(
		"mcp_config",
		`\`${name}\` has no key ${told}, only ${known.map((key) => `\`${key}\``).join(", ")}.`,
	);
}

function texts(filter: Readonly<Record<string, unknown>>, key: string): readonly string[] | undefined {
	const value = own(filter, key) ?? undefined;
	if (value === undefined) return undefined;
	if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
	throw new McpError("mcp_config", `\`${key}\` of \`tool_filter\` must be a list of \`server:tool\` or \`server:*\`.`);
}
