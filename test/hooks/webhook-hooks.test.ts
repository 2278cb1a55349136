import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { callStateEnter } from "../../runtime/hooks/call.ts";
import type { Context, MachineHooks } from "../../runtime/hooks/hooks.ts";
import { WebhookHooks } from "../../runtime/hooks/webhook-hooks.ts";
import { createLogger } from "../../runtime/logging/logger.ts";

interface Received {
	readonly method: string | undefined;
	readonly headers: IncomingMessage["headers"];
	readonly body: unknown;
}

type Answer = (response: ServerResponse, received: Received) => void;

const servers: Server[] = [];

afterEach(() => {
	for (const server of servers.splice(0)) {
		server.close();
		server.closeAllConnections();
	}
});

async function serve(answer: Answer): Promise<{ endpoint: string; received: Received[] }> {
	const received: Received[] = [];
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) {
			chunks.push(Buffer.from(chunk));
		}
		const one: Received = {
			method: request.method,
			headers: request.headers,
			body: JSON.parse(Buffer.concat(chunks).toString("utf8")),
		};
		received.push(one);
		answer(response, one);
	});
	servers.push(server);
	await new Promise<void>((resolve) => {
		server.listen(0, "127.0.0.1", resolve);
	});
	const address = server.address();
	if (address === null || typeof address === "string") {
		throw new Error("the server has no port");
	}
	return { endpoint: `http://127.0.0.1:${address.port}/hook`, received };
}

const json =
	(value: unknown): Answer =>
	(response) => {
		response.setHeader("Content-Type", "application/json");
		response.end(JSON.stringify(value));
	};

async function hooked(answer: Answer, options: { apiKey?: string; timeout?: number } = {}) {
	const { endpoint, received } = await serve(answer);
	const lines: string[] = [];
	const logger = createLogger({ format: "simple", write: (line) => lines.push(line.trimEnd()) });
	const hooks: MachineHooks = new WebhookHooks({ endpoint: `${endpoint}?token=hush`, logger, ...options });
	return { hooks, received, lines };
}

const machine = Object.freeze({ execution_id: "run-1", step: 2 });
const context: Context = { score: 1, machine };
const changed: Context = { score: 2, machine };

/** Each hook: its call, what is sent, a reply, and what comes of it with and without the reply. */
const table: readonly {
	readonly event: string;
	readonly call: (hooks: MachineHooks) => unknown;
	readonly sent: Record<string, unknown>;
	readonly reply: Record<string, unknown>;
	readonly used: unknown;
	readonly unchanged: unknown;
}[] = [
	{
		event: "machine_start",
		call: (hooks) => hooks.onMachineStart?.(context),
		sent: { context },
		reply: { context: { score: 2 } },
		used: changed,
		unchanged: context,
	},
	{
		event: "machine_end",
		call: (hooks) => hooks.onMachineEnd?.(context, { text: "a" }),
		sent: { context, output: { text: "a" } },
		reply: { output: null },
		used: null,
		unchanged: { text: "a" },
	},
	{
		event: "state_enter",
		call: (hooks) => hooks.onStateEnter?.("draft", context),
		sent: { state: "draft", context },
		reply: { context: { score: 2, machine: { step: 99 } } },
		used: changed,
		unchanged: context,
	},
	{
		event: "state_exit",
		call: (hooks) => hooks.onStateExit?.("draft", context, "a"),
		sent: { state: "draft", context, output: "a" },
		reply: { output: "b" },
		used: "b",
		unchanged: "a",
	},
	{
		event: "transition",
		call: (hooks) => hooks.onTransition?.("draft", "done", context),
		sent: { from: "draft", to: "done", context },
		reply: { to_state: "review" },
		used: "review",
		unchanged: "done",
	},
	{
		event: "error",
		call: (hooks) => hooks.onError?.("draft", new RangeError("boom"), context),
		sent: { state: "draft", error: "boom", error_type: "RangeError", context },
		reply: { recovery_state: "mend" },
		used: "mend",
		unchanged: null,
	},
	{
		event: "action",
		call: (hooks) => hooks.onAction?.("save", context, { state: "draft" }),
		sent: { state: "draft", action: "save", context },
		reply: { context: { score: 2 } },
		used: changed,
		unchanged: context,
	},
	{
		event: "tool_calls",
		call: (hooks) => hooks.onToolCalls?.("draft", [{ name: "search" }], context),
		sent: { state: "draft", tool_calls: [{ name: "search" }], context },
		reply: { context: { score: 2 } },
		used: changed,
		unchanged: context,
	},
	{
		event: "tool_result",
		call: (hooks) => hooks.onToolResult?.("draft", { name: "search" }, context),
		sent: { state: "draft", tool_result: { name: "search" }, context },
		reply: { context: { score: 2 } },
		used: changed,
		unchanged: context,
	},
	{
		event: "agent_stream_event",
		call: (hooks) => hooks.onAgentStreamEvent?.("draft", { type: "text" }, context),
		sent: { state: "draft", stream_event: { type: "text" } },
		reply: { anything: 1 },
		used: undefined,
		unchanged: undefined,
	},
];

describe.each(table)("the webhook event $event", ({ event, call, sent, reply, used, unchanged }) => {
	it("is posted with its data and takes over the reply", async () => {
		const { hooks, received, lines } = await hooked(json(reply));
		expect(await call(hooks)).toEqual(used);
		expect(received.map((one) => one.body)).toEqual([{ event, ...sent }]);
		expect(lines).toEqual([]);
	});

	it("changes nothing when the reply is 204, empty or without the key", async () => {
		for (const answer of [
			(response: ServerResponse) => response.writeHead(204).end(),
			(response: ServerResponse) => response.end(),
			json({ other: 1 }),
		]) {
			const { hooks, lines } = await hooked(answer);
			expect(await call(hooks)).toEqual(unchanged);
			expect(lines).toEqual([]);
		}
	});

	it("changes nothing when the endpoint fails, and logs that", async () => {
		const { hooks, lines } = await hooked((response) => response.writeHead(500).end(JSON.stringify(reply)));
		expect(await call(hooks)).toEqual(unchanged);
		expect(lines).toEqual([expect.stringContaining("the endpoint answered with status 500")]);
		expect(lines[0]).toContain(`"event":"${event}"`);
		expect(lines[0]).not.toContain("hush");
	});
});

describe("a webhook call", () => {
	it("is a POST of JSON with the specification's user agent and no authorization", async () => {
		const { hooks, received } = await hooked(json({}));
		await hooks.onStateEnter?.("s", {});
		expect(received[0]?.method).toBe("POST");
		expect(received[0]?.headers["content-type"]).toBe("application/json");
		expect(received[0]?.headers["user-agent"]).toMatch(/^FlatAgents\/\d+\.\d+\.\d+/);
		expect(received[0]?.headers.authorization).toBeUndefined();
	});

	it("carries the api key as a Bearer token", async () => {
		const { hooks, received } = await hooked(json({}), { apiKey: "k-1" });
		await hooks.onStateEnter?.("s", {});
		expect(received[0]?.headers.authorization).toBe("Bearer k-1");
	});

	it("sends context.machine although it is read-only, and keeps it whatever comes back", async () => {
		const { hooks, received } = await hooked(json({ context: { machine: null, more: true } }));
		const after = await callStateEnter(hooks, "s", { machine: { step: 3 } });
		expect(received[0]?.body).toMatchObject({ context: { machine: { step: 3 } } });
		expect(after).toEqual({ machine: { step: 3 }, more: true });
	});

	it("ends the run, or finds no recovery, when the reply says null", async () => {
		const { hooks } = await hooked(json({ to_state: null, recovery_state: null }));
		expect(await hooks.onTransition?.("a", "b", {})).toBeNull();
		expect(await hooks.onError?.("a", new Error("x"), {})).toBeNull();
	});

	it.each<[string, Answer, string]>([
		["text that is no JSON", (response) => void response.end("<html>"), "the reply is not JSON"],
		["a list", json([1]), "the reply is not a JSON object"],
		[
			"an endless reply",
			(response) => void response.end(Buffer.alloc(33 * 1024 * 1024, " ")),
			"the reply is larger than",
		],
		["a context that is no object", json({ context: "x" }), "a context that is no object"],
		["a redirect", (response) => void response.writeHead(307, { Location: "/other" }).end(), "status 307"],
		["a broken connection", (response) => void response.destroy(), "cannot reach the endpoint"],
		[
			"a reply that breaks off",
			(response) => {
				response.writeHead(200, { "Content-Length": "100" });
				response.write("{", () => response.destroy());
			},
			"Webhook failed",
		],
	])("leaves the context alone for %s, and logs why", async (_what, answer, reason) => {
		const { hooks, lines } = await hooked(answer);
		expect(await hooks.onStateEnter?.("s", context)).toBe(context);
		expect(lines).toEqual([expect.stringContaining(reason)]);
	});

	it("leaves the target alone when the reply's is no text", async () => {
		const { hooks, lines } = await hooked(json({ to_state: 5 }));
		expect(await hooks.onTransition?.("a", "b", {})).toBe("b");
		expect(lines).toEqual([expect.stringContaining("to_state that is no text")]);
	});

	it("leaves the context alone when nobody listens", async () => {
		const { endpoint } = await serve(json({}));
		const [server] = servers.splice(0);
		await new Promise((resolve) => server?.close(resolve));
		const lines: string[] = [];
		const logger = createLogger({ format: "simple", write: (line) => lines.push(line) });
		expect(await new WebhookHooks({ endpoint, logger }).onStateEnter("s", context)).toBe(context);
		expect(lines).toEqual([expect.stringContaining("cannot reach the endpoint")]);
	});

	it.each<[string, Answer]>([
		["never starts", () => {}],
		["never ends", (response) => void response.write("{")],
	])("gives up after its timeout when the reply %s", async (_what, answer) => {
		const { hooks, lines } = await hooked(answer, { timeout: 0.05 });
		expect(await hooks.onStateEnter?.("s", context)).toBe(context);
		expect(lines).toEqual([expect.stringContaining("no complete reply within 0.05 seconds")]);
	});

	it("does not send, and logs, what JSON cannot hold", async () => {
		const { hooks, received, lines } = await hooked(json({}));
		const circular: Context = {};
		circular.self = circular;
		expect(await hooks.onStateEnter?.("s", circular)).toBe(circular);
		expect(received).toEqual([]);
		expect(lines).toEqual([expect.stringContaining("circular")]);
	});

	it("takes no prototype from a reply", async () => {
		const { hooks } = await hooked(
			(response) => void response.end('{"context":{"a":{"__proto__":{"bad":1}},"__proto__":{"bad":1}}}'),
		);
		const after: unknown = await hooks.onStateEnter?.("s", {});
		expect(JSON.stringify(after)).toBe('{"a":{}}');
		expect(Reflect.get(Object(after), "bad")).toBeUndefined();
	});

	it("is silent without a logger", async () => {
		const { endpoint } = await serve((response) => void response.writeHead(500).end());
		expect(await new WebhookHooks({ endpoint }).onStateEnter("s", context)).toBe(context);
	});
});

it("sends user and password of the address as Basic credentials, and logs neither them nor the path's token", async () => {
	const { endpoint, received } = await serve((response) => {
		response.statusCode = 503;
		response.end();
	});
	const lines: string[] = [];
	const logger = createLogger({ format: "simple", write: (line) => lines.push(line) });
	const address = `${endpoint.replace("//", "//me:pass%20word@")}/T0ken5ABCDEFGHijkl/x`;
	await new WebhookHooks({ endpoint: address, logger }).onStateEnter("draft", context);
	expect(received[0]?.headers.authorization).toBe(`Basic ${Buffer.from("me:pass word").toString("base64")}`);
	expect(lines.join("")).toContain("/hook/left_out/x");
	expect(lines.join("")).not.toMatch(/T0ken5|pass/);
});
