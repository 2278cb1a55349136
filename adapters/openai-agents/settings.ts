/** Reads the `config` of an agent of the type `openai-agents`. */

import { didYouMean } from "../../compiler/diagnostics/suggest.ts";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { openAiAgentsKeys, openAiAgentsModuleKeys } from "../../compiler/plan/framework-config.ts";
import { InvalidAgentConfigError } from "../flatagent/errors.ts";
import { compilePrompt, type Render } from "../flatagent/prompt.ts";
import { StructuredOutput } from "../flatagent/structured-output.ts";

type Mapping = Readonly<Record<string, unknown>>;

/** What every agent of this type may have, also one of a module. */
export interface CallSettings {
	/** The message of the user; absent: what the state's input says. */
	readonly user: Render | undefined;
	/** `provider/name`, a profile's name, or a map, as of a flatagent. */
	readonly model: unknown;
	/** How often models may be asked; absent: what the SDK takes. */
	readonly maxTurns: number | undefined;
	/** Whether the SDK may send traces to OpenAI. */
	readonly traces: boolean;
	/** Whether the result has the conversation, for a later state. */
	readonly keepsSession: boolean;
}

/** An agent that is described in YAML. */
export interface AgentSettings extends CallSettings {
	readonly name: string;
	readonly instructions: Render;
	/** Names of the machine's tools. */
	readonly tools: readonly string[];
	/** Those of `tools` that somebody must approve, each time. */
	readonly needsApproval: readonly string[];
	/** Names of agents of the machine, or agents written in place. */
	readonly handoffs: readonly (string | Mapping)[];
	/** Tells the agents that may hand over to it what it is for. */
	readonly handoffDescription: string | undefined;
	readonly output: StructuredOutput | undefined;
}

/**
 * Reads the settings of an agent of a module.
 * @throws InvalidAgentConfigError, ExpressionSyntaxError
 */
export function readCallSettings(name: string, config: Mapping): CallSettings {
	const read = new Reader(name, config);
	const misplaced = Object.keys(config).find(
		(key) => openAiAgentsKeys.includes(key) && !openAiAgentsModuleKeys.includes(key),
	);
	if (misplaced !== undefined) read.fail(`\`${misplaced}\` has no place beside \`ref\`: the module says it`);
	read.refuseMisspelt(openAiAgentsModuleKeys);
	return callSettings(read);
}

/**
 * Reads an agent that is described in YAML.
 * @param name under which the machine knows it; one that is written in place has a `name`
 * @throws InvalidAgentConfigError, ExpressionSyntaxError
 */
export function readAgentSettings(name: string, config: Mapping): AgentSettings {
	const read = new Reader(name, config);
	read.refuseMisspelt(openAiAgentsKeys);
	const ownName = read.text("name") ?? name;
	const tools = read.names("tools");
	const approved = config.needs_approval === true ? tools : read.names("needs_approval");
	const stranger = approved.find((tool) => !tools.includes(tool));
	if (stranger !== undefined) read.fail(`\`needs_approval\` names \`${stranger}\`, which is not among its \`tools\``);
	const { output } = config;
	if (output !== undefined && !isRecord(output)) read.fail("`output` must be a map from fields to their types");
	return {
		...callSettings(read),
		name: ownName,
		instructions: read.template("instructions") ?? (() => ""),
		tools,
		needsApproval: approved,
		handoffs: read.handoffs(),
		handoffDescription: read.text("handoff_description"),
		output: isRecord(output) && Object.keys(output).length > 0 ? new StructuredOutput(output, ownName) : undefined,
	};
}

function callSettings(read: Reader): CallSettings {
	return {
		user: read.template("user"),
		model: read.config.model,
		maxTurns: read.count("max_turns"),
		traces: read.flag("tracing"),
		keepsSession: read.flag("session"),
	};
}

class Reader {
	readonly config: Mapping;
	readonly #name: string;

	constructor(name: string, config: Mapping) {
		this.#name = name;
		this.config = config;
	}

	fail(problem: string): never {
		throw new InvalidAgentConfigError(this.#name, `${problem}.`);
	}

	/** What is near no key is a note of the user's; the compiler warns of it. */
	refuseMisspelt(keys: readonly string[]): void {
		for (const key of Object.keys(this.config)) {
			if (keys.includes(key) || key.startsWith("x-")) continue;
			const suggestion = didYouMean(key, keys);
			if (suggestion !== undefined) this.fail(`\`${key}\` is not a key that is known: ${suggestion.slice(0, -1)}`);
		}
	}

	text(key: string): string | undefined {
		const value = this.config[key];
		if (value === undefined || value === null || typeof value === "string") return value ?? undefined;
		return this.fail(`\`${key}\` must be text`);
	}

	template(key: string): Render | undefined {
		const text = this.text(key);
		return text === undefined ? undefined : compilePrompt(text);
	}

	flag(key: string): boolean {
		const value = this.config[key] ?? false;
		return typeof value === "boolean" ? value : this.fail(`\`${key}\` must be true or false`);
	}

	count(key: string): number | undefined {
		const value = this.config[key];
		if (value === undefined || value === null) return undefined;
		return typeof value === "number" && Number.isInteger(value) && value > 0
			? value
			: this.fail(`\`${key}\` must be a whole number above 0`);
	}

	names(key: string): readonly string[] {
		const value = this.config[key] ?? [];
		return Array.isArray(value) && value.every((name) => typeof name === "string")
			? value
			: this.fail(`\`${key}\` must be a list of names`);
	}

	handoffs(): readonly (string | Mapping)[] {
		const value = this.config.handoffs ?? [];
		if (!Array.isArray(value)) return this.fail("`handoffs` must be a list");
		return value.map((one: unknown) => {
			if (typeof one === "string") return one;
			if (isRecord(one) && typeof one.name === "string") return one;
			return this.fail("each of `handoffs` must be an agent's name, or an agent with a `name`");
		});
	}
}
