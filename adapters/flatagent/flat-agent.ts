/** FlatAgent: one configured language model with its prompts (spec section 19). */
import type { Loader } from "../../compiler/document/loader.ts";
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { ProfilesPlan } from "../../compiler/plan/plan.ts";
import type {
	AgentCall,
	AgentExecutor,
	AgentModelName,
	AgentResult,
	AnswerCorrection,
	ToolAgentCall,
} from "../../runtime/agents/agent.ts";
import type { TraceModelCall } from "../../runtime/agents/model-call.ts";
import type { RateLimiter } from "../../runtime/fleet/rate-limiter.ts";
import type { KnownSecrets } from "../../runtime/logging/known-secrets.ts";
import { type Logger, silentLogger } from "../../runtime/logging/logger.ts";
import { definitionOf, type ServerTool } from "../../runtime/tools/tool-servers.ts";
import { fileLoader } from "../files/file-loader.ts";
import { agentHeader } from "../mock-model/script.ts";
import { callInTurn, type ModelAnswer } from "./call-in-turn.ts";
import { type ChatClient, callModel, createClient } from "./client.ts";
import { collectStream, readCompletion, type StreamEvent } from "./completion.ts";
import { type AgentDefinition, type Mapping, readAgentDefinition } from "./definition.ts";
import { errorInfoOf, headersOf, RateLimitError } from "./errors.ts";
import { limitedGate } from "./limited-gate.ts";
import { type AgentModel, checkBackend, resolveAgentModel } from "./model.ts";
import { requestEnds, requestInfo } from "./model-call-info.ts";
import { type ModelPrices, priceOf, readPrices } from "./prices.ts";
import { isMessageList, Prompt, type RenderedMessages } from "./prompt.ts";
import { type Endpoint, type Environment, resolveEndpoint, splitModelName, takesSchemas } from "./providers.ts";
import type { Gate } from "./rate-gate.ts";
import { type HeaderMap, limitHeaders } from "./rate-limits.ts";
import { buildRequest, extraHeaders, headerText, sentSecrets, timeoutSeconds } from "./request.ts";
import { type AgentResponse, agentResultOf, answeredResponse, errorResponse } from "./response.ts";
import { type RateGates, sharedGates } from "./shared-gates.ts";
import { type AskedBy, StructuredOutput } from "./structured-output.ts";

/** How one endpoint is reached. */
interface Connection {
	readonly client: Promise<ChatClient>;
	readonly gate: Gate;
	/** What the provider is sent and may repeat. */
	readonly secrets: KnownSecrets;
}

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
	/** Prices that win over those of the package. Default: those of the file that FLATSTATE_PRICES names. */
	readonly prices?: ModelPrices;
	/** What is known of rate limits. Default: what all agents of the process share. */
	readonly rateGates?: RateGates;
	/** Limits that all processes share. Default: none. */
	readonly rateLimiter?: RateLimiter;
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
	/** An answer that was refused, and why: both are told to the model behind the prompt. */
	readonly correction?: AnswerCorrection;
	/** Fields that the answer is to have, in place of the document's `output`. */
	readonly outputFields?: Mapping;
	/** Sent as the header `idempotency-key`. */
	readonly idempotencyKey?: string;
	/** Streams the answer where the model's settings do not say. */
	readonly stream?: boolean;
	/** Makes each request visible in traces. */
	readonly traceModelCall?: TraceModelCall;
	/** Gets the pieces of a streamed answer. */
	readonly onStreamEvent?: (event: StreamEvent) => void;
	/** Gives the tools of the servers that the document names under `mcp`; called only where it names any. */
	readonly serverTools?: () => Promise<readonly ServerTool[]>;
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
	readonly #structured: StructuredOutput | undefined;
	#pricesOfFile: ModelPrices | undefined;
	#toldOfServers = false;
	/** Models that have refused a strict schema. */
	readonly #refusingSchemas = new Set<string>();
	readonly #options: FlatAgentOptions;
	readonly #connections = new Map<string, Connection>();

	/** @throws InvalidAgentConfigError, ProfileError, ExpressionSyntaxError */
	constructor(options: FlatAgentOptions) {
		this.#options = options;
		const { config, configDir = process.cwd(), loader = fileLoader() } = options;
		this.#definition = readAgentDefinition(config, configDir, loader);
		this.#prompt = new Prompt(this.#definition.prompt);
		this.#model = resolveAgentModel(this.#definition, options);
		this.name = this.#definition.name;
		this.metadata = this.#definition.metadata;
		const { outputSchema } = this.#definition.prompt;
		this.#structured = outputSchema === null ? undefined : new StructuredOutput(outputSchema, this.name);
		const logger = options.logger ?? silentLogger;
		for (const warning of this.#model.warnings) logger.warn(`Agent "${this.name}": ${warning}.`);
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
		const serverTools = await this.#serverTools(call);
		const rendered = this.#prompt.messages(
			{ input: call.input ?? {}, model: this.#model.config, context: call.context ?? {}, tools: serverTools },
			call.messages,
		);
		const tools = call.tools ?? [...serverTools.map(definitionOf), ...this.#definition.prompt.tools];
		const now = this.#options.now ?? Date.now;
		let endpoint: Endpoint | undefined;
		try {
			endpoint = this.#endpoint();
			return await this.#request(endpoint, rendered, { ...call, tools }, now);
		} catch (error) {
			call.signal?.throwIfAborted();
			const headers = headersOf(error);
			const secrets = endpoint && this.#connection(endpoint).secrets;
			return errorResponse(errorInfoOf(error, secrets), {
				renderedUserPrompt: rendered.renderedUserPrompt,
				headers: headers === undefined ? {} : limitHeaders(headers, secrets),
				...(error instanceof RateLimitError && { retryAfter: error.retryAfter }),
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
		return this.#callForMachine(call, reservedInput(call.input, call.sessionId));
	}

	/** Calls the model within a tool loop: with these tools, and after the first call with the messages so far. */
	async executeWithTools({ messages, tools, ...call }: ToolAgentCall): Promise<AgentResult> {
		const reserved = reservedInput(call.input, call.sessionId);
		return this.#callForMachine(call, { ...reserved, ...(messages && { messages }), tools });
	}

	/** Without a machine nobody has connected them, unless the caller has. */
	async #serverTools({ serverTools }: FlatAgentCall): Promise<readonly ServerTool[]> {
		if (!this.#definition.prompt.hasServers) return [];
		if (serverTools) return serverTools();
		if (!this.#toldOfServers) {
			this.#toldOfServers = true;
			const { logger = silentLogger } = this.#options;
			logger.warn(`Agent "${this.name}" names MCP servers, which nobody has connected: it runs without their tools.`);
		}
		return [];
	}

	/** The tools of the agent's document. */
	get toolDefinitions(): readonly Mapping[] {
		return this.#definition.prompt.tools;
	}

	async #callForMachine(call: AgentCall, what: FlatAgentCall): Promise<AgentResult> {
		const { onStreamEvent } = call;
		const response = await this.call({
			...what,
			context: call.context,
			signal: call.signal,
			idempotencyKey: call.idempotencyKey,
			correction: call.correction,
			outputFields: call.outputFields,
			stream: call.stream,
			traceModelCall: call.traceModelCall,
			serverTools: call.serverTools,
			onStreamEvent: onStreamEvent === undefined ? undefined : (event) => onStreamEvent({ ...event }),
		});
		return agentResultOf(response, this.metadata);
	}

	async #request(
		endpoint: Endpoint,
		rendered: RenderedMessages,
		call: FlatAgentCall & Required<Pick<FlatAgentCall, "tools">>,
		now: () => number,
	): Promise<AgentResponse> {
		const { tools } = call;
		const price = priceOf(endpoint.provider, endpoint.model, this.#prices());
		const structured = tools.length === 0 ? this.#structuredFor(call) : undefined;
		const asked = structured?.askedBy(endpoint.takesSchemas && !this.#refusingSchemas.has(endpoint.model));
		const messages = [...rendered.messages, ...correctionMessages(call.correction)];
		const ask = (by: AskedBy | undefined) =>
			this.#ask(endpoint, by === undefined ? messages : (structured?.messages(messages, by) ?? messages), tools, call, {
				responseFormat: by && structured?.responseFormat(by),
			});
		let by = asked;
		const answer = await ask(by).catch((error: unknown) => {
			if (by !== "schema" || !refusesSchema(error)) throw error;
			this.#refusingSchemas.add(endpoint.model);
			by = "prompt";
			return ask(by);
		});
		return answeredResponse({
			completion: answer.completion,
			structured: by && (await structured?.read(answer.completion, by)),
			renderedUserPrompt: rendered.renderedUserPrompt,
			model: endpoint.model,
			price,
			headers: limitHeaders(answer.headers, this.#connection(endpoint).secrets),
			raw: answer.data,
			now,
		});
	}

	#structuredFor({ outputFields }: FlatAgentCall): StructuredOutput | undefined {
		return outputFields === undefined ? this.#structured : new StructuredOutput(outputFields, this.name);
	}

	/** One request, when its turn has come. */
	async #ask(
		endpoint: Endpoint,
		messages: readonly Mapping[],
		tools: readonly Mapping[],
		call: FlatAgentCall,
		{ responseFormat }: { readonly responseFormat: Mapping | undefined },
	): Promise<ModelAnswer> {
		const config = call.stream ? { stream: true, ...this.#model.config } : this.#model.config;
		const request = buildRequest({ modelName: endpoint.model, model: config, messages, tools, responseFormat });
		const seconds = timeoutSeconds(config);
		const connection = this.#connection(endpoint);
		const client = await connection.client;
		const { now = Date.now } = this.#options;
		const send = async () => {
			const answer = await callModel(client, {
				request,
				headers: this.#headers(endpoint, call),
				seconds,
				signal: call.signal,
				collect: (chunks) => collectStream(chunks, (event) => call.onStreamEvent?.(event)),
			});
			return { ...answer, completion: readCompletion(answer.data) };
		};
		const { traceModelCall: trace } = call;
		const turn = { seconds, signal: call.signal, now };
		return callInTurn(connection.gate, turn, () =>
			trace ? trace(requestInfo(endpoint, request.body), send, requestEnds(connection.secrets)) : send(),
		);
	}

	#endpoint(): Endpoint {
		const { address, config } = this.#model;
		if (this.#options.client !== undefined) {
			const { provider, name } = splitModelName(address.provider, address.name ?? "");
			return {
				provider: provider ?? "custom",
				baseUrl: "",
				apiKey: null,
				model: name,
				takesSchemas: takesSchemas(provider),
			};
		}
		checkBackend(config);
		return resolveEndpoint(address, this.#environment());
	}

	#prices(): ModelPrices | undefined {
		const { prices } = this.#options;
		if (prices !== undefined) return prices;
		const { FLATSTATE_PRICES: file } = this.#environment();
		if (!file) return undefined;
		this.#pricesOfFile ??= readPrices(file, process.cwd(), fileLoader());
		return this.#pricesOfFile;
	}

	#environment(): Environment {
		return this.#options.env ?? process.env;
	}

	#connection(endpoint: Endpoint): Connection {
		const key = JSON.stringify([endpoint.baseUrl, endpoint.apiKey]);
		const known = this.#connections.get(key);
		if (known !== undefined) return known;
		const { client, rateGates = sharedGates, rateLimiter } = this.#options;
		const { config } = this.#model;
		const secrets = sentSecrets(endpoint, config);
		const connection: Connection =
			client === undefined
				? {
						client: createClient(endpoint, this.#environment(), timeoutSeconds(config)),
						gate: limitedGate(rateGates.of(endpoint), rateLimiter, endpoint),
						secrets,
					}
				: { client: Promise.resolve(client), gate: rateGates.ofClient(client), secrets };
		this.#connections.set(key, connection);
		return connection;
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

/** The refused answer and what is wrong with it, behind everything else. */
function correctionMessages(correction: AnswerCorrection | undefined): readonly Mapping[] {
	if (correction === undefined) return [];
	const { answer, problem } = correction;
	return [
		{ role: "assistant", content: answer },
		{ role: "user", content: `${problem} Answer again, with the whole JSON and nothing else.` },
	];
}

/** Not every model of a provider takes schemas; those that do not say so. */
function refusesSchema(error: unknown): boolean {
	const { status_code: status, message = "" } = errorInfoOf(error);
	return (status === 400 || status === 422) && /response_format|json_schema|structured output/i.test(message);
}
