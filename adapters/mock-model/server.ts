/** A model provider for tests and offline runs: an OpenAI-compatible HTTP server on 127.0.0.1 that answers from a script. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { FlatstateError } from "../../runtime/errors.ts";
import { type AnswerSource, answerSource } from "./choose-answer.ts";
import { completionBody, completionChunks, errorBody } from "./completion.ts";
import { MockScriptExhaustedError } from "./errors.ts";
import { RefusedRequest, readChatRequest, readJsonBody } from "./read-request.ts";
import { type Admission, type RequestLimit, requestCounter } from "./request-limit.ts";
import type { MockAnswerDetails, MockRequest, MockScript } from "./script.ts";

export interface MockModelOptions {
	readonly script: MockScript;
	/** Default 0: any free port. */
	readonly port?: number;
	/** When set, requests need `authorization: Bearer <token>`. */
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

/** One chat-completions request that reached the server. */
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
	/** All chat-completions requests that were well-formed, in order of arrival. */
	readonly requests: readonly RecordedRequest[];
	/** Ends open connections and stops listening. */
	close(): Promise<void>;
}

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
		serve(request, response, context).catch((error: unknown) => sendFailure(response, error));
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

async function serve(request: IncomingMessage, response: ServerResponse, context: ServerContext): Promise<void> {
	const path = new URL(request.url ?? "/", "http://127.0.0.1").pathname;
	if (context.token !== undefined && request.headers.authorization !== `Bearer ${context.token}`) {
		throw new RefusedRequest(401);
	}
	if (request.method === "GET" && path === "/v1/models") {
		sendJson(response, 200, { object: "list", data: [{ id: "mock", object: "model", created: 0, owned_by: "mock" }] });
		return;
	}
	if (request.method !== "POST" || path !== "/v1/chat/completions") throw new RefusedRequest(404);
	const body = await readJsonBody(request, context.maxRequestBytes);
	const chatRequest = readChatRequest(body, request.headers);
	const gone = new AbortController();
	const { promise: outcome, resolve: settle } = promiseWithResolver<"answered" | "abandoned" | "cut">();
	response.on("close", () => {
		settle(response.writableFinished ? "answered" : "abandoned");
		gone.abort();
	});
	const id = `chatcmpl-mock-${context.requests.length}`;
	context.requests.push({ headers: request.headers, body, outcome });
	const admission = context.admit?.();
	const scripted: MockAnswerDetails = admission?.isRefused === true ? { status: 429 } : await context.next(chatRequest);
	const answer = admission ? { ...scripted, headers: { ...admission.headers, ...scripted.headers } } : scripted;
	if (answer.latency_ms !== undefined && answer.latency_ms > 0) {
		const isGone = await context.wait(answer.latency_ms, gone.signal).then(
			() => false,
			() => true,
		);
		if (isGone) return;
	}
	if (answer.cut === true) settle("cut");
	await sendAnswer(response, answer, chatRequest, id, (milliseconds) => context.wait(milliseconds, gone.signal));
}

async function sendAnswer(
	response: ServerResponse,
	answer: MockAnswerDetails,
	request: Omit<MockRequest, "n">,
	id: string,
	wait: (milliseconds: number) => Promise<unknown>,
): Promise<void> {
	const status = answer.status ?? 200;
	if (status < 400 && request.body.stream === true) {
		const events = completionChunks(answer, request, id).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
		if (answer.malformed === true) events.splice(1, events.length, "data: {not json\n\n");
		const pieces = events.concat("data: [DONE]\n\n");
		if (answer.chunk_ms === undefined || answer.cut === true) {
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
		status < 400 ? completionBody(answer, request, id) : errorBody(status, answer.error),
		undefined,
	);
	const half = Math.floor(body.length / 2);
	const text = answer.malformed === true ? [body.slice(0, half)] : [body.slice(0, half), body.slice(half)];
	send(response, status, "application/json", text, answer);
}

/** Writes the pieces one by one, or only the first half of them before the connection is destroyed. */
function send(
	response: ServerResponse,
	status: number,
	contentType: string,
	pieces: readonly string[],
	answer: MockAnswerDetails,
): void {
	response.writeHead(status, { "content-type": contentType, ...answer.headers });
	if (answer.cut === true) {
		const sent = pieces.slice(0, Math.max(1, Math.floor(pieces.length / 2))).join("");
		response.write(sent, () => response.destroy());
		return;
	}
	for (const piece of pieces) response.write(piece);
	response.end();
}

function sendFailure(response: ServerResponse, error: unknown): void {
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
