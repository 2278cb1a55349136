/** Settings of one pi agent, out of its `config`. */
import { ownNumber, ownRecord, ownString } from "../../compiler/document/plain-data.ts";
import { InvalidAgentConfigError } from "../flatagent/errors.ts";
import { checkConfig } from "../frameworks/read-config.ts";
import type { PiAgentOptions, PiAi, PiModel } from "./sdk.ts";

export interface PiSettings {
	readonly provider: string;
	readonly model: string;
	/** An OpenAI-compatible server in place of the provider's own. */
	readonly baseUrl?: string;
	readonly apiKey?: string;
	readonly systemPrompt: string;
	readonly thinkingLevel: PiAgentOptions["initialState"]["thinkingLevel"];
	/** Seconds; 0 = no limit. */
	readonly timeout: number;
}

const levels = ["off", "minimal", "low", "medium", "high", "xhigh"] as const;
const known = ["provider", "model", "base_url", "api_key", "system_prompt", "thinking_level"];

/** @throws InvalidAgentConfigError */
export function readPiSettings(
	agent: string,
	config: Readonly<Record<string, unknown>>,
	ref: string | undefined,
): PiSettings {
	checkConfig(agent, config, "piAgent");
	const bridge = ["ref", "runner", "node", "cwd", "env"].find((key) => config[key] !== undefined);
	if (ref !== undefined || bridge !== undefined) {
		const key = ref === undefined ? bridge : "ref";
		throw new InvalidAgentConfigError(
			agent,
			`\`${key}\` belongs to a pi agent in a process of its own; here pi runs in this process: describe the agent with ` +
				`\`agent_config\` (${known.join(", ")}).`,
		);
	}
	const own = ownRecord(config, "agent_config");
	const odd = Object.keys(own).find((key) => !known.includes(key));
	if (odd !== undefined) {
		throw new InvalidAgentConfigError(agent, `\`agent_config\` has no key \`${odd}\`; it has ${known.join(", ")}.`);
	}
	const model = ownString(own, "model");
	if (model === undefined) throw new InvalidAgentConfigError(agent, "`agent_config.model` is missing: the model's id.");
	const [baseUrl, apiKey] = [ownString(own, "base_url"), ownString(own, "api_key")];
	return {
		provider: ownString(own, "provider") ?? "openai",
		model,
		...(baseUrl !== undefined && { baseUrl }),
		...(apiKey !== undefined && { apiKey }),
		systemPrompt: ownString(own, "system_prompt") ?? "",
		thinkingLevel: levels.find((level) => level === own.thinking_level) ?? "off",
		timeout: ownNumber(config, "timeout") ?? 0,
	};
}

/** The model by its provider and id, or on the server that the settings name. @throws InvalidAgentConfigError */
export function piModel(agent: string, { provider, model: id, baseUrl }: PiSettings, { getModels }: PiAi): PiModel {
	if (baseUrl !== undefined) {
		return {
			id,
			name: id,
			api: "openai-completions",
			provider,
			baseUrl,
			reasoning: false,
			input: ["text"],
			cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
			contextWindow: 128_000,
			maxTokens: 16_384,
		};
	}
	// The package's own types name each provider; it gives nothing for one that it does not know.
	const models: readonly PiModel[] = Reflect.apply(getModels, undefined, [provider]) ?? [];
	const found = models.find((model) => model.id === id);
	if (found) return found;
	const reason =
		models.length === 0 ? `pi knows no provider \`${provider}\`` : `\`${provider}\` has no model \`${id}\``;
	throw new InvalidAgentConfigError(agent, `${reason}; correct it, or name a server with \`base_url\`.`);
}
