/** The tools of several servers as one agent is offered them: filtered, with plain names, their arguments checked. */
import type { Tool as ListedTool } from "@modelcontextprotocol/sdk/types.js";
import { argumentSchema } from "../../runtime/tools/argument-schema.ts";
import { boundedText } from "../../runtime/tools/bounded-text.ts";
import { invalidArguments } from "../../runtime/tools/tool.ts";
import type { ToolCallInfo, ToolResult } from "../../runtime/tools/tool-provider.ts";
import { definitionOf, type ServerTool, type ServerTools } from "../../runtime/tools/tool-servers.ts";
import { isOffered, type ToolFilter } from "./tool-filter.ts";

/** A server with what it lists. */
export interface ListedServer {
	readonly name: string;
	readonly tools: readonly ListedTool[];
	call(tool: string, args: Readonly<Record<string, unknown>>, info: ToolCallInfo): Promise<ToolResult>;
}

/** Longest description that a model is told, in characters. */
const longestDescription = 10_000;
/** Longest schema of a tool's arguments, in characters of JSON. */
const longestSchema = 100_000;

interface OfferedTool {
	readonly tool: ServerTool;
	run(args: Readonly<Record<string, unknown>>, info: ToolCallInfo): Promise<ToolResult>;
}

/** @param warn told of each tool that is left out */
export async function agentTools(
	servers: readonly ListedServer[],
	filter: ToolFilter,
	warn: (text: string) => void,
): Promise<ServerTools> {
	const offered = new Map<string, OfferedTool>();
	for (const server of servers) {
		for (const listed of server.tools) {
			if (!isOffered(filter, server.name, listed.name)) continue;
			const name = plainName(listed.name);
			const known = offered.get(name);
			const found = known
				? `the server ${known.tool.server} has a tool of the same name. Choose with tool_filter`
				: await offer(name, server, listed);
			if (typeof found === "string") warn(`Tool ${listed.name} of MCP server ${server.name} is left out: ${found}.`);
			else offered.set(name, found);
		}
	}
	const tools = [...offered.values()].map(({ tool }) => tool);
	const definitions = tools.map(definitionOf);
	return {
		tools,
		provider: {
			getToolDefinitions: () => definitions,
			async executeTool(name, _id, args, info) {
				const found = offered.get(name);
				return found ? found.run(args, info) : { content: `Unknown tool: ${name}`, is_error: true };
			},
		},
	};
}

/** Models take letters, digits, `_` and `-` only, at most 64 of them. */
function plainName(name: string): string {
	return name.replace(/[^\w-]/g, "_").slice(0, 64);
}

/** @returns why it is left out, where it is */
async function offer(name: string, server: ListedServer, listed: ListedTool): Promise<OfferedTool | string> {
	if (name === "") return "it has no name";
	if (JSON.stringify(listed.inputSchema).length > longestSchema) return "its inputSchema is too large";
	const { schema, problem } = await compiled(name, listed);
	if (!schema) return problem;
	const description = boundedText(listed.description ?? listed.title ?? "", longestDescription);
	return {
		tool: { server: server.name, name, description, inputSchema: schema.json },
		async run(args, info) {
			const checked = await schema.check(args);
			if ("problems" in checked) return invalidArguments(name, checked.problems);
			return server.call(listed.name, checked.value, info);
		},
	};
}

async function compiled(name: string, { inputSchema }: ListedTool) {
	try {
		const schema = argumentSchema(name, inputSchema, true);
		await schema.compile();
		return { schema, problem: "" };
	} catch (error) {
		return { schema: undefined, problem: error instanceof Error ? error.message : String(error) };
	}
}
