/**
 * `node test/bench/agent-call.mjs`, part of `npm run bench`: what our layer adds to a call of a model through the `openai`
 * client. The bare client, a `FlatAgent` and a state of a machine take turns; what the server itself took of a call, which it
 * says in a header, is taken off. Prints medians in milliseconds.
 */
import { OpenAI } from "openai";
import { FlatAgent } from "../../dist/adapters/flatagent/index.js";
import { FlatMachine } from "../../dist/src/index.js";
import { startModel } from "./start-model.mjs";

const latency = Number(process.env.LATENCY ?? 20);
const rounds = Number(process.env.ROUNDS ?? 100);
const warm = 20;
/** Calls of one run of the machine. */
const perRun = 5;
const messages = [
	{ role: "system", content: "You are a helpful assistant." },
	{ role: "user", content: "Say something about rain." },
];

const model = await startModel(latency);
let took = 0;
const { fetch } = globalThis;
globalThis.fetch = async (url, init) => {
	const response = await fetch(url, init);
	took += Number(response.headers.get("x-took"));
	return response;
};
const client = new OpenAI({ apiKey: "none", baseURL: model.url, maxRetries: 0, logLevel: "off" });
const data = {
	model: { provider: "mock", name: "m", base_url: model.url },
	system: messages[0].content,
	user: "Say something about {{ input.topic }}.",
};
const agent = new FlatAgent({ config: { spec: "flatagent", data }, env: {} });
const machine = new FlatMachine({
	agents: [{ typeName: "flatagent", createExecutor: () => agent }],
	config: {
		spec: "flatmachine",
		spec_version: "4.2.1",
		data: {
			context: { said: null },
			agents: { a: { spec: "flatagent", data } },
			states: {
				...Object.fromEntries(Array.from({ length: perRun }, (_, index) => [`ask${index}`, askState(index)])),
				done: { type: "final", output: { said: "context.said" } },
			},
		},
	},
});

const sides = {
	bare: async () => (await client.chat.completions.create({ model: "m", messages })).choices[0].message.content,
	agent: async () => (await agent.call({ input: { topic: "rain" } })).content,
	machine: async () => (await machine.execute()).said,
};
const spent = { bare: [], agent: [], machine: [] };
const whole = [];
const names = Object.keys(sides);
for (let round = 0; round < warm + rounds; round++) {
	// Who comes first changes from round to round.
	for (let turn = 0; turn < names.length; turn++) {
		const name = names[(round + turn) % names.length];
		took = 0;
		const begin = performance.now();
		const said = await sides[name]();
		const elapsed = performance.now() - begin;
		if (said !== "done") throw new Error(`${name} answered ${said}`);
		if (round < warm) continue;
		spent[name].push((elapsed - took) / (name === "machine" ? perRun : 1));
		if (name === "bare") whole.push(elapsed);
	}
}
model.stop();

const [bare, ofAgent, ofMachine] = names.map((name) => median(spent[name]));
const call = median(whole);
const paired = (name) => median(spent[name].map((value, index) => value - spent.bare[index]));
console.log(`one agent call at ${latency} ms latency, ${rounds} rounds of each in turns`);
console.log(line("", "besides the model", "more than bare", "of the call"));
console.log(line("openai client alone", bare.toFixed(3), "", ""));
console.log(line("FlatAgent", ofAgent.toFixed(3), ...more("agent")));
console.log(line(`a machine, ${perRun} calls each`, ofMachine.toFixed(3), ...more("machine")));

function askState(index) {
	return {
		...(index === 0 && { type: "initial" }),
		agent: "a",
		input: { topic: "rain" },
		output_to_context: { said: "output.content" },
		transitions: [{ to: index + 1 < perRun ? `ask${index + 1}` : "done" }],
	};
}

function more(name) {
	const added = paired(name);
	return [`${added.toFixed(3)} ms`, `${((added / call) * 100).toFixed(2)} %`];
}

function median(values) {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}

function line(title, ...cells) {
	return title.padEnd(24) + cells.map((cell) => cell.padStart(18)).join("");
}
