/** Who shares a connection with an MCP server, and how long it lasts: children, launched machines, resumed runs, foreign apps. */
import { once } from "node:events";
import { watch, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createActor, toPromise } from "xstate";
import { FlatMachine } from "../../src/index.ts";
import { type Files, files } from "../cli/files.ts";
import { asks } from "../tools/loop-machine.ts";
import { isRunning, notesIn, served, servedText, stdioEntry } from "./mcp-machine.ts";

/** A folder with `child.yml`, whose agent adds with a server, and a machine that uses it. */
async function family(states: string, isStored = false) {
	const folder = files({ "notes.txt": "" });
	const mcp = { servers: { s: stdioEntry(join(folder.path, "notes.txt")) } };
	await writeFile(join(folder.path, "child.yml"), servedText(mcp));
	const parent = servedText(mcp, states).replace("  agents:", "  machines: { child: ./child.yml }\n  agents:");
	await writeFile(join(folder.path, "parent.yml"), parent);
	const machine = new FlatMachine({
		file: join(folder.path, "parent.yml"),
		mcp: true,
		// Each conversation adds once, and then answers.
		script: (call) => ("messages" in call && call.messages ? "done" : asks(["add", { a: 1, b: 1 }])),
		...(isStored && { store: `file:${join(folder.path, "store")}` }),
	});
	return { folder, machine };
}

/** How often servers were started and ended, and what was asked of them. */
function counts(folder: Files): Record<string, number> {
	const count: Record<string, number> = {};
	for (const note of notesIn(folder)) {
		const word = note.split(" ")[0] ?? "";
		count[word] = (count[word] ?? 0) + 1;
	}
	return count;
}

it("starts one server for a run with its children and what it launches", async () => {
	const { folder, machine } = await family(`
work: { type: initial, agent: worker, tool_loop: true, transitions: [{ to: all }] }
all: { foreach: "{{ [1, 2, 3] }}", as: n, machine: child, input: { n: n }, transitions: [{ to: start }] }
start: { launch: child, launch_input: { n: 4 }, transitions: [{ to: done }] }
done: { type: final }`);
	await using _folder = folder;
	expect(await machine.run()).toMatchObject({ status: "done" });
	expect(counts(folder)).toEqual({ start: 1, add: 5, end: 1 });
});

it("connects a resumed run anew, and only where it has still something to ask", async () => {
	const { folder, machine } = await family(
		`
first: { type: initial, agent: worker, tool_loop: true, transitions: [{ to: park }] }
park: { wait_for: go, transitions: [{ to: second }] }
second: { agent: worker, tool_loop: true, transitions: [{ to: rest }] }
rest: { wait_for: end, transitions: [{ to: done }] }
done: { type: final }`,
		true,
	);
	await using _folder = folder;
	await using _machine = machine;
	const { executionId } = await machine.run();
	expect(counts(folder)).toEqual({ start: 1, add: 1, end: 1 });
	const store = await machine.store();
	await store?.signals.send("go", {});
	expect(await machine.resume(executionId)).toMatchObject({ status: "waiting", channel: "end" });
	expect(counts(folder)).toEqual({ start: 2, add: 2, end: 2 });
	await store?.signals.send("end", {});
	expect(await machine.resume(executionId)).toMatchObject({ status: "done" });
	expect(counts(folder)).toEqual({ start: 2, add: 2, end: 2 });
	expect(await machine.replay(executionId)).toMatchObject({ difference: null });
	expect(counts(folder)).toEqual({ start: 2, add: 2, end: 2 });
});

it("ends the server with the actor, where a machine runs in a foreign app", async () => {
	await using run = served({ answers: [asks(["add", { a: 1, b: 2 }]), "It is 3."] });
	const actor = createActor(run.machine.machine, { input: {} });
	const ends = (async () => {
		for await (const _ of watch(join(run.folder.path, "notes.txt"))) if (run.noted().includes("end")) return;
	})();
	actor.start();
	expect(await toPromise(actor)).toEqual({ found: "It is 3." });
	await ends;
	expect(run.noted()).toEqual([expect.stringMatching(/^start/), "add 1 2", "end"]);
});

it("offers the tools of servers to agents that run a loop of their own", async () => {
	const folder = files({ "notes.txt": "" });
	await using _folder = folder;
	const mcp = { servers: { s: stdioEntry(join(folder.path, "notes.txt")) }, tool_filter: { allow: ["s:add"] } };
	const machine = new FlatMachine({
		config: {
			spec: "flatmachine",
			spec_version: "4.2.1",
			data: {
				name: "own",
				agents: { worker: { type: "own-loop", config: { mcp } } },
				states: {
					work: {
						type: "initial",
						agent: "worker",
						output_to_context: { found: "{{ output.content }}" },
						transitions: [{ to: "done" }],
					},
					done: { type: "final", output: { found: "context.found" } },
				},
			},
		},
		mcp: true,
		agents: [
			{
				typeName: "own-loop",
				createExecutor: () => ({
					async execute({ machineTools }) {
						const definitions = await machineTools?.definitions();
						const result = await machineTools?.call({ id: "1", name: "add", arguments: { a: 2, b: 3 } });
						return { content: `${definitions?.length} tool: ${result?.content}` };
					},
				}),
			},
		],
	});
	expect(await machine.execute()).toEqual({ found: "1 tool: 5" });
	expect(counts(folder)).toEqual({ start: 1, add: 1, end: 1 });
});

it("kills servers when the process exits without having ended them", async () => {
	const folder = files({ "notes.txt": "" });
	await using _folder = folder;
	const entry = stdioEntry(join(folder.path, "notes.txt"), { MODE: "silent" });
	const { startCommand } = await import("../cli/built-command.ts");
	const module = `
import { connectMcp } from ${JSON.stringify(join(import.meta.dirname, "../../dist/src/index.js"))};
import { existsSync, readFileSync, watch } from "node:fs";
connectMcp({ servers: { s: ${JSON.stringify(entry)} } });
const file = ${JSON.stringify(join(folder.path, "notes.txt"))};
watch(file, () => readFileSync(file, "utf8").includes("start") && setTimeout(() => process.exit(7), 200));`;
	await writeFile(join(folder.path, "exits.mjs"), module);
	const child = startCommand(process.execPath, [join(folder.path, "exits.mjs")], {
		cwd: join(import.meta.dirname, "../.."),
	});
	const [code] = await once(child, "exit");
	expect(code).toBe(7);
	expect(isRunning(notesIn(folder)[0] ?? "")).toBe(false);
});
