/** A model of the SDK that waits for its turn, is asked with our own client, and tells the meter what it used. */
import type { OpenAIProvider } from "@openai/agents";
import { createClient, timerMilliseconds, whatWasReported } from "../flatagent/client.ts";
import { readCompletion } from "../flatagent/completion.ts";
import { errorInfoOf, MalformedResponseError, ModelTimeoutError } from "../flatagent/errors.ts";
import type { ModelPrice } from "../flatagent/prices.ts";
import type { Environment } from "../flatagent/providers.ts";
import type { Gate, Leave } from "../flatagent/rate-gate.ts";
import { type HeaderMap, limitHeaders, type ObservedLimits, observeLimits } from "../flatagent/rate-limits.ts";
import { extraHeaders, headerText, requestParameters } from "../flatagent/request.ts";
import type { AskedBy, StructuredOutput } from "../flatagent/structured-output.ts";
import { agentHeader } from "../mock-model/script.ts";
import type { SdkUsage } from "./meter.ts";
import type { KnownModel, ModelCall } from "./models.ts";
import type { Model, ModelRequest, ModelResponse } from "./sdk.ts";

type StreamEvent = ReturnType<Model["getStreamedResponse"]> extends AsyncIterable<infer Event> ? Event : never;
type SdkClient = NonNullable<NonNullable<ConstructorParameters<typeof OpenAIProvider>[0]>["openAIClient"]>;

export interface MeteredModelOptions extends ModelCall, KnownModel {
	/** What its answer is to be; the request asks for it. */
	readonly output: StructuredOutput | undefined;
	/** The Responses API in place of chat completions. */
	readonly usesResponses: boolean;
	readonly price: ModelPrice | undefined;
	readonly gate: Gate;
	/** For a request, and for the wait for its turn; the two are counted apart. */
	readonly seconds: number;
	readonly env: Environment;
	readonly now: () => number;
}

/** One request, from its turn to its answer. */
interface Exchange {
	readonly model: Model;
	readonly request: ModelRequest;
	/** Throws ModelTimeoutError in place of an error that the time-out has caused. */
	failed(error: unknown): never;
	/** Throws where the request was aborted, which the client may take for its end. */
	ended(): void;
	answered(usage: SdkUsage): void;
}

export class MeteredModel implements Model {
	readonly #options: MeteredModelOptions;

	constructor(options: MeteredModelOptions) {
		this.#options = options;
	}

	/** How it is asked for the agent's `output`; undefined where the agent has none. */
	get askedBy(): AskedBy | undefined {
		const { output, endpoint } = this.#options;
		return output?.askedBy(endpoint.takesSchemas);
	}

	async getResponse(request: ModelRequest): Promise<ModelResponse> {
		const { meter } = this.#options;
		return this.#inTurn(request, async (exchange) => {
			const response = await this.#traced(exchange.request, () => exchange.model.getResponse(exchange.request));
			exchange.answered(response.usage);
			meter.finishReason = finishReasonOf(response.providerData);
			if (response.output.length === 0) {
				throw new MalformedResponseError("it has neither text nor calls of tools.");
			}
			return response;
		});
	}

	async *getStreamedResponse(request: ModelRequest): AsyncIterable<StreamEvent> {
		const { meter, usesResponses } = this.#options;
		const { exchange, leave } = await this.#enter(request);
		let finished: string | undefined;
		const trace = this.#openTrace(exchange.request);
		try {
			for await (const event of exchange.model.getStreamedResponse(exchange.request)) {
				if (event.type === "model") finished = finishReasonOf(event.event) ?? finished;
				if (event.type === "response_done") {
					exchange.ended();
					if (!usesResponses && finished === undefined) {
						throw new MalformedResponseError("its stream ended before it was complete.");
					}
					exchange.answered(event.response.usage);
					meter.finishReason = finished;
					trace?.answered({ responseId: event.response.id, usage: event.response.usage });
				}
				yield event;
			}
			exchange.ended();
		} catch (error) {
			trace?.failed(error);
			exchange.failed(error);
		} finally {
			trace?.failed(new Error("Nobody reads on."));
			leave();
		}
	}

	/** One request in a span of its own, where somebody traces. */
	#traced<T extends TracedAnswer>(request: ModelRequest, work: () => Promise<T>): Promise<T> {
		const { trace, endpoint, meter } = this.#options;
		if (!trace) return work();
		const { response_format, ...parameters } = { response_format: undefined, ...request.modelSettings.providerData };
		const { provider, model, baseUrl: address } = endpoint;
		const wantsJson = response_format !== undefined || request.outputType !== "text";
		return trace({ provider, model, address, wantsJson, parameters }, work, {
			answered: ({ responseId, usage }) => ({
				...(responseId !== undefined && { id: responseId }),
				usage: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens },
			}),
			failed: (error) => {
				const { message, ...info } = errorInfoOf(error);
				return { ...info, ...(message !== undefined && { message: meter.hide(message) }) };
			},
		});
	}

	/** The same for a stream, whose end is told by whoever reads it; of several ends the first counts. */
	#openTrace(request: ModelRequest): OpenTrace | undefined {
		if (!this.#options.trace) return undefined;
		let settle: OpenTrace | undefined;
		const ended = new Promise<TracedAnswer>((answered, failed) => {
			settle = { answered, failed };
		});
		// Who reads the stream gets the error itself.
		this.#traced(request, () => ended).catch(() => undefined);
		return settle;
	}

	async #inTurn<T>(request: ModelRequest, work: (exchange: Exchange) => Promise<T>): Promise<T> {
		const { exchange, leave } = await this.#enter(request);
		try {
			return await work(exchange);
		} catch (error) {
			return exchange.failed(error);
		} finally {
			leave();
		}
	}

	/** Waits for the turn and makes ready. @throws RateLimitError where the turn would come too late */
	async #enter(request: ModelRequest): Promise<{ readonly exchange: Exchange; readonly leave: () => void }> {
		const { gate, seconds, meter, endpoint, price } = this.#options;
		const leaveGate: Leave = await gate.enter({ signal: request.signal, longestWait: seconds * 1000 });
		const timeout = new AbortController();
		const timer = setTimeout(() => timeout.abort(), timerMilliseconds(seconds));
		const { signal: given } = request;
		const signal = given === undefined ? timeout.signal : AbortSignal.any([given, timeout.signal]);
		const seen: Seen = {};
		const leave = () => {
			clearTimeout(timer);
			leaveGate({
				isRefused: seen.isRefused ?? false,
				...(seen.limits && { limits: seen.limits }),
				...(seen.tokens !== undefined && { tokens: seen.tokens }),
			});
		};
		const exchange = (model: Model): Exchange => ({
			model,
			request: this.#asked({ ...request, signal }),
			failed(cause) {
				if (timeout.signal.aborted && given?.aborted !== true) throw new ModelTimeoutError(seconds, { cause });
				throw whatWasReported(cause);
			},
			ended: () => signal.throwIfAborted(),
			answered: (usage) => {
				seen.tokens = usage.inputTokens + usage.outputTokens;
				meter.answered(endpoint.model, usage, price);
			},
		});
		try {
			return { exchange: exchange(await this.#connect(seen)), leave };
		} catch (error) {
			leave();
			throw error;
		}
	}

	/** The SDK's model on a client of ours, for one request: so its headers are known to be those of this request. */
	async #connect(seen: Seen): Promise<Model> {
		const { sdk, endpoint, env, seconds, meter, now, usesResponses } = this.#options;
		const send: typeof fetch = async (url, init) => {
			const response = await fetch(url, { ...init, headers: this.#headers(init) });
			const headers = limitHeaders(response.headers);
			meter.saw(headers);
			seen.limits = observeLimits(headers, now());
			seen.isRefused = response.status === 429 || (!response.ok && seen.limits.retryAfter !== undefined);
			return response;
		};
		// The SDK reads what it gets without looking.
		const check = usesResponses ? undefined : (body: unknown) => void readCompletion(body);
		const client: unknown = await createClient(endpoint, env, seconds, { send, ...(check && { check }) });
		if (!isClient(client)) throw new TypeError("The openai client has no chat completions.");
		const provider = new sdk.OpenAIProvider({ openAIClient: client, useResponses: usesResponses });
		return provider.getModel(endpoint.model);
	}

	#headers(init: RequestInit | undefined): Headers {
		const { config, agentName, keys, isMock } = this.#options;
		const headers = new Headers(init?.headers);
		const own: HeaderMap = {
			...extraHeaders(config),
			...keys.headerFor(init?.body),
			...(isMock && { [agentHeader]: headerText(agentName) }),
		};
		for (const [name, value] of Object.entries(own)) headers.set(name, value);
		return headers;
	}

	/** The request with the settings of the configured model, and what asks for the agent's `output`. */
	#asked(request: ModelRequest): ModelRequest {
		const { config, output, usesResponses } = this.#options;
		const by = this.askedBy;
		const format = by && output && !usesResponses ? { response_format: output.responseFormat(by) } : {};
		const { modelSettings, systemInstructions = "" } = request;
		const { stream: _, stream_options: __, ...parameters } = requestParameters(config);
		const [system] = output && by ? output.messages([{ role: "system", content: systemInstructions }], by) : [];
		return {
			...request,
			...(typeof system?.content === "string" && { systemInstructions: system.content }),
			modelSettings: {
				...modelSettings,
				// Whether it streams is the run's business.
				providerData: { ...format, ...parameters, ...modelSettings.providerData },
			},
		};
	}
}

/** What traces are told of an answer. */
interface TracedAnswer {
	readonly responseId?: string | undefined;
	readonly usage: SdkUsage;
}

interface OpenTrace {
	readonly answered: (answer: TracedAnswer) => void;
	readonly failed: (error: unknown) => void;
}

/** What is learnt of a request. */
interface Seen {
	limits?: ObservedLimits;
	isRefused?: boolean;
	tokens?: number;
}

/** The SDK brings a release of the client of its own, whose types do not know ours. */
function isClient(value: unknown): value is SdkClient {
	const chat: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "chat") : undefined;
	return typeof chat === "object" && chat !== null && "completions" in chat;
}

/** `finish_reason` of a chat completion, or of a piece of one. */
function finishReasonOf(body: unknown): string | undefined {
	const choices: unknown = typeof body === "object" && body !== null ? Reflect.get(body, "choices") : undefined;
	const [first]: readonly unknown[] = Array.isArray(choices) ? choices : [];
	const reason: unknown = typeof first === "object" && first !== null ? Reflect.get(first, "finish_reason") : undefined;
	return typeof reason === "string" ? reason : undefined;
}
