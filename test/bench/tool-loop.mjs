/**
 * `node test/bench/tool-loop.mjs`, part of `npm run bench`: turns of a tool loop per second, with a model that answers at
 * once over HTTP: a loop written by hand on the `openai` client, `ToolLoopAgent`, and a machine's `tool_loop`, in memory and
 * with SQLite. They take turns; printed are medians.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OpenAI } from "openai";
import { FlatAgent } from "../../dist/adapters/flatagent/index.js";
import { FlatMachine, ToolLoopAgent, tool } from "../../dist/src/index.js";
import { startModel } from "./start-model.mjs";

const calls = 50;
const rounds = Number(process.env.ROUNDS ?? 9);
const warm = 3;
const parameters = { type: "object", properties: { n: { type: "number" } }, required: ["n"] };
const definition = { type: "function", function: { name: "add", description: "One more.", parameters } };

const model = await startModel(0, calls);
const folder = await mkdtemp(join(tmpdir(), "bench-tool-loop-"));
const client = new OpenAI({ apiKey: "none", baseURL: model.url, maxRetries: 0, logLevel: "off" });
const data = { model: { provider: "mock", name: "m", base_url: model.url }, user: "Count to {{ input.most }}." };
const agent = new FlatAgent({ config: { spec: "flatagent", data }, client, env: {} });
let ran = 0;
const add = tool({
	name: "add",
	description: "One more.",
	parameters,
	execute: ({ n }) => {
		ran += 1;
		return Number(n) + 1;
	},
});
const loop = new ToolLoopAgent({ agent, tools: [add], maxTurns: calls + 1 });
const config = {
	spec: "flatmachine",
	spec_version: "4.2.1",
	data: {
		context: { said: null },
		agents: { a: { spec: "flatagent", data } },
		states: {
			ask: {
				type: "initial",
				agent: "a",
				input: { most: calls },
				tool_loop: { max_turns: calls + 1 },
				output_to_context: { said: "output.content" },
				transitions: [{ to: "done" }],
			},
			done: { type: "final", output: { said: "context.said" } },
		},
	},
};
const agents = [{ typeName: "flatagent", createExecutor: () => agent }];
const inMemory = new FlatMachine({ config, agents, tools: [add] });
const durable = new FlatMachine({ config, agents, tools: [add], store: `sqlite:${join(folder, "runs.db")}` });

const sides = {
	"by hand": byHand,
	ToolLoopAgent: async () => (await loop.run({ input: { most: calls } })).content,
	"a machine": async () => (await inMemory.execute()).said,
	"a machine, SQLite": async () => (await durable.execute()).said,
};
const rates = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
const names = Object.keys(sides);
for (let round = 0; round < warm + rounds; round++) {
	for (let turn = 0; turn < names.length; turn++) {
		const name = names[(round + turn) % names.length];
		ran = 0;
		const begin = performance.now();
		const said = await sides[name]();
		const seconds = (performance.now() - begin) / 1000;
		if (said !== "done" || ran !== calls) throw new Error(`${name} answered ${said} after ${ran} calls`);
		if (round >= warm) rates[name].push((calls + 1) / seconds);
	}
}
model.stop();
await durable[Symbol.asyncDispose]();
await rm(folder, { recursive: true, force: true });

console.log(`tool loops of ${calls} calls over HTTP, median of ${rounds} in turns`);
console.log(["".padEnd(24), "turns/s", "of by hand"].map((cell) => cell.padStart(14)).join(""));
const best = median(rates["by hand"]);
for (const name of names) {
	const rate = median(rates[name]);
	console.log(
		name.padEnd(24) +
			[Math.round(rate).toLocaleString("en"), (rate / best).toFixed(2)].map((cell) => cell.padStart(14)).join(""),
	);
}

async function byHand() {
	const messages = [
		{ role: "system", content: "You are a helpful assistant." },
		{ role: "user", content: `Count to ${calls}.` },
	];
	for (;;) {
		const { choices } = await client.chat.completions.create({ model: "m", messages, tools: [definition] });
		const { message } = choices[0];
		if (message.tool_calls === undefined) return message.content;
		messages.push(message);
		for (const { id, function: named } of message.tool_calls) {
			ran += 1;
			messages.push({ role: "tool", tool_call_id: id, content: String(JSON.parse(named.arguments).n + 1) });
		}
	}
}

function median(values) {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}
