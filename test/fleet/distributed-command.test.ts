/** `flatstate run --distributed` and `resume --distributed`: children run on workers, and the command ends as any run does. */
import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { startFleetWorker } from "../../runtime/fleet/fleet-worker.ts";
import { silentLogger } from "../../runtime/logging/logger.ts";
import type { CompileOptions } from "../../src/compile.ts";
import { capabilitiesOf, fleetMachines } from "../../src/fleet-machines.ts";
import { openFleetQueue } from "../../src/fleet-queue.ts";
import { openStore } from "../../src/open-store.ts";
import { main } from "../build-package.ts";
import { endOf, flatstate, startCommand } from "../cli/built-command.ts";
import { files } from "../cli/files.ts";
import { redisForTests } from "../servers/redis.ts";
import { removeKeys } from "../stores/redis-harness.ts";
import { childMachine, eachMachine, parentOf } from "./fleet-machine.ts";

const script = JSON.stringify({ writer: "hello" });
const machines = { "machine.yml": eachMachine, "child.yml": childMachine, "answers.json": script };
const items = ["--input", '{"items": [1, 2, 3]}'];

const server = await redisForTests();

describe.skipIf("reason" in server)("a distributed run", () => {
	if ("reason" in server) return;
	afterAll(() => server.stop());

	const address = (): string => {
		const prefix = `test-${randomUUID()}`;
		onTestFinished(() => removeKeys(server.url, prefix));
		return `${server.url}?prefix=${prefix}`;
	};

	async function worker(url: string, options: CompileOptions = { script: { writer: "hello" } }) {
		const store = await openStore(url);
		const queue = await openFleetQueue(url);
		const started = await startFleetWorker({
			store,
			queue,
			machines: fleetMachines(store, options),
			capabilities: capabilitiesOf(options),
			workerId: randomUUID(),
			logger: silentLogger,
		});
		onTestFinished(async () => {
			await started.stop();
			await queue.close();
			await store.close();
		});
		return { store, started };
	}

	it("prints the output that workers have brought it to, and counts what they have spent", async () => {
		await using folder = files(machines);
		const url = address();
		const { store, started } = await worker(url);
		const args = ["run", "machine.yml", "--distributed", "--store", url, "--id", "p1", "--json", ...items];
		const ended = await flatstate(args, { cwd: folder.path });
		expect(ended).toMatchObject({ code: 0 });
		expect(JSON.parse(ended.stdout)).toEqual({ all: [1, 2, 3].map((got) => ({ got, text: "hello" })) });
		expect(started.handled).toBeGreaterThanOrEqual(3);
		const row = await store.persistence.loadExecution("p1");
		expect(row?.summary).toMatchObject({ status: "done", total_api_calls: 3 });
	});

	it("says that no worker is there, goes on in the fleet after Ctrl-C, and is waited for again by `resume`", async () => {
		await using folder = files(machines);
		const url = address();
		const args = ["run", "machine.yml", "--distributed", "--store", url, "--id", "p1", ...items];
		const child = startCommand(process.execPath, [main, ...args], { cwd: folder.path });
		let told = "";
		child.stderr.on("data", (text: Buffer) => {
			told += text.toString();
		});
		await vi.waitFor(() => expect(told).toContain("No worker takes jobs of the queue flatstate."), 10_000);
		child.kill("SIGINT");
		const left = await endOf(child);
		expect(left.code).toBe(130);
		expect(told).toContain("Execution p1 goes on in the fleet.");
		expect(told).toContain("flatstate executions show p1 ");
		expect(told).toContain("flatstate fleet ");

		await worker(url);
		const again = await flatstate(["resume", "p1", "--distributed", "--store", url, "--json"], { cwd: folder.path });
		expect(again).toMatchObject({ code: 0 });
		expect(JSON.parse(again.stdout)).toEqual({ all: [1, 2, 3].map((got) => ({ got, text: "hello" })) });
	});

	it("fails as any run does where a child fails on a worker", async () => {
		await using folder = files({ ...machines, "machine.yml": parentOf("machine: child\ninput: { n: 1 }") });
		const url = address();
		await worker(url, { script: { writer: { error: "no more ink" } } });
		const ended = await flatstate(["run", "machine.yml", "--distributed", "--store", url], { cwd: folder.path });
		expect(ended).toMatchObject({ code: 1, stdout: "" });
		expect(ended.stderr).toContain("no more ink");
		expect(ended.stderr).toContain("Try again: flatstate resume");
	});

	it("says which child waits for a signal, and ends when it has come", async () => {
		const waiting = childMachine
			.replace(/ {2}agents:[\s\S]*?states:/, "  states:")
			.replace(/agent: writer[\s\S]*?content }/, "wait_for: approvals\n      output_to_context: { text: output.text }");
		await using folder = files({ "machine.yml": parentOf("machine: child\ninput: { n: 1 }"), "child.yml": waiting });
		const url = address();
		const { store } = await worker(url);
		const args = ["run", "machine.yml", "--distributed", "--store", url, "--json"];
		const child = startCommand(process.execPath, [main, ...args], { cwd: folder.path });
		const ended = endOf(child);
		let told = "";
		child.stderr.on("data", (text: Buffer) => {
			told += text.toString();
		});
		await vi.waitFor(() => expect(told).toContain("Machine child waits for a signal on approvals."), 10_000);
		const [, to = ""] = /flatstate signal approvals --data JSON --to (\S+)/.exec(told) ?? [];
		await store.signals.send("approvals", { text: "yes" }, { executionId: to });
		expect(await ended).toMatchObject({ code: 0, stdout: '{"all":{"got":1,"text":"yes"}}\n' });
	});

	it("stops at a limit that is used up on workers", async () => {
		await using folder = files(machines);
		const url = address();
		await worker(url);
		const args = ["run", "machine.yml", "--distributed", "--store", url, "--max-agent-calls", "2", ...items];
		const ended = await flatstate([...args, "--window", "1"], { cwd: folder.path });
		expect(ended.code).toBe(3);
		expect(ended.stderr).toContain("the limit max_agent_calls was reached");
	});

	it("is given to the fleet as a whole with `--detach`", async () => {
		await using folder = files(machines);
		const url = address();
		const args = ["run", "machine.yml", "--distributed", "--detach", "--json", "--store", url, ...items];
		const ended = await flatstate(args, { cwd: folder.path });
		expect(ended).toMatchObject({ code: 0 });
		const { execution_id: id } = JSON.parse(ended.stdout);
		expect(ended.stderr).toContain("No worker takes jobs");
		expect(ended.stderr).toContain(`Execution ${id} is in the queue, until a worker takes it.`);
		const { store } = await worker(url);
		const result = await store.results.read(`flatagents://${id}/result`, { timeoutSeconds: 10 });
		expect(result).toEqual({ all: [1, 2, 3].map((got) => ({ got, text: "hello" })) });
	});

	it("needs a store that workers share, and a server that answers", async () => {
		await using folder = files(machines);
		const run = (...args: string[]) => flatstate(["run", "machine.yml", ...args], { cwd: folder.path });
		const [none, file, nobody, alone] = await Promise.all([
			run("--distributed"),
			run("--distributed", "--store", "sqlite:runs.db"),
			run("--distributed", "--store", "redis://127.0.0.1:1"),
			run("--queue", "other"),
		]);
		expect(none).toMatchObject({
			code: 2,
			stderr: expect.stringContaining("--distributed needs a store that workers share"),
		});
		expect(file).toMatchObject({ code: 2, stderr: expect.stringContaining("--store redis://HOST:PORT") });
		expect(nobody).toMatchObject({ code: 2, stderr: expect.stringContaining("No Redis yet?") });
		expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining("--queue needs --distributed") });
	});

	it("is asked for by `settings.backends.work`, too", async () => {
		const settings = "  persistence: { enabled: true, backend: redis }\n  settings: { backends: { work: redis } }";
		const machine = parentOf("machine: child\ninput: { n: 1 }", { settings });
		await using folder = files({ ...machines, "machine.yml": machine });
		const url = address();
		const { started } = await worker(url);
		const ended = await flatstate(["run", "machine.yml", "--json"], { cwd: folder.path, env: { REDIS_URL: url } });
		expect(ended).toMatchObject({ code: 0, stdout: '{"all":{"got":1,"text":"hello"}}\n' });
		expect(started.handled).toBeGreaterThan(0);
	});
});
