/** One webhook call over HTTP: bounded in time and size, and without trust in the reply. */
import { httpAddress } from "../http-address.ts";
import { longestTimer } from "../steps/timer.ts";

/** A reply's JSON object; empty for 204 and for an empty body. */
export type WebhookReply = Readonly<Record<string, unknown>>;

/** What to post. */
export interface WebhookRequest {
	readonly url: URL;
	readonly body: Readonly<Record<string, unknown>>;
	readonly timeoutSeconds: number;
	readonly apiKey: string | undefined;
}

/** The specification's version, as receivers of webhooks know it. */
const USER_AGENT = "FlatAgents/4.2.1 (flatstate)";
const MAX_REPLY_BYTES = 32 * 1024 * 1024;

async function readBounded(response: Response): Promise<string> {
	if (response.body === null) {
		return "";
	}
	const decoder = new TextDecoder();
	let bytes = 0;
	let text = "";
	for await (const chunk of response.body) {
		bytes += chunk.byteLength;
		if (bytes > MAX_REPLY_BYTES) {
			throw new Error(`the reply is larger than ${MAX_REPLY_BYTES} bytes`);
		}
		text += decoder.decode(chunk, { stream: true });
	}
	return text + decoder.decode();
}

/** Drops `__proto__` keys: copied carelessly further on, they would replace a prototype. */
function withoutPrototypes(key: string, value: unknown): unknown {
	return key === "__proto__" ? undefined : value;
}

function isReply(value: unknown): value is WebhookReply {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseReply(text: string): WebhookReply {
	let reply: unknown;
	try {
		reply = JSON.parse(text, withoutPrototypes);
	} catch (error) {
		throw new Error("the reply is not JSON", { cause: error });
	}
	if (!isReply(reply)) {
		throw new Error("the reply is not a JSON object");
	}
	return reply;
}

function explain(error: unknown, timeoutSeconds: number): Error {
	if (!(error instanceof Error)) {
		return new Error(String(error));
	}
	if (error.name === "TimeoutError") {
		return new Error(`no complete reply within ${timeoutSeconds} seconds`, { cause: error });
	}
	return error.message === "fetch failed" && error.cause instanceof Error
		? new Error(`cannot reach the endpoint: ${error.cause.message}`, { cause: error })
		: error;
}

/**
 * Posts JSON and gives the reply's object. Redirects are not followed.
 *
 * @throws {Error} for a body that is no JSON, no connection, a status outside 200-299, no complete reply in time, or a
 * reply that is too large or no JSON object
 */
export async function postJson(request: WebhookRequest): Promise<WebhookReply> {
	const headers: Record<string, string> = { "Content-Type": "application/json", "User-Agent": USER_AGENT };
	const { url, authorization } = httpAddress(request.url);
	if (authorization !== undefined) headers.Authorization = authorization;
	if (request.apiKey !== undefined) headers.Authorization = `Bearer ${request.apiKey}`;
	try {
		const response = await fetch(url, {
			method: "POST",
			headers,
			body: JSON.stringify(request.body),
			redirect: "manual",
			signal: AbortSignal.timeout(Math.min(request.timeoutSeconds * 1000, longestTimer)),
		});
		if (!response.ok) {
			await response.body?.cancel();
			throw new Error(`the endpoint answered with status ${response.status}`);
		}
		const text = await readBounded(response);
		return text.trim() === "" ? {} : parseReply(text);
	} catch (error) {
		throw explain(error, request.timeoutSeconds);
	}
}
