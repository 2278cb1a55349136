/** A provider of tools that are functions. */
import { InvalidToolError } from "./errors.ts";
import type { Tool } from "./tool.ts";
import { isToolProvider, type ToolProvider } from "./tool-provider.ts";

/**
 * The provider of these tools, for hooks' `getToolProvider` for example.
 * @throws InvalidToolError where two have one name
 */
export function toolProvider(tools: readonly Tool[]): ToolProvider {
	const byName = new Map<string, Tool>();
	for (const tool of tools) {
		if (byName.has(tool.name)) throw new InvalidToolError(tool.name, "there are two tools of this name.");
		byName.set(tool.name, tool);
	}
	return {
		getToolDefinitions: () => tools.map(({ definition }) => definition),
		async executeTool(name, _id, args, info) {
			const tool = byName.get(name);
			return tool ? tool.run(args, info) : { content: `Unknown tool: ${name}`, is_error: true };
		},
		async prepare() {
			for (const tool of tools) await tool.prepare();
		},
	};
}

/** Tools as users may give them. */
export type Tools = readonly Tool[] | ToolProvider;

export function providerOf(tools: Tools): ToolProvider {
	return isToolProvider(tools) ? tools : toolProvider(tools);
}
