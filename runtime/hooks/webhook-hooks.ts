/** Hooks that ask an HTTP endpoint at every point of a run (spec section 15.2). */
import { withoutAddressSecrets } from "../../compiler/bundle/address-secrets.ts";
import { type Logger, silentLogger } from "../logging/logger.ts";
import { argumentError } from "./args.ts";
import type { Context, MachineHooks } from "./hooks.ts";
import { postJson, type WebhookReply } from "./webhook-post.ts";

/** Settings of {@link WebhookHooks}. */
export interface WebhookHooksOptions {
	/** Where events are posted, `http:` or `https:`. */
	readonly endpoint: string;
	/** Seconds for one event, reply included. Default 5. */
	readonly timeout?: number;
	/** Sent as a Bearer token. */
	readonly apiKey?: string;
	/** Told about replies that could not be used. Default: silent. */
	readonly logger?: Logger;
}

function parseEndpoint(endpoint: string): URL {
	const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
	if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
		throw argumentError("webhook", "expected `endpoint` to be an http or https address, such as https://host/path.");
	}
	return url;
}

function isMap(value: unknown): value is Context {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Posts `{event, …}` as JSON and takes over what the reply gives: a context, an output, a target or a recovery state.
 * A 204, an empty reply or any failure leaves the value unchanged; failures are logged and never end a run.
 * `context.machine` is sent, and stays as it is whatever comes back.
 */
export class WebhookHooks implements MachineHooks {
	readonly #url: URL;
	readonly #timeout: number;
	readonly #apiKey: string | undefined;
	readonly #logger: Logger;

	/** @throws {HookError} `hook_invalid_args` for an endpoint that is no http address, or a timeout that is not above 0 */
	constructor(options: WebhookHooksOptions) {
		const { endpoint, timeout = 5, apiKey, logger = silentLogger } = options;
		if (!Number.isFinite(timeout) || timeout <= 0) {
			throw argumentError("webhook", `expected \`timeout\` to be seconds above 0, got ${timeout}.`);
		}
		this.#url = parseEndpoint(endpoint);
		this.#timeout = timeout;
		this.#apiKey = apiKey;
		this.#logger = logger;
	}

	onMachineStart(context: Context): Promise<Context> {
		return this.#askContext("machine_start", { context }, context);
	}

	async onMachineEnd(context: Context, output: unknown): Promise<unknown> {
		const reply = await this.#send("machine_end", { context, output });
		return Object.hasOwn(reply, "output") ? reply.output : output;
	}

	onStateEnter(state: string, context: Context): Promise<Context> {
		return this.#askContext("state_enter", { state, context }, context);
	}

	async onStateExit(state: string, context: Context, output: unknown): Promise<unknown> {
		const reply = await this.#send("state_exit", { state, context, output });
		return Object.hasOwn(reply, "output") ? reply.output : output;
	}

	async onTransition(from: string, to: string, context: Context): Promise<string | null> {
		return this.#stateName("to_state", await this.#send("transition", { from, to, context }), to);
	}

	async onError(state: string, error: Error, context: Context): Promise<string | null> {
		const event = { state, error: error.message, error_type: error.name, context };
		return this.#stateName("recovery_state", await this.#send("error", event), null);
	}

	onAction(action: string, context: Context, info: { readonly state: string }): Promise<Context> {
		return this.#askContext("action", { state: info.state, action, context }, context);
	}

	onToolCalls(state: string, calls: readonly unknown[], context: Context): Promise<Context> {
		return this.#askContext("tool_calls", { state, tool_calls: calls, context }, context);
	}

	onToolResult(state: string, result: unknown, context: Context): Promise<Context> {
		return this.#askContext("tool_result", { state, tool_result: result, context }, context);
	}

	/** The key `event` holds the hook's name here as everywhere, so the stream's event travels as `stream_event`. */
	async onAgentStreamEvent(state: string, event: unknown): Promise<void> {
		await this.#send("agent_stream_event", { state, stream_event: event });
	}

	async #send(event: string, payload: Readonly<Record<string, unknown>>): Promise<WebhookReply> {
		try {
			return await postJson({
				url: this.#url,
				body: { event, ...payload },
				timeoutSeconds: this.#timeout,
				apiKey: this.#apiKey,
			});
		} catch (error) {
			this.#warn("Webhook failed; the run goes on unchanged", event, error);
			return {};
		}
	}

	#warn(message: string, event: string, reason: unknown): void {
		const address = `${this.#url.origin}${this.#url.pathname}`;
		this.#logger.warn(message, {
			event,
			endpoint: withoutAddressSecrets(address)?.text ?? address,
			reason: reason instanceof Error ? reason.message : reason,
		});
	}

	async #askContext(event: string, payload: Readonly<Record<string, unknown>>, context: Context): Promise<Context> {
		const reply = await this.#send(event, payload);
		if (!Object.hasOwn(reply, "context")) {
			return context;
		}
		if (!isMap(reply.context)) {
			this.#warn("Webhook gave a context that is no object; the run goes on unchanged", event, typeof reply.context);
			return context;
		}
		const { machine: _theirs, ...given } = reply.context;
		return Object.hasOwn(context, "machine") ? { ...given, machine: context.machine } : given;
	}

	#stateName(key: "to_state" | "recovery_state", reply: WebhookReply, unchanged: string | null): string | null {
		if (!Object.hasOwn(reply, key)) {
			return unchanged;
		}
		const name = reply[key];
		if (typeof name === "string" || name === null) {
			return name;
		}
		this.#warn(`Webhook gave a ${key} that is no text; the run goes on unchanged`, key, typeof name);
		return unchanged;
	}
}
