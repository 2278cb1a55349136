/** Agents of the SDK out of YAML, made anew for each call: with its prompts rendered, its tools and its models. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { AgentReference, MachineTools } from "../../runtime/agents/agent.ts";
import { InvalidAgentConfigError } from "../flatagent/errors.ts";
import { machineTools } from "./machine-tools.ts";
import type { MeteredModel } from "./metered-model.ts";
import type { ModelCall, Models } from "./models.ts";
import type { AgentsSdk, Handoff, SdkAgent } from "./sdk.ts";
import { type AgentSettings, readAgentSettings } from "./settings.ts";

type Mapping = Readonly<Record<string, unknown>>;

/** An agent that was made of YAML, with what reads its answer. */
export interface BuiltAgent {
	readonly agent: SdkAgent;
	readonly settings: AgentSettings;
	readonly model: MeteredModel;
}

export interface BuildRequest {
	readonly sdk: AgentsSdk;
	readonly models: Models;
	/** Of the call; each agent asks in its own name. */
	readonly modelCall: Omit<ModelCall, "agentName">;
	/** What prompts see. */
	readonly scope: Mapping;
	readonly machineTools: MachineTools | undefined;
	/** What the answer is to have in place of the agents' own `output`. */
	readonly outputFields: Mapping | undefined;
	/** The machine's agents, for hand-offs by name. */
	readonly agents: Readonly<Record<string, AgentReference>>;
	/** The agent of a module that another agent of the machine is. */
	readonly moduleAgent: (name: string, ref: string) => Promise<SdkAgent>;
}

/** The agents of one call. */
export class AgentBuilder {
	readonly #request: BuildRequest;
	readonly #byName = new Map<string, SdkAgent>();
	readonly #built = new Map<unknown, BuiltAgent>();

	constructor(request: BuildRequest) {
		this.#request = request;
	}

	/** What was made of YAML; undefined for an agent of a module. */
	builtOf(agent: unknown): BuiltAgent | undefined {
		return this.#built.get(agent);
	}

	/** Whether a tool of this agent is the machine's, which tells of its calls itself. */
	usesMachineTool(agent: unknown, tool: string): boolean {
		return this.builtOf(agent)?.settings.tools.includes(tool) ?? false;
	}

	/**
	 * Makes an agent, and those that it may hand over to.
	 * @throws InvalidAgentConfigError, ProfileError, ExpressionError, and what a module or the tools' provider throws
	 */
	async build(name: string, config: Mapping): Promise<SdkAgent> {
		const { sdk, models, modelCall, scope, outputFields } = this.#request;
		const settings = readAgentSettings(name, outputFields ? { ...config, output: outputFields } : config);
		const model = models.model(settings, { ...modelCall, agentName: settings.name });
		const agent: SdkAgent = new sdk.Agent<unknown, "text">({
			name: settings.name,
			instructions: settings.instructions({ ...scope, model: models.configOf(settings.model) }),
			...(settings.handoffDescription !== undefined && { handoffDescription: settings.handoffDescription }),
			model,
			tools: await machineTools(sdk, settings, this.#request.machineTools),
		});
		// Before its hand-offs: agents may hand over to each other in a circle.
		this.#byName.set(name, agent);
		this.#built.set(agent, { agent, settings, model });
		agent.handoffs = await this.#handoffs(settings);
		return agent;
	}

	async #handoffs({ name, handoffs, model }: AgentSettings): Promise<(SdkAgent | Handoff<unknown, "text">)[]> {
		const made: SdkAgent[] = [];
		for (const handoff of handoffs) {
			made.push(
				isRecord(handoff) ? await this.#inline({ model, ...handoff }) : await this.#named(name, String(handoff)),
			);
		}
		return made;
	}

	/** Without a `model` it has that of the agent that it is written in. */
	#inline(config: Mapping): Promise<SdkAgent> {
		return this.build(String(config.name), config);
	}

	async #named(from: string, name: string): Promise<SdkAgent> {
		const known = this.#byName.get(name);
		if (known) return known;
		const { agents, moduleAgent } = this.#request;
		const reference = Object.hasOwn(agents, name) ? agents[name] : undefined;
		if (reference?.type !== "openai-agents") {
			const why = reference ? `is of the type \`${reference.type}\`` : "is not there";
			throw new InvalidAgentConfigError(
				from,
				`it hands over to the agent \`${name}\`, which ${why}; hand-offs go to agents of the type openai-agents.`,
			);
		}
		if (reference.ref === undefined) return this.build(name, reference.config);
		const agent = await moduleAgent(name, reference.ref);
		this.#byName.set(name, agent);
		return agent;
	}
}
