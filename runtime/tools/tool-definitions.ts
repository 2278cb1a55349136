/** The definitions that a model is given: those of the provider, then those of the agent's file (spec section 12.2). */
import { isRecord, own } from "../../compiler/document/plain-data.ts";
import type { ToolDefinition, ToolProvider } from "./tool-provider.ts";

/** Both together; of two with one name the provider's is taken. */
export function toolDefinitions(
	provider: ToolProvider | undefined,
	ofAgent: readonly ToolDefinition[],
): ToolDefinition[] {
	const known = provider?.getToolDefinitions() ?? [];
	const names = new Set(known.map(definedName));
	return [...known, ...ofAgent.filter((definition) => !names.has(definedName(definition)))];
}

/**
 * The tools in an agent's document: `data.tools`, and of a prompt and profile bundle `data.prompt.tools`.
 * @param config the document, or its `data` alone
 */
export function toolsOfAgent(config: Readonly<Record<string, unknown>>): ToolDefinition[] {
	const data = own(config, "data") ?? config;
	const prompt = own(data, "prompt");
	const inPrompt = own(own(prompt, "data"), "tools") ?? own(prompt, "tools");
	return [own(data, "tools"), inPrompt].flatMap((tools) => (Array.isArray(tools) ? tools.filter(isRecord) : []));
}

/** The name of the function that a definition defines. */
export function definedName(definition: ToolDefinition): unknown {
	return own(own(definition, "function"), "name");
}
