/**
 * A model provider for tests and offline runs: an HTTP server on 127.0.0.1 that answers from a script, in the protocols of
 * OpenAI (chat completions, responses) and Anthropic (messages).
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { FlatstateError } from "../../runtime/errors.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { type AnswerSource, answerSource } from "./choose-answer.ts";
import { chatCompletions } from "./completion.ts";
import { MockScriptExhaustedError } from "./errors.ts";
import { openaiResponses } from "./openai-responses.ts";
import { RefusedRequest, readJsonBody } from "./read-request.ts";
import { type Admission, type RequestLimit, requestCounter } from "./request-limit.ts";
import type { MockAnswerDetails, MockScript } from "./script.ts";
import type { ReadRequest, WireFormat } from "./wire-format.ts";

export interface MockModelOptions {
	readonly script: MockScript;
	/** Default 0: any free port. */
	readonly port?: number;
	/** When set, requests need `authorization: Bearer <token>`, or `x-api-key: <token>` as Anthropic's clients send it. */
	readonly token?: string;
	/** Bytes that a request body may have, default 16 MiB. */
	readonly maxRequestBytes?: number;
	/** Refuses what goes beyond it with 429; a refused request uses up no answer. Default: none. */
	readonly limit?: RequestLimit;
	/** Milliseconds, for `limit`. Default: the clock. */
	readonly now?: () => number;
	/** Waits `latency_ms` milliseconds; rejects when the signal aborts. Default: the clock. */
	readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

/** One request for an answer that reached the server. */
export interface RecordedRequest {
	readonly headers: IncomingMessage["headers"];
	readonly body: Readonly<Record<string, unknown>>;
	/** How it ended: answered in full, or the client went away first, or the script had the connection cut. */
	readonly outcome: Promise<"answered" | "abandoned" | "cut">;
}

export interface MockModel extends AsyncDisposable {
	/** Base URL for clients, ends in `/v1`. */
	readonly url: string;
	readonly port: number;
	/** All requests for answers that were well-formed, in order of arrival. */
	readonly requests: readonly RecordedRequest[];
	/** Ends open connections and stops listening. */
	close(): Promise<void>;
}

const formats: Readonly<Record<string, WireFormat>> = {
	"/v1/chat/completions": chatCompletions,
	"/v1/messages": anthropicMessages,
	"/v1/responses": openaiResponses,
};

const defaultMaxRequestBytes = 16 * 1024 * 1024;

/**
 * Starts a mock model.
 * @throws Error of `node:net` when the port cannot be listened on
 */
export async function startMockModel(options: MockModelOptions): Promise<MockModel> {
	const requests: RecordedRequest[] = [];
	const context: ServerContext = {
		next: answerSource(options.script),
		requests,
		token: options.token,
		maxRequestBytes: options.maxRequestBytes ?? defaultMaxRequestBytes,
		admit: options.limit && requestCounter(options.limit, options.now ?? (() => performance.now())),
		wait: options.wait ?? ((milliseconds, signal) => delay(milliseconds, undefined, { signal })),
	};
	const server = createServer((request, response) => {
		const path = new URL(request.url ?? "/", "http://127.0.0.1").pathname;
		const format = Object.hasOwn(formats, path) ? formats[path] : undefined;
		serve(request, response, path, format, context).catch((error: unknown) =>
			sendFailure(response, error, format ?? chatCompletions),
		);
	});
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(options.port ?? 0, "127.0.0.1", resolve);
	});
	const address = server.address();
	const port = typeof address === "object" && address !== null ? address.port : (options.port ?? 0);
	let closing: Promise<void> | undefined;
	const close = (): Promise<void> => {
		closing ??= new Promise((resolve) => {
			server.close(() => resolve());
			server.closeAllConnections();
		});
		return closing;
	};
	return { url: `http://127.0.0.1:${port}/v1`, port, requests, close, [Symbol.asyncDispose]: close };
}

interface ServerContext {
	readonly next: AnswerSource;
	readonly requests: RecordedRequest[];
	readonly token: string | undefined;
	readonly maxRequestBytes: number;
	readonly admit: (() => Admission) | undefined;
	readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

async function serve(
	request: IncomingMessage,
	response: ServerResponse,
	path: string,
	format: WireFormat | undefined,
	context: ServerContext,
): Promise<void> {
	if (context.token !== undefined && !hasToken(request, context.token)) throw new RefusedRequest(401);
	if (request.method === "GET" && path === "/v1/models") {
		sendJson(response, 200, { object: "list", data: [{ id: "mock", object: "model", created: 0, owned_by: "mock" }] });
		return;
	}
	if (request.method !== "POST" || format === undefined) throw new RefusedRequest(404);
	const body = await readJsonBody(request, context.maxRequestBytes);
	const asked = format.readRequest(body, request.headers);
	const gone = new AbortController();
	const { promise: outcome, resolve: settle } = promiseWithResolver<"answered" | "abandoned" | "cut">();
	response.on("close", () => {
		settle(response.writableFinished ? "answered" : "abandoned");
		gone.abort();
	});
	const id = `${format.idPrefix}-${context.requests.length}`;
	context.requests.push({ headers: request.headers, body, outcome });
	const admission = context.admit?.();
	const scripted: MockAnswerDetails = admission?.isRefused === true ? { status: 429 } : await context.next(asked);
	const answer = admission ? { ...scripted, headers: { ...admission.headers, ...scripted.headers } } : scripted;
	if (answer.latency_ms !== undefined && answer.latency_ms > 0) {
		const isGone = await context.wait(answer.latency_ms, gone.signal).then(
			() => false,
			() => true,
		);
		if (isGone) return;
	}
	if (answer.cut === true) settle("cut");
	await sendAnswer(response, answer, { format, asked, id }, (milliseconds) => context.wait(milliseconds, gone.signal));
}

function hasToken({ headers }: IncomingMessage, token: string): boolean {
	return headers.authorization === `Bearer ${token}` || headers["x-api-key"] === token;
}

/** What is answered, and in which protocol. */
interface Asked {
	readonly format: WireFormat;
	readonly asked: ReadRequest;
	readonly id: string;
}

async function sendAnswer(
	response: ServerResponse,
	answer: MockAnswerDetails,
	{ format, asked, id }: Asked,
	wait: (milliseconds: number) => Promise<unknown>,
): Promise<void> {
	const status = answer.status ?? 200;
	if (answer.body !== undefined) {
		send(response, status, "application/json", halves(answer.body), answer);
		return;
	}
	if (status < 400 && asked.body.stream === true) {
		const [first = "", ...rest] = format.pieces(answer, asked, id);
		const pieces = answer.malformed === true ? [first, "data: {not json\n\n", rest.at(-1) ?? ""] : [first, ...rest];
		if (answer.chunk_ms === undefined || answer.cut === true || answer.hang === true) {
			send(response, status, "text/event-stream", pieces, answer);
			return;
		}
		response.writeHead(status, { "content-type": "text/event-stream", ...answer.headers });
		for (const [index, piece] of pieces.entries()) {
			if (index > 0) await wait(answer.chunk_ms);
			response.write(piece);
		}
		response.end();
		return;
	}
	const body = JSON.stringify(
		status < 400 ? format.body(answer, asked, id) : format.errorBody(status, answer.error),
		undefined,
	);
	const pieces = halves(body);
	send(response, status, "application/json", answer.malformed === true ? pieces.slice(0, 1) : pieces, answer);
}

function halves(body: string): readonly string[] {
	const half = Math.floor(body.length / 2);
	return [body.slice(0, half), body.slice(half)];
}

/** Writes the pieces one by one, or only the first half of them before the connection is destroyed or falls silent. */
function send(
	response: ServerResponse,
	status: number,
	contentType: string,
	pieces: readonly string[],
	answer: MockAnswerDetails,
): void {
	response.writeHead(status, { "content-type": contentType, ...answer.headers });
	if (answer.cut === true || answer.hang === true) {
		const sent = pieces.slice(0, Math.max(1, Math.floor(pieces.length / 2))).join("");
		response.write(sent, () => {
			if (answer.cut === true) response.destroy();
		});
		return;
	}
	for (const piece of pieces) response.write(piece);
	response.end();
}

function sendFailure(response: ServerResponse, error: unknown, { errorBody }: WireFormat): void {
	if (response.headersSent || response.destroyed) {
		response.destroy();
		return;
	}
	// The rest of a refused body is not read, so the connection cannot serve another request.
	response.setHeader("connection", "close");
	if (error instanceof RefusedRequest) {
		sendJson(response, error.status, errorBody(error.status, { message: error.message || undefined }));
		return;
	}
	const type = error instanceof MockScriptExhaustedError ? "script_exhausted" : "script_error";
	const code = error instanceof FlatstateError ? error.code : undefined;
	const message = error instanceof Error ? error.message : String(error);
	sendJson(response, 500, errorBody(500, { type, code, message }));
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
	response.writeHead(status, { "content-type": "application/json" });
	response.end(JSON.stringify(body));
}

function promiseWithResolver<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
	let resolve: (value: T) => void = () => {};
	const promise = new Promise<T>((settle) => {
		resolve = settle;
	});
	return { promise, resolve };
}
