/** `--invoker subprocess`: children are processes of their own that share the store. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { openStore } from "../../src/open-store.ts";
import { main } from "../build-package.ts";
import { endOf, flatstate, startCommand } from "../cli/built-command.ts";
import { type Files, files } from "../cli/files.ts";
import { childMachine, eachMachine, parentOf } from "./fleet-machine.ts";

const sent = parentOf("launch: child\nlaunch_input: { n: 5 }").replace("output_to_context: { all: output }", "");
const hooks = `export const hooks = {
	own: { onAction: async (action, context) => {
		if (context.n === "hang") await new Promise((resolve) => setTimeout(resolve, 600_000));
		return { ...context, pid: process.pid };
	} },
};`;
const acting = childMachine
	.replace(/ {2}agents:[\s\S]*?states:/, "  states:")
	.replace(/agent: writer[\s\S]*?output_to_context: .*\n/, "action: act\n      hooks: own\n")
	.replace("text: context.text", "pid: context.pid");

let folder: Files | undefined;
afterEach(async () => {
	await folder?.[Symbol.asyncDispose]();
	folder = undefined;
});

function project(texts: Readonly<Record<string, string>> = {}): Files {
	const script = JSON.stringify({ writer: "hello" });
	const made = files({
		"machine.yml": eachMachine,
		"child.yml": childMachine,
		"answers.json": script,
		"hooks.mjs": hooks,
		...texts,
	});
	folder = made;
	return made;
}

describe("children that are processes", () => {
	it("give their results by the store, with what they have spent", async () => {
		const { path } = project();
		const args = ["run", "machine.yml", "--invoker", "subprocess", "--store", "sqlite:runs.db", "--json", "--id", "p1"];
		const input = ["--input", '{"items": [1, 2]}', "--script", "answers.json"];
		const ended = await flatstate([...args, ...input], { cwd: path });
		expect(ended).toMatchObject({ code: 0, stderr: "Execution p1\n" });
		expect(JSON.parse(ended.stdout)).toEqual({ all: [1, 2].map((got) => ({ got, text: "hello" })) });
		await using store = await openStore(`sqlite:${path}/runs.db`);
		expect((await store.persistence.loadExecution("p1"))?.summary).toMatchObject({ total_api_calls: 2 });
		const children = await store.persistence.listExecutions({ parentExecutionId: "p1", rootsOnly: true });
		expect(children.map(({ status }) => status)).toEqual(["done", "done"]);
	});

	it("have the command's hooks, and end with the command", async () => {
		const { path } = project({ "machine.yml": eachMachine, "child.yml": acting });
		const args = ["run", "machine.yml", "--invoker", "subprocess", "--store", "sqlite:runs.db", "--id", "p1"];
		const input = ["--input", '{"items": [1, "hang"]}', "--hooks", "hooks.mjs"];
		const parent = startCommand(process.execPath, [main, ...args, ...input], { cwd: path });
		const store = await vi.waitFor(() => openStore(`sqlite:${path}/runs.db`), 10_000);
		const children = () => store.persistence.listExecutions({ parentExecutionId: "p1", rootsOnly: true });
		await vi.waitFor(async () => {
			expect((await children()).map(({ status }) => status).sort()).toEqual(["active", "done"]);
		}, 15_000);
		parent.kill("SIGINT");
		expect(await endOf(parent)).toMatchObject({ code: 130 });
		expect((await children()).map(({ status }) => status).sort()).toEqual(["done", "stopped"]);
		const [done] = (await children()).filter(({ status }) => status === "done");
		const result = await store.results.read(`flatagents://${done?.execution_id}/result`, { block: false });
		expect(result).toMatchObject({ got: 1, pid: expect.any(Number) });
		expect(result).not.toMatchObject({ pid: parent.pid });
		await store.close();
	});

	it("outlive the command where they were launched", async () => {
		const { path } = project({ "machine.yml": sent });
		const args = ["run", "machine.yml", "--invoker", "subprocess", "--store", "sqlite:runs.db", "--id", "p1"];
		const ended = await flatstate([...args, "--script", "answers.json", "--json"], { cwd: path });
		expect(ended).toMatchObject({ code: 0 });
		await using store = await openStore(`sqlite:${path}/runs.db`);
		const row = await vi.waitFor(async () => {
			const [launched] = await store.persistence.listExecutions({ parentExecutionId: "p1" });
			expect(launched).toMatchObject({ status: "done" });
			return launched;
		}, 15_000);
		const result = await store.results.read(`flatagents://${row?.execution_id}/result`, { block: false });
		expect(result).toEqual({ got: 5, text: "hello" });
	});

	it("are tried again where they failed, and go on where the budget was used up", async () => {
		const two = childMachine.replace(
			"transitions: [{ to: end }]",
			"transitions: [{ to: more }]\n    more: { agent: writer, input: { n: 0 }, transitions: [{ to: end }] }",
		);
		const { path } = project({
			"machine.yml": parentOf("machine: child\ninput: { n: 1 }"),
			"child.yml": two,
			"broken.json": JSON.stringify({ writer: { error: "no more ink" } }),
		});
		const store = ["--invoker", "subprocess", "--store", "sqlite:runs.db", "--json"];
		const go = (...args: string[]) => flatstate([...args, ...store], { cwd: path });
		expect(await go("run", "machine.yml", "--id", "p1", "--script", "broken.json")).toMatchObject({ code: 1 });
		const limited = await go("resume", "p1", "--script", "answers.json", "--max-agent-calls", "2");
		expect(limited).toMatchObject({ code: 3 });
		const done = await go("resume", "p1", "--script", "answers.json", "--max-agent-calls", "9");
		expect(done).toMatchObject({ code: 0, stdout: '{"all":{"got":1,"text":"hello"}}\n' });
	});

	it("need a store that they share", async () => {
		const { path } = project();
		const ended = await flatstate(["run", "machine.yml", "--invoker", "subprocess"], { cwd: path });
		expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining("--invoker subprocess needs a store") });
	});
});
