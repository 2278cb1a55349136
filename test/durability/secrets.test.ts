/** Keys of providers are in nothing that is stored: no checkpoint, log, result, configuration or row. */
import { createServer } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { flatAgentAdapter } from "../../adapters/flatagent/index.ts";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { recordingStore } from "./recording-store.ts";
import { withMethods } from "./with-methods.ts";

const secret = "sk-live-0123456789abcdef";
const odd = "no-pattern-knows-this-one";

const seen: string[] = [];

/** A provider that tells everybody the key that it was given, in errors and in headers. */
const server = createServer((request, response) => {
	const { authorization = "" } = request.headers;
	seen.push(authorization);
	response.setHeader("set-cookie", `session=${authorization}`);
	response.setHeader("x-asked-with", authorization);
	response.setHeader("content-type", "application/json");
	let body = "";
	request.on("data", (chunk) => {
		body += String(chunk);
	});
	request.on("end", () => {
		if (body.includes("be rude")) {
			response.writeHead(401);
			response.end(
				JSON.stringify({ error: { message: `Incorrect API key provided: ${authorization}`, code: authorization } }),
			);
			return;
		}
		const message = { role: "assistant", content: "fine" };
		response.end(
			JSON.stringify({ id: "x", choices: [{ index: 0, message, finish_reason: "stop" }], usage: { total_tokens: 3 } }),
		);
	});
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => {
	server.close();
	server.closeAllConnections();
});

const agent = (user: string) => ({ spec: "flatagent", data: { model: { provider: "openai", name: "m" }, user } });

const document = {
	spec: "flatmachine",
	spec_version: "4.2.1",
	data: {
		name: "secretive",
		agents: { kind: agent("be kind"), rude: agent("be rude") },
		context: { said: null },
		states: {
			one: { type: "initial", agent: "kind", output_to_context: { said: "output" }, transitions: [{ to: "two" }] },
			two: {
				agent: "rude",
				execution: { type: "retry", backoffs: [0.001], jitter: 0 },
				on_error: "three",
				transitions: [{ to: "three" }],
			},
			three: { agent: "rude", transitions: [{ to: "end" }] },
			end: { type: "final", output: { said: "context.said" } },
		},
	},
};

it.each([
	["of a known form", secret],
	["of any form", odd],
])("a provider's key %s is in nothing that is stored, also where the provider repeats it", async (_, key) => {
	const texts: string[] = [];
	const memory = openMemoryStore();
	const put = (text: string) => {
		texts.push(text);
		return memory.configs.put(text);
	};
	const recording = recordingStore({ ...memory, configs: withMethods(memory.configs, { put }) });
	const address = server.address();
	const port = typeof address === "object" && address !== null ? address.port : 0;
	const env = { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_API_KEY: key };
	const machine = new FlatMachine({ config: document, store: recording.store, agents: [flatAgentAdapter({ env })] });
	const result = await machine.run({}, { executionId: "x" });
	expect(result).toMatchObject({ status: "failed", state: "three" });
	expect(seen).toContain(`Bearer ${key}`);
	texts.push(...recording.commits.map((commits) => JSON.stringify(commits)));
	const all = texts.join("\n");
	// Else nothing below could fail: the answer was stored, and so was that the key was refused.
	expect(all).toContain("fine");
	expect(all).toContain("Incorrect API key");
	expect(all).not.toContain(key);
	expect(String(result.error)).not.toContain(key);
});
