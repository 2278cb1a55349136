/** FlatAgent: one configured language model with its prompts (spec section 19). */
import type { Loader } from "../../compiler/document/loader.ts";
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { ProfilesPlan } from "../../compiler/plan/plan.ts";
import type { AgentCall, AgentExecutor, AgentModelName, AgentResult } from "../../runtime/agents/agent.ts";
import { type Logger, silentLogger } from "../../runtime/logging/logger.ts";
import { fileLoader } from "../files/file-loader.ts";
import { agentHeader } from "../mock-model/script.ts";
import { type ChatClient, callModel, createClient } from "./client.ts";
import { collectStream, readCompletion, type StreamEvent } from "./completion.ts";
import { type AgentDefinition, type Mapping, readAgentDefinition } from "./definition.ts";
import { errorInfoOf, headersOf } from "./errors.ts";
import { type AgentModel, checkBackend, resolveAgentModel } from "./model.ts";
import { isMessageList, Prompt, type RenderedMessages } from "./prompt.ts";
import { type Endpoint, type Environment, resolveEndpoint, splitModelName } from "./providers.ts";
import { type HeaderMap, limitHeaders } from "./rate-limits.ts";
import { buildRequest, extraHeaders, timeoutSeconds } from "./request.ts";
import { type AgentResponse, agentResultOf, errorResponse, successResponse } from "./response.ts";

export interface FlatAgentOptions {
	/** The agent's document `{spec: flatagent, data, metadata}`. */
	readonly config: Mapping;
	/** The catalog that profile names are looked up in. */
	readonly profiles?: ProfilesPlan;
	/** `provider/name`: called in place of the configured model, with its parameters. */
	readonly modelOverride?: string;
	/** Keys that replace those of the resolved model, for example `{temperature: 0}`. */
	readonly modelParameters?: Mapping;
	/** Folder that relative paths of the document start from. Default: the current folder. */
	readonly configDir?: string;
	/** Reads a prompt that is given as a path. Default: the file system. */
	readonly loader?: Loader;
	/** A client of your own, for example of a proxy; then no key is looked for. */
	readonly client?: ChatClient;
	/** Keys and addresses of providers. Default: the process's environment. */
	readonly env?: Environment;
	readonly logger?: Logger;
	/** Milliseconds since 1970. Default: the system's clock. */
	readonly now?: () => number;
	/** The name under which a machine knows the agent. Default: the document's. */
	readonly agentName?: string;
}

/** One call of a `FlatAgent`. */
export interface FlatAgentCall {
	/** What prompts see as `input`. */
	readonly input?: Mapping;
	/** Earlier messages, in the provider's format. */
	readonly messages?: readonly Mapping[];
	/** Function definitions in place of the configured ones; an empty list sends none. */
	readonly tools?: readonly Mapping[];
	/** What `post_history_instructions` see as `context`. */
	readonly context?: Mapping;
	/** Accepted for agents with sessions; chat completions have none. */
	readonly sessionId?: string;
	/** Aborts the HTTP request. */
	readonly signal?: AbortSignal;
	/** Sent as the header `idempotency-key`. */
	readonly idempotencyKey?: string;
	/** Gets the pieces of a streamed answer (`stream: true` of the model). */
	readonly onStreamEvent?: (event: StreamEvent) => void;
}

/**
 * A language model with its prompts. `call` gives the answer or the failure as data; `execute` does the same for a
 * machine.
 */
export class FlatAgent implements AgentExecutor {
	readonly name: string;
	readonly metadata: Mapping;
	readonly #definition: AgentDefinition;
	readonly #prompt: Prompt;
	readonly #model: AgentModel;
	readonly #options: FlatAgentOptions;
	readonly #clients = new Map<string, Promise<ChatClient>>();

	/** @throws InvalidAgentConfigError, ProfileError, ExpressionSyntaxError */
	constructor(options: FlatAgentOptions) {
		this.#options = options;
		const { config, configDir = process.cwd(), loader = fileLoader() } = options;
		this.#definition = readAgentDefinition(config, configDir, loader);
		this.#prompt = new Prompt(this.#definition.prompt);
		this.#model = resolveAgentModel(this.#definition, options);
		this.name = this.#definition.name;
		this.metadata = this.#definition.metadata;
		const logger = options.logger ?? silentLogger;
		for (const warning of this.#model.warnings) logger.warn(`Agent "${this.name}": ${warning}.`);
		if (this.#definition.prompt.hasMcp) {
			logger.warn(
				`Agent "${this.name}" configures MCP servers; no MCP provider is connected, so it runs without them.`,
			);
		}
	}

	get model(): AgentModelName {
		const { provider, name } = this.#model.address;
		return splitModelName(provider, name ?? "");
	}

	/**
	 * Calls the model once. Failures of the provider, a missing key and an unknown provider are in the answer's `error`.
	 * @throws ExpressionError where a prompt cannot be rendered; the signal's reason when the call was aborted
	 */
	async call(call: FlatAgentCall = {}): Promise<AgentResponse> {
		call.signal?.throwIfAborted();
		const rendered = this.#prompt.messages(
			{ input: call.input ?? {}, model: this.#model.config, context: call.context ?? {} },
			call.messages,
		);
		const now = this.#options.now ?? Date.now;
		let endpoint: Endpoint | undefined;
		try {
			endpoint = this.#endpoint();
			return await this.#request(endpoint, rendered, call, now);
		} catch (error) {
			call.signal?.throwIfAborted();
			const headers = headersOf(error);
			return errorResponse(errorInfoOf(error, endpoint?.apiKey), {
				renderedUserPrompt: rendered.renderedUserPrompt,
				headers: headers === undefined ? {} : limitHeaders(headers),
				model: endpoint?.model ?? null,
				now,
			});
		}
	}

	/**
	 * Calls the model for a machine. The input keys `messages`, `tools` and `session_id` change the call where they have
	 * the right form (spec section 18.3).
	 */
	async execute(call: AgentCall): Promise<AgentResult> {
		const { onStreamEvent } = call;
		const response = await this.call({
			...reservedInput(call.input, call.sessionId),
			context: call.context,
			signal: call.signal,
			idempotencyKey: call.idempotencyKey,
			onStreamEvent: onStreamEvent === undefined ? undefined : (event) => onStreamEvent({ ...event }),
		});
		return agentResultOf(response, this.metadata);
	}

	async #request(
		endpoint: Endpoint,
		rendered: RenderedMessages,
		call: FlatAgentCall,
		now: () => number,
	): Promise<AgentResponse> {
		const { prompt } = this.#definition;
		const { config } = this.#model;
		const request = buildRequest({
			modelName: endpoint.model,
			model: config,
			messages: rendered.messages,
			tools: call.tools ?? prompt.tools,
			hasOutputSchema: prompt.outputSchema !== null,
		});
		const seconds = timeoutSeconds(config);
		const client = this.#options.client ?? (await this.#client(endpoint, seconds));
		const { data, headers } = await callModel(client, {
			request,
			headers: this.#headers(endpoint, call),
			seconds,
			signal: call.signal,
			collect: (chunks) => collectStream(chunks, (event) => call.onStreamEvent?.(event)),
		});
		return successResponse({
			completion: readCompletion(data),
			hasJsonOutput: request.isJson,
			renderedUserPrompt: rendered.renderedUserPrompt,
			model: endpoint.model,
			headers: limitHeaders(headers),
			raw: data,
			now,
		});
	}

	#endpoint(): Endpoint {
		const { address, config } = this.#model;
		if (this.#options.client !== undefined) {
			const { provider, name } = splitModelName(address.provider, address.name ?? "");
			return { provider: provider ?? "custom", baseUrl: "", apiKey: null, model: name };
		}
		checkBackend(config);
		return resolveEndpoint(address, this.#environment());
	}

	#environment(): Environment {
		return this.#options.env ?? process.env;
	}

	#client(endpoint: Endpoint, seconds: number): Promise<ChatClient> {
		const key = JSON.stringify([endpoint.baseUrl, endpoint.apiKey]);
		const client = this.#clients.get(key) ?? createClient(endpoint, this.#environment(), seconds);
		this.#clients.set(key, client);
		return client;
	}

	#headers(endpoint: Endpoint, call: FlatAgentCall): HeaderMap {
		const name = this.#options.agentName ?? this.name;
		return {
			...extraHeaders(this.#model.config),
			...(call.idempotencyKey !== undefined && { "idempotency-key": headerText(call.idempotencyKey) }),
			...(endpoint.provider === "mock" && { [agentHeader]: headerText(name) }),
		};
	}
}

/** State and agent names may hold any character; header values may not, and half a surrogate pair is no URI. */
function headerText(text: string): string {
	return encodeURI(Buffer.from(text).toString());
}

/** Takes the reserved keys out of a machine's input. */
function reservedInput(input: Mapping, sessionId: string | undefined): FlatAgentCall {
	const { messages, tools, session_id, ...rest } = input;
	const isHistory = isMessageList(messages);
	const areTools = Array.isArray(tools) && tools.every((tool) => isRecord(tool) && isRecord(tool.function));
	const isSession = typeof session_id === "string";
	return {
		input: {
			...rest,
			...(messages !== undefined && !isHistory && { messages }),
			...(tools !== undefined && !areTools && { tools }),
			...(session_id !== undefined && !isSession && { session_id }),
		},
		...(isHistory && { messages }),
		...(areTools && { tools: tools.filter(isRecord) }),
		sessionId: isSession ? session_id : sessionId,
	};
}
