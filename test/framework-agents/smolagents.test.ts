/** smolagents agents: the real bridge and Python, with a stand-in for the package smolagents. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, vi } from "vitest";
import { type SmolagentsAdapterOptions, smolagentsAdapter } from "../../adapters/smolagents/adapter.ts";
import type { AgentCall, AgentResult } from "../../runtime/agents/agent.ts";
import { coerceAgentResult } from "../../runtime/agents/result.ts";
import { temporaryFolder } from "../agents/temporary-folder.ts";

const standIn = fileURLToPath(new URL("./smolagents-stand-in", import.meta.url));

async function ask(
	folder: string,
	steps: string,
	call: Partial<AgentCall> = {},
	{ ref = "./agent.py#make", ...options }: SmolagentsAdapterOptions & { readonly ref?: string } = {},
): Promise<AgentResult> {
	const code = `
import os, time
from smolagents import *
def make(config):
    def steps(task):
${steps.replace(/^/gm, "        ")}
    return CodeAgent(steps)
`;
	await writeFile(join(folder, "agent.py"), code);
	const env = { ...process.env, PYTHONPATH: standIn, PYTHONDONTWRITEBYTECODE: "1", PLANTED_API_KEY: "planted-key-1" };
	const context = { configDir: folder, machineName: "test", settings: {} };
	const reference = { type: "smolagents", ref, config: { mark: "!" } };
	const executor = await smolagentsAdapter({ env, ...options }).createExecutor("smol", reference, context);
	return coerceAgentResult(await executor.execute({ input: { task: "Say hello" }, context: {}, ...call }));
}

it("gives the answer, usage, and steps as events", async () => {
	await using folder = await temporaryFolder();
	const told: unknown[] = [];
	const result = await ask(
		folder.path,
		`print("noise")
yield ActionStep(1, [ToolCall("search", {"q": task}, "c1")], "found", None, TokenUsage(10, 5))
yield FinalAnswerStep("Hello" + config["mark"])`,
		{
			onToolCall: ({ name, arguments: args }) => {
				told.push(name, args);
				return ({ content }) => told.push(content);
			},
		},
	);
	expect(result).toMatchObject({
		output: { result: "Hello!" },
		usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15, api_calls: 1 },
		finish_reason: "stop",
	});
	expect(told).toEqual(["search", { q: "Say hello" }, "found"]);
});

it("ends Python when the call is aborted", async () => {
	await using folder = await temporaryFolder();
	const abort = new AbortController();
	const steps = `open("pid.tmp", "w").write(str(os.getpid()))
os.rename("pid.tmp", "pid")
while True: time.sleep(1)
yield None`;
	const asked = ask(folder.path, steps, { signal: abort.signal });
	asked.catch(() => {});
	const pid = await vi.waitFor(async () => Number(await readFile(join(folder.path, "pid"), "utf8")), {
		timeout: 20_000,
	});
	abort.abort(new Error("enough"));
	await expect(asked).rejects.toThrow("enough");
	expect(() => process.kill(pid, 0)).toThrow();
});

it("gives an exception as data, with its place only for debugging, and without secrets", async () => {
	await using folder = await temporaryFolder();
	const steps = `raise ValueError("bad planted-key-1")\nyield None`;
	const { error } = await ask(folder.path, steps);
	expect(error).toEqual({ code: "agent_failed", type: "ValueError", message: "bad [redacted]", retryable: false });
	const debugged = await ask(folder.path, steps, {}, { debug: true });
	expect(debugged.error?.message).toContain("agent.py");
});

it("reports a Python that is not there", async () => {
	await using folder = await temporaryFolder();
	const { error } = await ask(folder.path, "yield None", {}, { python: join(folder.path, "nowhere") });
	expect(error).toMatchObject({ code: "program_failed" });
});

it.each([
	["../agent.py", "outside of the folders"],
	["os:system", "needs the permission `all`"],
	["what is this", "is neither a file of Python nor"],
])("refuses the reference %s", async (ref, message) => {
	await using folder = await temporaryFolder();
	await expect(ask(folder.path, "yield None", {}, { ref })).rejects.toThrow(message);
});
