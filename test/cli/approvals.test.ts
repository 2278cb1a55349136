/** An agent that asks for an approval, answered with y, n or a reason on the terminal (docs/cli.md). */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { startMockModel } from "../../adapters/mock-model/index.ts";
import { flatstate } from "./built-command.ts";
import { files } from "./files.ts";
import { key, onTerminal } from "./on-terminal.ts";

const sdk = pathToFileURL(join(import.meta.dirname, "../../node_modules/@openai/agents/dist/index.mjs")).href;

const agent = `
import { appendFileSync } from "node:fs";
import { Agent, tool } from ${JSON.stringify(sdk)};
const pay = tool({
	name: "pay",
	description: "Pays.",
	parameters: { type: "object", properties: { euros: { type: "number" } }, required: ["euros"], additionalProperties: false },
	needsApproval: true,
	execute: ({ euros }) => {
		appendFileSync(new URL("paid.log", import.meta.url), \`\${euros}\\n\`);
		return "paid";
	},
});
export const worker = new Agent({ name: "worker", model: "mock/small", tools: [pay] });
`;

const machine = `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: shop
  context: { answer: null }
  agents: { worker: { type: openai-agents, ref: "./agent.mjs#worker" } }
  states:
    serve:
      type: initial
      agent: worker
      input: { prompt: Pay. }
      output_to_context: { answer: output.content }
      transitions: [{ to: done }]
    done: { type: final, output: { answer: context.answer } }
`;

const run = ["run", "machine.yml", "--store", "sqlite:runs.db", "--id", "shop-1"];

/** Runs the machine, whose agent wants to pay 7 euros, and types lines. */
async function talk(...typed: readonly string[]) {
	const at = files({ "machine.yml": machine, "agent.mjs": agent, "paid.log": "" });
	const model = await startMockModel({
		script: [{ tool_calls: [{ id: "call_1", name: "pay", arguments: { euros: 7 } }] }, "Well."],
	});
	const end = await onTerminal(run, {
		cwd: at.path,
		env: { MOCK_BASE_URL: model.url },
		talk: typed.map((line) => ["> ", line] as const),
	});
	return {
		end,
		at,
		told: () => model.requests.at(-1)?.body.messages,
		paid: () => readFile(join(at.path, "paid.log"), "utf8"),
		async [Symbol.asyncDispose]() {
			await model.close();
			await at[Symbol.asyncDispose]();
		},
	};
}

it.each(["y", "Yes", " y "])("%j approves: the tool runs once, and the run goes on to its end", async (typed) => {
	await using shop = await talk(`${typed}${key.enter}`);
	expect(shop.end).toMatchObject({ code: 0, unsaid: 0 });
	expect(shop.end.text).toContain("Agent worker asks whether it may go on with pay:");
	expect(shop.end.text).toContain("euros: 7");
	expect(shop.end.text).toContain("y approves, n refuses; any other text refuses with it as the reason.");
	expect(shop.end.text).toContain('"answer": "Well."');
	expect(await shop.paid()).toBe("7\n");
	expect(await shop.told()).toMatchObject([{}, {}, { role: "tool", content: "paid" }]);
	// What a person has answered is on record: going through it again asks nobody, and pays nothing.
	const again = await flatstate(["replay", "shop-1", "--store", "sqlite:runs.db"], { cwd: shop.at.path });
	expect(again).toMatchObject({ code: 0 });
	expect(await shop.paid()).toBe("7\n");
});

it.each([
	["n", "The call of pay was not approved"],
	["NO", "The call of pay was not approved"],
	["yes, but half of it", "The call of pay was not approved: yes, but half of it"],
	["true", "The call of pay was not approved: true"],
])("%j refuses, and the model is told so", async (typed, reason) => {
	await using shop = await talk(`${typed}${key.enter}`);
	expect(shop.end).toMatchObject({ code: 0, unsaid: 0 });
	expect(await shop.paid()).toBe("");
	const [, , message] = Object(await shop.told());
	expect(message.content.replace(/\.$/, "")).toBe(reason);
});

it("an empty line decides nothing, and Ctrl-D leaves the run waiting", async () => {
	await using shop = await talk(key.enter, key.controlD);
	expect(shop.end).toMatchObject({ code: 4, unsaid: 0 });
	expect(await shop.paid()).toBe("");
	expect(shop.end.text).toContain("flatstate resume shop-1");
});
