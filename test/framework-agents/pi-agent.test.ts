/** pi agents: the real packages, which ask a mock model. */
import { expect, it } from "vitest";
import { type MockModel, type MockScript, startMockModel } from "../../adapters/mock-model/index.ts";
import { piAgentAdapter } from "../../adapters/pi-agent/adapter.ts";
import type { AgentCall, AgentResult } from "../../runtime/agents/agent.ts";
import { coerceAgentResult } from "../../runtime/agents/result.ts";
import { describeInstalled, projectFolder } from "./installed-frameworks.ts";

describeInstalled("@mariozechner/pi-agent-core", "pi-agent on the real packages", () => {
	it("gives the answer and usage, and streams it", async () => {
		await using pi = await piProject([
			{ content: "Hello there", usage: { prompt_tokens: 1000, completion_tokens: 500 } },
		]);
		const pieces: unknown[] = [];
		const onStreamEvent = (event: object) => pieces.push(event);
		expect(await pi.ask({}, { stream: true, onStreamEvent })).toMatchObject({
			output: { result: "Hello there" },
			finish_reason: "stop",
			usage: { input_tokens: 1000, output_tokens: 500, api_calls: 1 },
		});
		expect(pieces).toContainEqual({ type: "content", text: "Hello" });
		expect(pi.server.requests[0]?.headers.authorization).toBe("Bearer none");
	});

	it("calls the machine's tools", async () => {
		await using pi = await piProject(({ n, messages }) =>
			n === 0
				? { tool_calls: [{ id: "c1", name: "add", arguments: { a: 2, b: 3 } }] }
				: `The tool said ${messages.at(-1)?.content}`,
		);
		const called: unknown[] = [];
		const number = { type: "number" };
		const parameters = { type: "object", properties: { a: number, b: number } };
		const machineTools = {
			definitions: async () => [{ type: "function", function: { name: "add", description: "Adds.", parameters } }],
			call: async (call: object) => {
				called.push(call);
				return { content: "5", is_error: false };
			},
		};
		const result = await pi.ask({}, { machineTools });
		expect(result).toMatchObject({ output: { result: "The tool said 5" }, usage: { api_calls: 2 } });
		expect(called).toEqual([{ id: "c1", name: "add", arguments: { a: 2, b: 3 } }]);
	});

	it("gives up the request when the call is aborted", async () => {
		await using pi = await piProject({ "*": { content: "Late", latency_ms: 60_000 } });
		const abort = new AbortController();
		const asked = pi.ask({}, { signal: abort.signal });
		await expect.poll(() => pi.server.requests.length, { timeout: 20_000 }).toBe(1);
		abort.abort(new Error("enough"));
		await expect(asked).rejects.toThrow("enough");
		expect(await pi.server.requests[0]?.outcome).toBe("abandoned");
	});

	it("gives a failure as data", async () => {
		await using pi = await piProject({ "*": { status: 401, error: { message: "Refused planted-key-of-the-test." } } });
		const { error } = await pi.ask({ api_key: "planted-key-of-the-test" });
		expect(error).toMatchObject({ code: "auth_error", status_code: 401 });
		expect(error?.message).not.toContain("planted-key");
	});

	it.each([
		[{ agent_config: {} }, "`agent_config.model` is missing"],
		[{ agent_config: { modell: "x" } }, "no key `modell`"],
		[{ agent_config: { provider: "nobody", model: "x" } }, "pi knows no provider `nobody`"],
		[{ runner: "./x.mjs" }, "pi runs in this process"],
	])("says what is wrong with %j", async (config, message) => {
		await using project = await projectFolder();
		const context = { configDir: project.path, machineName: "test", settings: {} };
		const made = piAgentAdapter().createExecutor("pi", { type: "pi-agent", config }, context);
		await expect(made).rejects.toThrow(message);
	});
});

async function piProject(script: MockScript): Promise<
	AsyncDisposable & {
		readonly server: MockModel;
		ask(config?: object, call?: Partial<AgentCall>): Promise<AgentResult>;
	}
> {
	const folder = await projectFolder();
	const server = await startMockModel({ script });
	return {
		server,
		async ask(config = {}, call = {}) {
			const agentConfig = { provider: "mock", model: "any", base_url: server.url, ...config };
			const reference = { type: "pi-agent", config: { agent_config: agentConfig } };
			const context = { configDir: folder.path, machineName: "test", settings: {} };
			const executor = await piAgentAdapter().createExecutor("pi", reference, context);
			return coerceAgentResult(await executor.execute({ input: { task: "Say hello" }, context: {}, ...call }));
		},
		async [Symbol.asyncDispose]() {
			await server.close();
			await folder[Symbol.asyncDispose]();
		},
	};
}
