/** Tools that need an approval park the execution; it goes on in whatever process the decision reaches. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it, vi } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { openStore, tool } from "../../src/index.ts";
import { temporaryFolder } from "../agents/temporary-folder.ts";
import { main } from "../build-package.ts";
import { harness } from "./harness.ts";

const asksToPay = { tool_calls: [{ id: "call_1", name: "pay", arguments: { euros: 7 } }] };
const channel = "e/1/serve/agent.worker.1.1.1";

function paying() {
	const paid: unknown[] = [];
	const pay = tool({
		name: "pay",
		description: "Pays.",
		parameters: { type: "object", properties: { euros: { type: "number" } }, required: ["euros"] },
		execute: ({ euros }) => {
			paid.push(euros);
			return "paid";
		},
	});
	return { pay, paid };
}

const agents = {
	worker: { type: "openai-agents", config: { model: "mock/small", tools: ["pay"], needs_approval: true } },
};

it("parks with what is asked, and the tool runs once when it is approved", async () => {
	const { pay, paid } = paying();
	const store = openMemoryStore();
	await using mock = await harness([asksToPay, "Done."]);
	const machine = () => mock.machine(agents, { tools: [pay], store });
	expect(await machine().run({ prompt: "hi" }, { executionId: "e" })).toMatchObject({
		status: "waiting",
		waiting: [
			{
				channel,
				request: { kind: "approval", agent: "worker", id: "call_1", name: "pay", arguments: { euros: 7 } },
			},
		],
	});
	expect(paid).toEqual([]);
	await store.signals.send(channel, true);
	expect(await machine().resume("e")).toMatchObject({
		status: "done",
		agentCalls: 2,
		output: { answer: { content: "Done." } },
	});
	expect(paid).toEqual([7]);
	expect(mock.body(1).messages).toMatchObject([{}, {}, { role: "tool", content: "paid" }]);
});

it("tells the model of a refusal and its reason, and the tool does not run", async () => {
	const { pay, paid } = paying();
	const store = openMemoryStore();
	await using mock = await harness([asksToPay, "A pity."]);
	const machine = mock.machine(agents, { tools: [pay], store });
	await machine.run({ prompt: "hi" }, { executionId: "e" });
	await store.signals.send(channel, { approved: false, message: "too dear" });
	expect(await machine.resume("e")).toMatchObject({ output: { answer: { content: "A pity." } } });
	expect(paid).toEqual([]);
	expect(mock.body(1).messages).toMatchObject([{}, {}, { content: "The call of pay was not approved: too dear" }]);
});

it("asks for each call of an answer, and keeps the machine's context out of the stored state", async () => {
	const { pay, paid } = paying();
	const store = openMemoryStore();
	const two = [...asksToPay.tool_calls, { id: "call_2", name: "pay", arguments: { euros: 9 } }];
	await using mock = await harness([{ tool_calls: two }, "Done."]);
	const machine = mock.machine(agents, { tools: [pay], store });
	await machine.run({ prompt: "planted-in-the-input" }, { executionId: "e" });
	await store.signals.send(channel, false);
	await machine.resume("e");
	await store.signals.send("e/1/serve/agent.worker.1.1.2", true);
	expect(await machine.resume("e")).toMatchObject({ status: "done" });
	expect(paid).toEqual([9]);
	const log = await store.persistence.loadLog("e", 0);
	expect(JSON.stringify(log)).toContain("next_step_interruption");
	expect(JSON.stringify(log)).not.toMatch(/machine_name|idempotencyKey/);
});

const sdk = pathToFileURL(join(import.meta.dirname, "../../node_modules/@openai/agents/dist/index.mjs")).href;

it("outlives a killed process: another goes on, and the tool of a module runs once", { timeout: 90_000 }, async () => {
	await using folder = await temporaryFolder();
	const file = (name: string) => join(folder.path, name);
	await writeFile(
		file("agent.mjs"),
		`import { appendFileSync } from "node:fs";
import { Agent, tool } from ${JSON.stringify(sdk)};
const pay = tool({
	name: "pay",
	description: "Pays.",
	parameters: { type: "object", properties: { euros: { type: "number" } }, required: ["euros"], additionalProperties: false },
	needsApproval: true,
	execute: ({ euros }) => {
		appendFileSync(${JSON.stringify(file("paid.log"))}, \`\${euros}\\n\`);
		return "paid";
	},
});
export const worker = new Agent({ name: "worker", model: "mock/small", tools: [pay] });
`,
	);
	await writeFile(
		file("machine.yml"),
		`spec: flatmachine
spec_version: "4.2.1"
data:
  context: { answer: null }
  agents: { worker: { type: openai-agents, ref: "./agent.mjs#worker" } }
  states:
    serve:
      type: initial
      agent: worker
      input: { prompt: pay }
      output_to_context: { answer: output.content }
      transitions: [{ to: done }]
    done: { type: final, output: { answer: context.answer } }
`,
	);
	await using mock = await harness([asksToPay, "Done."]);
	const address = `sqlite:${file("runs.db")}`;
	const environment = { ...process.env, MOCK_BASE_URL: mock.model.url };
	const command = (...words: string[]) =>
		spawn(process.execPath, [main, ...words, "--store", address], {
			cwd: folder.path,
			env: environment,
			stdio: ["ignore", "pipe", "inherit"],
		});
	const first = command("run", "machine.yml", "--id", "e", "--wait");
	await using store = await openStore(address);
	await vi.waitFor(
		async () => {
			const rows = await store.persistence.listExecutions({ waitingChannel: channel });
			expect(rows).toHaveLength(1);
		},
		{ timeout: 60_000, interval: 100 },
	);
	first.kill("SIGKILL");
	await once(first, "exit");
	await store.signals.send(channel, { approved: true });
	const second = command("resume", "e", "--json");
	const shown: Buffer[] = [];
	second.stdout.on("data", (piece: Buffer) => shown.push(piece));
	await once(second, "close");
	expect(JSON.parse(Buffer.concat(shown).toString())).toEqual({ answer: "Done." });
	expect(await readFile(file("paid.log"), "utf8")).toBe("7\n");
	expect(mock.model.requests).toHaveLength(2);
});
