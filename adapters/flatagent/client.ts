/** Calls a chat-completions server through the openai client, which is loaded at the first call. */
import type { OpenAI } from "openai";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { httpAddress } from "../../runtime/http-address.ts";
import { longestTimer } from "../../runtime/steps/timer.ts";
import { reportedError } from "./completion.ts";
import type { Mapping } from "./definition.ts";
import { MalformedResponseError, ModelTimeoutError } from "./errors.ts";
import type { Endpoint, Environment } from "./providers.ts";
import type { ChatRequest } from "./request.ts";

/** The part of the openai client that is used; give one of your own to `FlatAgent` to replace it. */
export type ChatClient = Pick<OpenAI, "post">;

const maxResponseBytes = 64 * 1024 * 1024;
/** Of a stream: the client's time grows with the square of a line's length. */
const maxLineBytes = 4 * 1024 * 1024;

/** Placeholder for servers that need no key; the client wants one. */
const noKey = "none";

export interface ClientParts {
	/** Makes the requests. Default: `fetch`. */
	readonly send?: typeof fetch;
	/** Looks at the body of an answer before anybody else does, and throws what is wrong with it. */
	readonly check?: (body: unknown) => void;
}

/**
 * Makes a client for an endpoint. Nothing is read from the process's environment but what `environment` holds.
 * @param seconds that a request may take
 */
export async function createClient(
	endpoint: Endpoint,
	environment: Environment,
	seconds: number,
	{ send = fetch, check }: ClientParts = {},
): Promise<OpenAI> {
	const { OpenAI } = await import("openai");
	const isOpenAi = endpoint.provider === "openai";
	const { baseUrl, query, authorization } = addressOf(endpoint.baseUrl);
	return new OpenAI({
		apiKey: endpoint.apiKey ?? noKey,
		adminAPIKey: null,
		baseURL: baseUrl,
		defaultQuery: query,
		...(authorization !== undefined && { defaultHeaders: { Authorization: authorization } }),
		organization: isOpenAi ? (environment.OPENAI_ORG_ID ?? null) : null,
		project: isOpenAi ? (environment.OPENAI_PROJECT_ID ?? null) : null,
		webhookSecret: null,
		// Retries belong to the machine (`execution: {type: retry}`), which counts them.
		maxRetries: 0,
		timeout: timerMilliseconds(seconds),
		logLevel: "off",
		fetch: async (url, init) => boundedBody(await send(url, init), check),
	});
}

/** The path of a call is put behind the base URL, so that its query has to go beside it. */
function addressOf(given: string): {
	readonly baseUrl: string;
	readonly query: Record<string, string>;
	readonly authorization?: string | undefined;
} {
	// The client says what is wrong with it.
	if (!URL.canParse(given)) return { baseUrl: given, query: {} };
	const { url, authorization } = httpAddress(new URL(given));
	const query = Object.fromEntries(url.searchParams);
	url.search = "";
	url.hash = "";
	return { baseUrl: url.href, query, authorization };
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
	signal?.throwIfAborted();
	const end = new AbortController();
	let isTooLate = false;
	const timer = setTimeout(() => {
		isTooLate = true;
		end.abort();
	}, timerMilliseconds(seconds));
	// `AbortSignal.any` would cost more than all else that is ours.
	const abort = () => end.abort(signal?.reason);
	signal?.addEventListener("abort", abort, { once: true });
	const options = { body: request.body, headers, signal: end.signal };
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
		if (isTooLate && signal?.aborted !== true) throw new ModelTimeoutError(seconds, { cause });
		throw whatWasReported(cause);
	} finally {
		clearTimeout(timer);
		signal?.removeEventListener("abort", abort);
	}
}

/** The client throws what a stream reports without a status, as an error of its own; other errors stay as they are. */
export function whatWasReported(error: unknown): unknown {
	return isReported(error) ? reportedError(error.error) : error;
}

function isReported(error: unknown): error is { readonly error: Mapping } {
	return (
		error instanceof Error && "error" in error && isRecord(error.error) && Reflect.get(error, "status") === undefined
	);
}

/** A longer delay than a timer can hold would fire at once. */
export function timerMilliseconds(seconds: number): number {
	return Math.min(seconds * 1000, longestTimer);
}

/** The response with a body that fails when it grows too long. */
function boundedBody(response: Response, check: ClientParts["check"]): Response {
	const { body, headers, status, statusText, ok } = response;
	if (body === null) return response;
	if (headers.get("content-type")?.startsWith("text/event-stream") === true) {
		const bound = bodyBound();
		const boundLine = lineBound();
		const transform = (chunk: Uint8Array, controller: TransformStreamDefaultController<Uint8Array>): void => {
			bound(chunk);
			boundLine(chunk);
			controller.enqueue(chunk);
		};
		return new Response(body.pipeThrough(new TransformStream({ transform })), { status, statusText, headers });
	}
	// A second stream behind the first would cost as much as the rest of a call.
	const checked = <T>(read: T): T => {
		if (ok) check?.(read);
		return read;
	};
	return Object.assign(response, {
		text: async () => checked(await boundedText(body)),
		json: async () => checked<unknown>(JSON.parse(await boundedText(body))),
	});
}

async function boundedText(body: ReadableStream<Uint8Array>): Promise<string> {
	const reader = body.getReader();
	const bound = bodyBound();
	const decoder = new TextDecoder();
	let text = "";
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return text + decoder.decode();
			bound(value);
			text += decoder.decode(value, { stream: true });
		}
	} catch (error) {
		await reader.cancel().catch(() => undefined);
		throw error;
	}
}

/** Counts the bytes of a body. The function throws where they are too many. */
function bodyBound(): (chunk: Uint8Array) => void {
	let bytes = 0;
	return ({ byteLength }) => {
		bytes += byteLength;
		if (bytes > maxResponseBytes) throw new MalformedResponseError(`it is longer than ${maxResponseBytes} bytes.`);
	};
}

/** The same for the lines of a stream. */
function lineBound(): (chunk: Uint8Array) => void {
	const lineFeed = 10;
	let bytes = 0;
	return (chunk) => {
		const last = chunk.lastIndexOf(lineFeed);
		bytes = last < 0 ? bytes + chunk.byteLength : chunk.byteLength - last - 1;
		if (bytes > maxLineBytes) throw new MalformedResponseError(`a line of it is longer than ${maxLineBytes} bytes.`);
	};
}
