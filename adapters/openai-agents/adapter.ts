/** Makes the executors of agents of the type `openai-agents`. */
import type { AgentAdapterContext, AgentExecutor, AgentReference } from "../../runtime/agents/agent.ts";
import type { ModuleAccess } from "../../runtime/hooks/confined-module.ts";
import type { ModelPrices } from "../flatagent/prices.ts";
import type { Environment } from "../flatagent/providers.ts";
import { type RateGates, sharedGates } from "../flatagent/shared-gates.ts";
import { Models } from "./models.ts";
import { OpenAiAgent } from "./openai-agent.ts";
import { readAgentSettings, readCallSettings } from "./settings.ts";

export interface OpenAiAgentsAdapterOptions {
	/** Which modules may be imported beside those in the machine's folder. */
	readonly modules?: ModuleAccess;
	/** Keys and addresses of providers. Default: the process's environment. */
	readonly env?: Environment;
	/** Address of a server that answers for every model, without a key: a mock model. */
	readonly baseUrl?: string;
	/** Prices that win over those of the package. Default: those of the file that FLATSTATE_PRICES names. */
	readonly prices?: ModelPrices;
	/** What is known of rate limits. Default: what all agents of the process share. */
	readonly rateGates?: RateGates;
	/** Milliseconds since 1970. Default: the system's clock. */
	readonly now?: () => number;
}

/**
 * Makes the executor of one agent.
 * @throws InvalidAgentConfigError, ProfileError, ExpressionSyntaxError
 */
export function createOpenAiAgent(
	options: OpenAiAgentsAdapterOptions,
	name: string,
	reference: AgentReference,
	context: AgentAdapterContext,
): AgentExecutor {
	const { modules = {}, env = process.env, baseUrl, prices, rateGates = sharedGates, now = Date.now } = options;
	const { ref, config } = reference;
	const settings = ref === undefined ? readAgentSettings(name, config) : readCallSettings(name, config);
	const { profiles, modelOverride, rateLimiter } = context;
	const models = new Models({ env, baseUrl, prices, rateGates, rateLimiter, now }, { profiles, modelOverride });
	// Throws for a model that cannot be found: a mistake of the configuration, which is to be said before any call.
	if (ref === undefined) models.nameOf(settings.model);
	return new OpenAiAgent({ name, reference, settings, context, models, modules, now });
}
