/** Calls a chat-completions server through the openai client, which is loaded at the first call. */
import type { OpenAI } from "openai";
import { longestTimer } from "../../runtime/steps/timer.ts";
import type { Mapping } from "./definition.ts";
import { MalformedResponseError, ModelTimeoutError } from "./errors.ts";
import type { Endpoint, Environment } from "./providers.ts";
import type { ChatRequest } from "./request.ts";

/** The part of the openai client that is used; give one of your own to `FlatAgent` to replace it. */
export type ChatClient = Pick<OpenAI, "post">;

const maxResponseBytes = 64 * 1024 * 1024;

/** Placeholder for servers that need no key; the client wants one. */
const noKey = "none";

/**
 * Makes a client for an endpoint. Nothing is read from the process's environment but what `environment` holds.
 * @param seconds that a request may take
 */
export async function createClient(endpoint: Endpoint, environment: Environment, seconds: number): Promise<ChatClient> {
	const { OpenAI } = await import("openai");
	const isOpenAi = endpoint.provider === "openai";
	return new OpenAI({
		apiKey: endpoint.apiKey ?? noKey,
		adminAPIKey: null,
		baseURL: endpoint.baseUrl,
		organization: isOpenAi ? (environment.OPENAI_ORG_ID ?? null) : null,
		project: isOpenAi ? (environment.OPENAI_PROJECT_ID ?? null) : null,
		webhookSecret: null,
		// Retries belong to the machine (`execution: {type: retry}`), which counts them.
		maxRetries: 0,
		timeout: timerMilliseconds(seconds),
		logLevel: "off",
		fetch: async (url, init) => boundedBody(await fetch(url, init)),
	});
}

export interface ChatCall {
	readonly request: ChatRequest;
	readonly headers: Readonly<Record<string, string>>;
	/** Seconds for the whole call, the body included. */
	readonly seconds: number;
	readonly signal: AbortSignal | undefined;
	/** Reads the chunks of a stream into one body. */
	readonly collect: (chunks: AsyncIterable<unknown>) => Promise<Mapping>;
}

/**
 * Makes one call.
 * @returns the body and the response headers
 * @throws the client's errors, ModelTimeoutError, MalformedResponseError
 */
export async function callModel(
	client: ChatClient,
	{ request, headers, seconds, signal, collect }: ChatCall,
): Promise<{ readonly data: unknown; readonly headers: Headers }> {
	const timeout = new AbortController();
	const timer = setTimeout(() => timeout.abort(), timerMilliseconds(seconds));
	const options = {
		body: request.body,
		headers,
		signal: signal === undefined ? timeout.signal : AbortSignal.any([signal, timeout.signal]),
	};
	try {
		if (!request.isStream) {
			const { data, response } = await client.post<unknown>("/chat/completions", options).withResponse();
			return { data, headers: response.headers };
		}
		const { data, response } = await client
			.post<AsyncIterable<unknown>>("/chat/completions", { ...options, stream: true })
			.withResponse();
		const body = await collect(data);
		// The client ends an aborted stream as if it were complete.
		options.signal.throwIfAborted();
		return { data: body, headers: response.headers };
	} catch (cause) {
		if (timeout.signal.aborted && signal?.aborted !== true) throw new ModelTimeoutError(seconds, { cause });
		throw cause;
	} finally {
		clearTimeout(timer);
	}
}

/** A longer delay than a timer can hold would fire at once. */
function timerMilliseconds(seconds: number): number {
	return Math.min(seconds * 1000, longestTimer);
}

/** The response with a body that fails when it grows too long. */
function boundedBody(response: Response): Response {
	if (response.body === null) return response;
	let bytes = 0;
	const bound = new TransformStream<Uint8Array, Uint8Array>({
		transform(chunk, controller) {
			bytes += chunk.byteLength;
			if (bytes > maxResponseBytes) {
				controller.error(new MalformedResponseError(`it is longer than ${maxResponseBytes} bytes.`));
				return;
			}
			controller.enqueue(chunk);
		},
	});
	const { status, statusText, headers } = response;
	return new Response(response.body.pipeThrough(bound), { status, statusText, headers });
}
