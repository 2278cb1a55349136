/** The template of the page on adapters keeps the contract that stands above it. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { type AgentAdapter, FlatMachine, type FlatMachineOptions, tool } from "../../src/index.ts";
import { blocksOf } from "./page.ts";

interface Answer {
	readonly status?: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: unknown;
	/** Never answers. */
	readonly hangs?: boolean;
}

interface Request {
	readonly key: string | undefined;
	readonly body: Readonly<Record<string, unknown>>;
}

let folder = "";
let serviceAdapter: (options: { readonly url: string }) => AgentAdapter;

beforeAll(async () => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), "adapter-")));
	const block = blocksOf("docs/adapters.md").find(({ values }) => values.get("file") === "service-adapter.ts");
	writeFileSync(join(folder, "service-adapter.ts"), block?.text ?? "");
	({ serviceAdapter } = await import(join(folder, "service-adapter.ts")));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** A service that gives these answers in order, and notes what it was asked. */
async function service(answers: readonly Answer[]) {
	const requests: Request[] = [];
	const server = createServer(async (request, response) => {
		const pieces: Buffer[] = [];
		for await (const piece of request) pieces.push(piece);
		const key = request.headers["idempotency-key"];
		const answer = answers[requests.length];
		requests.push({ key: String(key), body: JSON.parse(Buffer.concat(pieces).toString()) });
		if (answer?.hangs) return;
		response.writeHead(answer?.status ?? 200, answer?.headers).end(JSON.stringify(answer?.body ?? {}));
	});
	await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
	const address = server.address();
	const port = typeof address === "object" && address !== null ? address.port : 0;
	return {
		url: `http://127.0.0.1:${port}/`,
		requests,
		[Symbol.asyncDispose]: async () => {
			server.closeAllConnections();
			await new Promise((closed) => server.close(closed));
		},
	};
}

function machine(url: string, keys: object = {}, options: Omit<FlatMachineOptions, "file" | "config"> = {}) {
	return new FlatMachine({
		config: {
			spec: "flatmachine",
			data: {
				context: { said: null },
				agents: { worker: { type: "service", config: { persona: "a clerk" } } },
				states: {
					serve: {
						type: "initial",
						agent: "worker",
						input: { task: "input.task" },
						output_to_context: { said: "output.content" },
						transitions: [{ to: "done" }],
						...keys,
					},
					done: { type: "final", output: { said: "context.said" } },
				},
			},
		},
		agents: [serviceAdapter({ url })],
		...options,
	});
}

it("answers, streams, counts, and sends keys", async () => {
	await using api = await service([{ body: { text: "Done.", tokens: 7 } }]);
	const pieces: unknown[] = [];
	const result = await machine(api.url).run(
		{ task: "mend" },
		{
			executionId: "e",
			stream: true,
			onEvent: (event) => event.type === "agent_stream" && pieces.push(event.event),
		},
	);
	expect(result).toMatchObject({ output: { said: "Done." }, agentCalls: 1, usage: { total_tokens: 7 } });
	expect(pieces).toEqual([{ type: "content", text: "Done." }]);
	expect(api.requests).toMatchObject([{ key: "e/1/serve/1/1", body: { persona: "a clerk", input: { task: "mend" } } }]);
});

it("calls the machine's tools", async () => {
	await using api = await service([
		{ body: { thread: "t", tool: { id: "1", name: "add", arguments: { a: 1 } } } },
		{ body: { text: "It is 2." } },
	]);
	const add = tool({
		name: "add",
		description: "Adds one.",
		parameters: { type: "object", properties: { a: { type: "number" } } },
		execute: ({ a }) => String(Number(a) + 1),
	});
	expect(await machine(api.url, {}, { tools: [add] }).execute({})).toEqual({ said: "It is 2." });
	expect(api.requests[1]?.body).toEqual({ thread: "t", result: { content: "2", is_error: false } });
});

it.each([
	[429, { code: "rate_limit", retryable: true }],
	[500, { code: "server_error", retryable: true }],
	[400, { code: "invalid_request", retryable: false }],
])("gives status %i as a failure, without another attempt", async (status, expected) => {
	await using api = await service([{ status, headers: { "retry-after": "3" } }]);
	const result = await machine(api.url).run();
	expect(result).toMatchObject({ status: "failed", error: { errorInfo: { ...expected, type: "ServiceError" } } });
	expect(api.requests).toHaveLength(1);
});

it("gives a connection that cannot be made as a failure that may pass", async () => {
	const error = { errorInfo: { code: "server_error", retryable: true } };
	expect(await machine("http://127.0.0.1:1/").run()).toMatchObject({ status: "failed", error });
});

it("ends the request when the run is aborted", async () => {
	await using api = await service([{ hangs: true }]);
	const abort = new AbortController();
	const run = machine(api.url).run({}, { signal: abort.signal });
	await vi.waitFor(() => expect(api.requests).toHaveLength(1));
	abort.abort();
	expect(await run).toMatchObject({ status: "stopped", reason: "aborted" });
});

it("stops for an approval and goes on with it", async () => {
	await using api = await service([
		{ body: { thread: "t", ask: { id: "1", what: "delete" } } },
		{ body: { text: "Deleted." } },
	]);
	const store = openMemoryStore();
	const parked = await machine(api.url, {}, { store }).run({}, { executionId: "e" });
	if (parked.status !== "waiting" || parked.channel === null) throw new Error(`It is ${parked.status}.`);
	await store.signals.send(parked.channel, true);
	expect(await machine(api.url, {}, { store }).resume("e")).toMatchObject({ output: { said: "Deleted." } });
	expect(api.requests[1]?.body).toMatchObject({ thread: "t", decisions: [{ id: "1", approved: true }] });
});

it("says what is configured wrongly before any call", async () => {
	const wrong = { type: "service", config: {} };
	const reference = { configDir: "/", machineName: "m", settings: {} };
	expect(() => serviceAdapter({ url: "http://127.0.0.1:1/" }).createExecutor("worker", wrong, reference)).toThrow(
		'Agent "worker": `persona` must be text.',
	);
});
