/** Reads an agent's document: the legacy inline form, and prompt + profile (spec section 19.1). */

import type { Loader } from "../../compiler/document/loader.ts";
import { isRecord, own, ownRecord } from "../../compiler/document/plain-data.ts";
import { InvalidAgentConfigError } from "./errors.ts";
import { readDocument, reasonOf } from "./read-document.ts";

export type Mapping = Readonly<Record<string, unknown>>;

/** The parts of an agent that make its messages. */
export interface PromptDefinition {
	readonly system: string | null;
	readonly user: string;
	readonly instructionSuffix: string;
	readonly postHistoryInstructions: string;
	/** With a schema, answers are read as JSON. */
	readonly outputSchema: Mapping | null;
	/** OpenAI function definitions, sent as they are. */
	readonly tools: readonly Mapping[];
	/** Lists the tools of servers; its text is `tools_prompt` in the prompts. */
	readonly toolPrompt: string;
	readonly hasServers: boolean;
}

/** An agent's document in one form. */
export interface AgentDefinition {
	readonly name: string;
	readonly prompt: PromptDefinition;
	/** `model` of a legacy agent, `profile` of a bundle; see spec sections 3.3 and 3.4. */
	readonly source: { readonly kind: "model" | "profile"; readonly value: unknown };
	readonly metadata: Mapping;
}

/**
 * Reads a document `{spec: flatagent, data, metadata}`, or its `data` alone.
 * @param configDir folder that `data.prompt: ./file.yml` starts from
 * @param loader reads that file
 * @throws InvalidAgentConfigError
 */
export function readAgentDefinition(config: Mapping, configDir: string, loader: Loader): AgentDefinition {
	const isWrapper = config.spec !== undefined || config.data !== undefined;
	const metadata = isRecord(config.metadata) ? config.metadata : {};
	const named = text(isRecord(config.data) ? config.data.name : config.name) ?? text(metadata.name) ?? "unnamed-agent";
	if (isWrapper && config.spec !== undefined && config.spec !== "flatagent") {
		throw new InvalidAgentConfigError(named, `\`spec\` must be \`flatagent\`, but is ${JSON.stringify(config.spec)}.`);
	}
	if (isWrapper && !isRecord(config.data)) {
		throw new InvalidAgentConfigError(named, "`data` is missing or is no mapping.");
	}
	const data = isRecord(config.data) ? config.data : config;
	const isBundle = data.prompt !== undefined || data.profile !== undefined;
	if (!isBundle) {
		return {
			name: named,
			prompt: readPrompt(data, named),
			source: { kind: "model", value: data.model ?? null },
			metadata,
		};
	}
	if (data.prompt === undefined || data.profile === undefined) {
		const missing = data.prompt === undefined ? "prompt" : "profile";
		throw new InvalidAgentConfigError(
			named,
			`\`data.${missing}\` is missing: an agent has both a prompt and a profile.`,
		);
	}
	const prompt = unwrapPrompt(data.prompt, named, configDir, loader);
	const name = text(prompt.name) ?? named;
	return { name, prompt: readPrompt(prompt, name), source: { kind: "profile", value: data.profile }, metadata };
}

/** A path, a wrapper `{spec: prompt, data}`, or the prompt itself. */
function unwrapPrompt(prompt: unknown, agentName: string, configDir: string, loader: Loader): Mapping {
	const value = typeof prompt === "string" ? readPromptFile(prompt, agentName, configDir, loader) : prompt;
	if (!isRecord(value)) throw new InvalidAgentConfigError(agentName, "`data.prompt` is neither a path nor a mapping.");
	if (value.spec === undefined) return value;
	if (value.spec !== "prompt" || !isRecord(value.data)) {
		throw new InvalidAgentConfigError(
			agentName,
			"`data.prompt` has a `spec`, so it must be {spec: prompt, data: {…}}.",
		);
	}
	return value.data;
}

function readPromptFile(path: string, agentName: string, configDir: string, loader: Loader): unknown {
	try {
		return readDocument(loader, configDir, path);
	} catch (cause) {
		throw new InvalidAgentConfigError(
			agentName,
			`the prompt file ${path} cannot be read as YAML or JSON: ${reasonOf(cause)}.`,
			{
				cause,
			},
		);
	}
}

function readPrompt(fields: Mapping, agentName: string): PromptDefinition {
	const { tools } = fields;
	if (tools !== undefined && tools !== null && !(Array.isArray(tools) && tools.every(isRecord))) {
		throw new InvalidAgentConfigError(agentName, "`tools` must be a list of function definitions.");
	}
	return {
		system: text(fields.system) ?? null,
		user: text(fields.user) ?? "",
		instructionSuffix: text(fields.instruction_suffix) ?? "",
		postHistoryInstructions: text(fields.post_history_instructions) ?? "",
		outputSchema: isRecord(fields.output) && Object.keys(fields.output).length > 0 ? fields.output : null,
		tools: Array.isArray(tools) ? tools.filter(isRecord) : [],
		toolPrompt: text(own(fields.mcp, "tool_prompt")) ?? "",
		hasServers: Object.keys(ownRecord(fields.mcp, "servers")).length > 0,
	};
}

function text(value: unknown): string | undefined {
	if (typeof value === "string") return value;
	return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
