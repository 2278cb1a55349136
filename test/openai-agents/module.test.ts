/** Agents that modules export, with the tools and guardrails that they have there. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { openAiAgentsAdapter } from "../../adapters/openai-agents/index.ts";
import { temporaryFolder } from "../agents/temporary-folder.ts";
import { harness, told } from "./harness.ts";

const sdk = pathToFileURL(join(import.meta.dirname, "../../node_modules/@openai/agents/dist/index.mjs")).href;

const agentText = `
import { Agent, tool } from ${JSON.stringify(sdk)};
const lookup = tool({
	name: "lookup",
	description: "Looks up.",
	parameters: { type: "object", properties: { q: { type: "string" } }, required: ["q"], additionalProperties: false },
	execute: ({ q }, context) => \`\${q} of \${context.context.input.prompt} by \${context.context.idempotencyKey}\`,
});
export const searcher = new Agent({ name: "searcher", model: "mock/small", instructions: "Search.", tools: [lookup] });
export const make = () => new Agent({ name: "made", model: "mock/small" });
export default new Agent({ name: "standard", model: "mock/small" });
export const guarded = new Agent({
	name: "guarded",
	model: "mock/small",
	inputGuardrails: [{ name: "never", execute: async () => ({ tripwireTriggered: true, outputInfo: {} }) }],
});
export const careful = new Agent({
	name: "careful",
	model: "mock/small",
	outputGuardrails: [{ name: "never", execute: async () => ({ tripwireTriggered: true, outputInfo: {} }) }],
});
export const front = new Agent({ name: "front", model: "mock/small", tools: [searcher.asTool({ toolName: "search", toolDescription: "Searches." })] });
export const note = "no agent";
`;

async function project() {
	const folder = await temporaryFolder();
	await writeFile(join(folder.path, "agent.mjs"), agentText);
	return folder;
}

const ofModule = (ref: string, config = {}) => ({ worker: { type: "openai-agents", ref, config } });

it("are called with their tools, which see the call's input and key", async () => {
	await using folder = await project();
	await using mock = await harness([{ tool_calls: [{ id: "c", name: "lookup", arguments: { q: "Oslo" } }] }, "Found."]);
	const { result, events } = await told(mock.machine(ofModule("./agent.mjs#searcher"), { dir: folder.path }));
	expect(result).toMatchObject({ output: { answer: { content: "Found.", _agent: "searcher" } }, agentCalls: 2 });
	const [, , answered] = Object(mock.body(1).messages).slice(1);
	expect(answered.content).toBe(`Oslo of hi by ${result.executionId}/1/serve/1`);
	expect(events.filter(({ type }) => type.startsWith("tool_"))).toMatchObject([
		{ type: "tool_start", tool: "lookup", callId: "c" },
		{ type: "tool_end", tool: "lookup", callId: "c", isError: false },
	]);
});

it.each([
	["./agent.mjs", "standard"],
	["./agent.mjs#make", "made"],
])("%s is the export of that name, the default one, or what a function makes", async (ref, name) => {
	await using folder = await project();
	await using mock = await harness(["ok"]);
	const machine = mock.machine(ofModule(ref), { dir: folder.path });
	expect(await machine.execute({ prompt: "hi" })).toMatchObject({ answer: { _agent: name } });
});

it("may ask another model, by their config or --model", async () => {
	await using folder = await project();
	await using mock = await harness({ "*": "ok" });
	const config = { model: { provider: "mock", name: "large", temperature: 0 }, user: "Say: {{ input.prompt }}" };
	await mock.machine(ofModule("./agent.mjs#searcher", config), { dir: folder.path }).execute({ prompt: "hi" });
	await mock
		.machine(ofModule("./agent.mjs#searcher"), { dir: folder.path, model: "mock/other" })
		.execute({ prompt: "hi" });
	expect(mock.model.requests.map(({ body }) => body.model)).toEqual(["large", "other"]);
	expect(mock.body()).toMatchObject({ temperature: 0, messages: [{}, { content: "Say: hi" }] });
});

it("trip their guardrails as failures that `on_error` can route", async () => {
	await using folder = await project();
	await using mock = await harness({ "*": "ok" });
	for (const [name, code] of [
		["guarded", "input_guardrail"],
		["careful", "output_guardrail"],
	] as const) {
		const machine = mock.machine(ofModule(`./agent.mjs#${name}`), {
			dir: folder.path,
			state: { on_error: { [code]: "done" } },
		});
		expect(await machine.run({ prompt: "hi" })).toMatchObject({ status: "done" });
	}
});

it("count what agents cost that they use as tools, which ask through the same models", async () => {
	await using folder = await project();
	await using mock = await harness([
		{ tool_calls: [{ id: "c", name: "search", arguments: { input: "x" } }] },
		"inner",
		"outer",
	]);
	const { result } = await told(mock.machine(ofModule("./agent.mjs#front"), { dir: folder.path }));
	expect(result).toMatchObject({ output: { answer: { content: "outer" } }, agentCalls: 3 });
});

it("come from the machine's folder only, or from where the caller allows", async () => {
	await using folder = await project();
	const configDir = join(folder.path, "machine");
	await mkdir(configDir);
	await using mock = await harness(["ok"]);
	const call = async (modules?: { roots: string[] }) => {
		const adapter = openAiAgentsAdapter({ env: { MOCK_BASE_URL: mock.model.url }, ...(modules && { modules }) });
		const reference = { type: "openai-agents", ref: "../agent.mjs", config: {} };
		const agent = await adapter.createExecutor("worker", reference, { configDir, machineName: "m", settings: {} });
		return agent.execute({ input: { prompt: "hi" }, context: {} });
	};
	await expect(call()).rejects.toThrow(/outside the machine's folder .* allow its folder with `openAiAgentsAdapter/);
	expect(await call({ roots: [folder.path] })).toMatchObject({ content: "ok" });
});

it.each([
	["./agent.mjs#sercher", "has no export `sercher`"],
	["./agent.mjs#note", "`note` of .*agent.mjs is no `Agent` of @openai/agents"],
])("%s is refused with what the module has", async (ref, message) => {
	await using folder = await project();
	await using mock = await harness([]);
	await expect(mock.machine(ofModule(ref), { dir: folder.path }).execute({ prompt: "hi" })).rejects.toThrow(
		new RegExp(message),
	);
});
