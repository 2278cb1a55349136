/** One pi agent: each call is a run of pi's agent with the machine's tools. */

import { isRecord, ownRecord, ownString } from "../../compiler/document/plain-data.ts";
import type {
	AgentAdapterContext,
	AgentCall,
	AgentErrorInfo,
	AgentExecutor,
	AgentModelName,
	AgentReference,
	AgentResult,
	MachineTools,
} from "../../runtime/agents/agent.ts";
import { NotImplementedError } from "../frameworks/errors.ts";
import { failureOfThrown, statusIn, withoutSecrets } from "../frameworks/failure.ts";
import { loadPackage } from "../frameworks/load-package.ts";
import { taskOf } from "../frameworks/task.ts";
import { failureOfAbort, timeLimit } from "../frameworks/time-limit.ts";
import { PiAnswers } from "./answers.ts";
import type { PiAgentCore, PiAi, PiModel, PiTool } from "./sdk.ts";
import { type PiSettings, piModel, readPiSettings } from "./settings.ts";

const packages = ["@mariozechner/pi-agent-core", "@mariozechner/pi-ai"] as const;

/** @throws PackageError, InvalidAgentConfigError */
export async function createPiAgent(
	name: string,
	{ config, ref }: AgentReference,
	{ configDir }: AgentAdapterContext,
): Promise<AgentExecutor> {
	const settings = readPiSettings(name, config, ref);
	const wanted = { neededBy: "Agents of the type `pi-agent`", install: packages };
	const core = await loadPackage<PiAgentCore>({ ...wanted, name: packages[0], functions: ["Agent"] }, [configDir]);
	const ai = await loadPackage<PiAi>({ ...wanted, name: packages[1], functions: ["getModels", "streamSimple"] }, [
		configDir,
	]);
	return new PiExecutor(core, ai, piModel(name, settings, ai), settings);
}

class PiExecutor implements AgentExecutor {
	readonly model: AgentModelName;
	readonly #core: PiAgentCore;
	readonly #ai: PiAi;
	readonly #model: PiModel;
	readonly #settings: PiSettings;

	constructor(core: PiAgentCore, ai: PiAi, model: PiModel, settings: PiSettings) {
		this.model = { provider: model.provider, name: model.id };
		this.#core = core;
		this.#ai = ai;
		this.#model = model;
		this.#settings = settings;
	}

	/** @throws MissingTaskError; the signal's reason when the call was aborted */
	async execute(call: AgentCall): Promise<AgentResult> {
		const { text: task } = taskOf("pi-agent", call, true);
		const { systemPrompt, thinkingLevel, baseUrl, apiKey, timeout } = this.#settings;
		using limit = timeLimit(timeout, call.signal);
		limit.signal.throwIfAborted();
		const answers = new PiAnswers(call);
		const agent = new this.#core.Agent({
			initialState: { systemPrompt, model: this.#model, thinkingLevel, tools: await piTools(call.machineTools) },
			// Whether and when a request is made again is the state's to say, and the run's to show.
			streamFn: (model, context, options) => this.#ai.streamSimple(model, context, { ...options, maxRetries: 0 }),
			// Keys of the environment are for the providers' own addresses.
			...((baseUrl !== undefined || apiKey !== undefined) && { getApiKey: () => apiKey ?? "none" }),
		});
		agent.subscribe((event) => answers.read(event));
		const stop = () => agent.abort();
		limit.signal.addEventListener("abort", stop, { once: true });
		let error: AgentErrorInfo | undefined;
		try {
			await agent.prompt(task);
			const problem = answers.errorMessage ?? agent.state.errorMessage;
			if (answers.stopReason === "error" || problem)
				error = failureOfRequest(problem ?? "pi failed without a message.");
		} catch (thrown) {
			error = failureOfThrown(thrown);
		} finally {
			limit.signal.removeEventListener("abort", stop);
		}
		call.signal?.throwIfAborted();
		if (limit.signal.aborted) error = failureOfAbort(limit.signal.reason);
		return {
			...(error
				? { error: withoutSecrets(error, { ...process.env, PI_API_KEY: apiKey }) }
				: { output: { result: answers.text }, content: answers.text }),
			usage: answers.usage,
			cost: answers.cost,
			finish_reason: error ? "error" : answers.stopReason === "length" ? "length" : "stop",
			provider_data: { provider: this.#model.provider, model: this.#model.id },
			rendered_user_prompt: task,
		};
	}

	/** @throws NotImplementedError always */
	executeWithTools(): never {
		throw new NotImplementedError("pi-agent");
	}
}

/** What a request to the model failed of; where there was no status, pi gives the words of whatever has thrown. */
function failureOfRequest(message: string): AgentErrorInfo {
	const lost = { code: "server_error", message, retryable: true };
	if (/^terminated$|premature close|other side closed|socket hang up/i.test(message)) {
		return { ...lost, type: "APIConnectionError" };
	}
	if (/\bJSON\b/.test(message) && statusIn(message) === undefined) return { ...lost, type: "MalformedResponseError" };
	return failureOfThrown(message);
}

/** The machine's tools as pi's; their calls are steps of the state. */
async function piTools(tools: MachineTools | undefined): Promise<PiTool[]> {
	const definitions = (await tools?.definitions()) ?? [];
	return definitions.map((definition): PiTool => {
		const described = ownRecord(definition, "function");
		const name = ownString(described, "name") ?? "";
		return {
			name,
			label: name,
			description: ownString(described, "description") ?? "",
			parameters: { type: "object", ...ownRecord(described, "parameters") },
			async execute(id, args) {
				const result = await tools?.call({ id, name, arguments: isRecord(args) ? args : {} });
				const text = result?.content ?? "";
				if (result?.is_error) throw new Error(text);
				return { content: [{ type: "text", text }], details: undefined };
			},
		};
	});
}
