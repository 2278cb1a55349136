/** Two providers of tools as one; where both have a tool of a name, the first one's is offered and run. */
import { definedName } from "./tool-definitions.ts";
import type { ToolProvider } from "./tool-provider.ts";

export function joinedProvider(first: ToolProvider | undefined, second: ToolProvider): ToolProvider {
	if (!first) return second;
	const namesOf = (provider: ToolProvider) => new Set((provider.getToolDefinitions() ?? []).map(definedName));
	return {
		getToolDefinitions() {
			const names = namesOf(first);
			const more = (second.getToolDefinitions() ?? []).filter((definition) => !names.has(definedName(definition)));
			return [...(first.getToolDefinitions() ?? []), ...more];
		},
		executeTool(name, toolCallId, args, info) {
			// What neither defines is the first one's: it may run tools that the agent's own file defines.
			const isOfSecond = !namesOf(first).has(name) && namesOf(second).has(name);
			return (isOfSecond ? second : first).executeTool(name, toolCallId, args, info);
		},
		async prepare() {
			await first.prepare?.();
			await second.prepare?.();
		},
	};
}
