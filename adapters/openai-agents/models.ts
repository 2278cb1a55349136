/** The models of one call: the SDK's own, reached as a flatagent's are, and none of the SDK's defaults. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { ProfilesPlan } from "../../compiler/plan/plan.ts";
import type { AgentModelName } from "../../runtime/agents/agent.ts";
import type { TraceModelCall } from "../../runtime/agents/model-call.ts";
import type { RateLimiter } from "../../runtime/fleet/rate-limiter.ts";
import { fileLoader } from "../files/file-loader.ts";
import { limitedGate } from "../flatagent/limited-gate.ts";
import { checkBackend, resolveAgentModel } from "../flatagent/model.ts";
import { type ModelPrices, priceOf, readPrices } from "../flatagent/prices.ts";
import { type Endpoint, type Environment, resolveEndpoint, splitModelName } from "../flatagent/providers.ts";
import { sentSecrets, timeoutSeconds } from "../flatagent/request.ts";
import type { RateGates } from "../flatagent/shared-gates.ts";
import type { StructuredOutput } from "../flatagent/structured-output.ts";
import type { Meter } from "./meter.ts";
import { MeteredModel } from "./metered-model.ts";
import type { RequestKeys } from "./request-keys.ts";
import type { AgentsSdk, ModelProvider } from "./sdk.ts";

type Mapping = Readonly<Record<string, unknown>>;

/** What all calls of an adapter share. */
export interface ModelEnvironment {
	readonly env: Environment;
	/** Every model is called there, with its own name and without a key. */
	readonly baseUrl: string | undefined;
	readonly prices: ModelPrices | undefined;
	readonly rateGates: RateGates;
	/** Limits that all processes share; absent = none. */
	readonly rateLimiter: RateLimiter | undefined;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

/** What the machine says of models. */
export interface ModelCatalog {
	readonly profiles: ProfilesPlan | undefined;
	/** `provider/name`, in place of every model. */
	readonly modelOverride: string | undefined;
}

/** The call that the requests belong to. */
export interface ModelCall {
	readonly sdk: AgentsSdk;
	readonly meter: Meter;
	readonly agentName: string;
	readonly keys: RequestKeys;
	/** Absent where nobody traces. */
	readonly trace: TraceModelCall | undefined;
}

/** How an agent of YAML asks its model. */
export interface Asking {
	/** `model` of its config. */
	readonly model: unknown;
	readonly output: StructuredOutput | undefined;
}

/** A model that is known, and where it is. */
export interface KnownModel {
	readonly config: Mapping;
	readonly endpoint: Endpoint;
	/** Whether a mock model answers: it is told which agent asks. */
	readonly isMock: boolean;
}

export class Models {
	readonly #environment: ModelEnvironment;
	readonly #catalog: ModelCatalog;
	#pricesOfFile: ModelPrices | undefined;

	constructor(environment: ModelEnvironment, catalog: ModelCatalog) {
		this.#environment = environment;
		this.#catalog = catalog;
	}

	/** What will be asked, as far as it is known before the call. @throws ProfileError, InvalidAgentConfigError */
	nameOf(model: unknown): AgentModelName {
		const { provider, name } = this.#resolve(model).address;
		return splitModelName(provider, name ?? "");
	}

	/** The model's settings, as prompts see them. @throws ProfileError, InvalidAgentConfigError */
	configOf(model: unknown): Mapping {
		return this.#resolve(model).config;
	}

	/** Whether an agent of a module is to ask another model than its own. */
	replaces(model: unknown): boolean {
		return this.#catalog.modelOverride !== undefined || isGiven(model);
	}

	/** A model for one call. @throws ProfileError, MissingApiKeyError, and what else keeps it from being called */
	model(asking: Asking, call: ModelCall): MeteredModel {
		return this.#metered(this.#known(asking.model), asking.output, call, "chat_completions");
	}

	/**
	 * Finds the models that agents of modules name; those that they bring as objects are not asked for.
	 * @param own `model` of the config: for agents that name none, or in place of all that are named
	 * @param replacesAll whether it is in place of all
	 */
	provider(own: unknown, replacesAll: boolean, call: ModelCall): ModelProvider {
		const isReplaced = this.#catalog.modelOverride !== undefined || (replacesAll && isGiven(own));
		return {
			getModel: (name) => {
				if (isReplaced || !name) return this.model({ model: own, output: undefined }, call);
				const known = this.#known({ name });
				// What a module uses of OpenAI, its hosted tools among it, is there in the newer API only.
				const isOwn = known.endpoint.provider === "openai" && known.endpoint.baseUrl.includes("//api.openai.com/");
				return this.#metered(known, undefined, call, isOwn ? "responses" : "chat_completions");
			},
		};
	}

	#metered(
		known: KnownModel,
		output: StructuredOutput | undefined,
		call: ModelCall,
		usual: "responses" | "chat_completions",
	): MeteredModel {
		const { rateGates, now, env } = this.#environment;
		const { endpoint, config } = known;
		call.meter.sends(sentSecrets(endpoint, config));
		return new MeteredModel({
			...call,
			...known,
			output,
			usesResponses: (config.api ?? usual) === "responses",
			price: priceOf(endpoint.provider, endpoint.model, this.#prices()),
			gate: limitedGate(rateGates.of(endpoint), this.#environment.rateLimiter, endpoint),
			seconds: timeoutSeconds(config),
			env,
			now,
		});
	}

	#known(model: unknown): KnownModel {
		const { config, address } = this.#resolve(model);
		checkBackend(config);
		const { baseUrl, env } = this.#environment;
		if (baseUrl === undefined) {
			const endpoint = resolveEndpoint(address, env);
			return { config, endpoint, isMock: endpoint.provider === "mock" };
		}
		const { provider, name } = splitModelName(address.provider, address.name ?? "");
		const given = { provider: "mock", name: name === "" ? "default" : name, baseUrl, apiKey: null };
		return { config, endpoint: { ...resolveEndpoint(given, {}), provider: provider ?? "mock" }, isMock: true };
	}

	#resolve(model: unknown) {
		return resolveAgentModel(
			{ source: { kind: "model", value: modelValue(model, this.#catalog.profiles) }, name: "" },
			{
				...(this.#catalog.profiles && { profiles: this.#catalog.profiles }),
				...(this.#catalog.modelOverride !== undefined && { modelOverride: this.#catalog.modelOverride }),
			},
		);
	}

	#prices(): ModelPrices | undefined {
		const { prices, env } = this.#environment;
		if (prices !== undefined || !env.FLATSTATE_PRICES) return prices;
		this.#pricesOfFile ??= readPrices(env.FLATSTATE_PRICES, process.cwd(), fileLoader());
		return this.#pricesOfFile;
	}
}

function isGiven(model: unknown): boolean {
	return model !== undefined && model !== null;
}

/** A text is a profile's name where there is such a profile, else a model's. */
function modelValue(model: unknown, profiles: ProfilesPlan | undefined): unknown {
	if (typeof model !== "string") return isRecord(model) ? model : null;
	const isProfile = profiles !== undefined && Object.hasOwn(profiles.profiles, model);
	return isProfile || !model.includes("/") ? model : { name: model };
}
