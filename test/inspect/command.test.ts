import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { main } from "../build-package.ts";
import { flatstate, startCommand } from "../cli/built-command.ts";
import { files } from "../cli/files.ts";
import { isEnd, openBrowser } from "./browser.ts";

const waiting = `spec: flatmachine
spec_version: "4.2.1"
data:
  name: waiter
  context: { said: null }
  states:
    start: { type: initial, transitions: [{ to: wait }] }
    wait: { wait_for: go, output_to_context: { said: "{{ output.text }}" }, transitions: [{ to: done }] }
    done: { type: final, output: { said: "{{ context.said }}" } }
`;

const withAgent = `spec: flatmachine
spec_version: "4.2.1"
data:
  name: asker
  context: { said: null }
  agents: { w: { spec: flatagent, data: { model: { provider: p, name: m }, user: hi } } }
  states:
    start: { type: initial, transitions: [{ to: ask }] }
    ask: { agent: w, output_to_context: { said: "{{ output.content }}" }, transitions: [{ to: done }] }
    done: { type: final, output: { said: "{{ context.said }}" } }
`;

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	await once(server, "close");
	return typeof address === "object" && address !== null ? address.port : 0;
}

/** Starts a command that prints the page's address, and waits for that. */
async function started(args: readonly string[], cwd: string) {
	const child = startCommand(process.execPath, [main, ...args], { cwd });
	const printed = { stdout: "", stderr: "" };
	const closed = once(child, "close");
	const url = new Promise<string>((resolve, reject) => {
		const look = () => {
			const [found] = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(printed.stdout + printed.stderr) ?? [];
			if (found !== undefined) resolve(found);
		};
		for (const name of ["stdout", "stderr"] as const) {
			child[name].on("data", (chunk) => {
				printed[name] += String(chunk);
				look();
			});
		}
		child.once("close", () => reject(new Error(`It ended: ${printed.stderr}`)));
	});
	const until = (text: string) =>
		new Promise<void>((resolve) => {
			const look = () => {
				if (printed.stderr.includes(text)) resolve();
			};
			child.stderr.on("data", look);
			look();
		});
	return { child, printed, until, url: await url, code: async () => (await closed)[0] as unknown };
}

describe("flatstate run --inspect", () => {
	it("waits for the page's signal, and ends with the run where nobody is at a terminal", async () => {
		await using folder = files({ "machine.yml": waiting });
		const run = await started(["run", "machine.yml", "--inspect", "--json"], folder.path);
		await using browser = await openBrowser(run.url);
		await browser.when(() => browser.actors().some(({ status }) => status === "waiting"));
		browser.send({ type: "signal", channel: "go", data: { text: "now" } });
		expect(await browser.until(isEnd)).toMatchObject({ status: "done", output: { said: "now" } });
		expect(await run.code()).toBe(0);
		expect(run.printed.stdout).toBe('{"said":"now"}\n');
	});

	it("stays after the run until Ctrl-C where it is told to, and keeps the run's exit code", async () => {
		await using folder = files({ "machine.yml": waiting.replace("to: wait", "to: done") });
		const run = await started(["run", "machine.yml", "--inspect", "--inspect-until", "interrupt"], folder.path);
		await using browser = await openBrowser(run.url);
		await browser.until(isEnd);
		await run.until("stays until Ctrl-C");
		run.child.kill("SIGINT");
		expect(await run.code()).toBe(0);
	});

	it("waits for the page to let it begin", async () => {
		await using folder = files({
			"machine.yml": withAgent,
			"answers.yml": "w: hello\n",
		});
		const run = await started(
			["run", "machine.yml", "--script", "answers.yml", "--inspect", "--inspect-pause"],
			folder.path,
		);
		await using browser = await openBrowser(run.url);
		await browser.when(() => browser.frames().some(({ state }) => state === "ask"));
		expect(browser.calls()).toEqual([]);
		browser.send({ type: "continue" });
		expect(await browser.until(isEnd)).toMatchObject({ output: { said: "hello" } });
		expect(await run.code()).toBe(0);
	});

	it("stays paused when its page is closed, says so, and goes on when a page is back", async () => {
		await using folder = files({ "machine.yml": withAgent, "answers.yml": "w: hello\n" });
		const run = await started(
			["run", "machine.yml", "--script", "answers.yml", "--inspect", "--inspect-pause"],
			folder.path,
		);
		const first = await openBrowser(run.url);
		await first.when(() => first.frames().some(({ state }) => state === "ask"));
		await first[Symbol.asyncDispose]();
		await run.until("The run is paused and no page is open");
		await using second = await openBrowser(run.url);
		await second.when(() => second.messages.some((message) => message.type === "paused" && message.isPaused));
		expect(second.calls()).toEqual([]);
		second.send({ type: "continue" });
		expect(await second.until(isEnd)).toMatchObject({ status: "done", output: { said: "hello" } });
		expect(await run.code()).toBe(0);
	});

	it("can be stopped with Ctrl-C while it is paused and no page is open", async () => {
		await using folder = files({ "machine.yml": withAgent, "answers.yml": "w: hello\n" });
		const run = await started(
			["run", "machine.yml", "--script", "answers.yml", "--inspect", "--inspect-pause"],
			folder.path,
		);
		run.child.kill("SIGINT");
		expect(await run.code()).toBe(130);
		expect(run.printed.stdout).toBe("");
	});

	it("listens on the port that it is told, and goes with the run where it is told to", async () => {
		await using folder = files({ "machine.yml": waiting });
		const port = await freePort();
		const options = ["--inspect", "--inspect-port", `${port}`, "--inspect-until", "end", "--json"];
		const run = await started(["run", "machine.yml", ...options], folder.path);
		expect(new URL(run.url).port).toBe(`${port}`);
		await using browser = await openBrowser(run.url);
		await browser.when(() => browser.actors().some(({ status }) => status === "waiting"));
		browser.send({ type: "signal", channel: "go", data: { text: "now" } });
		expect(await run.code()).toBe(0);
		expect(run.printed.stdout).toBe('{"said":"now"}\n');
		await expect(fetch(run.url)).rejects.toThrow();
	});

	it.each(["0x50", "-1", "65536", "http"])("takes %s for no port", async (port) => {
		await using folder = files({ "machine.yml": waiting });
		const ended = await flatstate(["run", "machine.yml", "--inspect", "--inspect-port", port], { cwd: folder.path });
		expect(ended).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("--inspect-port") });
	});

	it("says which port is taken, and runs nothing then", async () => {
		await using folder = files({ "machine.yml": waiting });
		const run = await started(["run", "machine.yml", "--inspect"], folder.path);
		const { port } = new URL(run.url);
		const second = await flatstate(["run", "machine.yml", "--inspect", "--inspect-port", port], { cwd: folder.path });
		expect(second).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(port) });
		run.child.kill("SIGINT");
		expect(await run.code()).toBe(130);
	});
});

describe("flatstate resume --inspect", () => {
	it("goes on with a signal from the page", async () => {
		await using folder = files({ "machine.yml": waiting });
		await flatstate(["run", "machine.yml", "--store", "sqlite:runs.db", "--id", "mine"], { cwd: folder.path });
		const run = await started(["resume", "mine", "--store", "sqlite:runs.db", "--inspect", "--json"], folder.path);
		await using browser = await openBrowser(run.url);
		await browser.when(() => browser.actors().some(({ status }) => status === "waiting"));
		browser.send({ type: "signal", channel: "go", data: { text: "later" }, to: "mine" });
		expect(await browser.until(isEnd)).toMatchObject({ status: "done", output: { said: "later" } });
		expect(await run.code()).toBe(0);
		expect(run.printed.stdout).toBe('{"said":"later"}\n');
	});

	it("does nothing before the page lets it go on, and stays until Ctrl-C", async () => {
		await using folder = files({
			"machine.yml": withAgent.replace(
				"[{ to: ask }] }",
				"[{ to: wait }] }\n    wait: { wait_for: go, transitions: [{ to: ask }] }",
			),
			"answers.yml": "w: hello\n",
		});
		const { path: cwd } = folder;
		const store = ["--store", "sqlite:runs.db"];
		const answers = ["--script", "answers.yml"];
		await flatstate(["run", "machine.yml", ...store, ...answers, "--id", "mine"], { cwd });
		await flatstate(["signal", "go", ...store], { cwd });
		const options = ["--inspect", "--inspect-pause", "--inspect-until", "interrupt"];
		const run = await started(["resume", "mine", ...store, ...answers, ...options], cwd);
		await using browser = await openBrowser(run.url);
		await browser.when(() => browser.frames().some(({ state }) => state === "ask"));
		expect(browser.calls()).toEqual([]);
		browser.send({ type: "continue" });
		expect(await browser.until(isEnd)).toMatchObject({ status: "done", output: { said: "hello" } });
		await run.until("stays until Ctrl-C");
		run.child.kill("SIGINT");
		expect(await run.code()).toBe(0);
	});
});

describe("flatstate inspect", () => {
	it("listens on the port that it is told", async () => {
		await using folder = files({ "machine.yml": waiting });
		await flatstate(["run", "machine.yml", "--store", "sqlite:runs.db", "--id", "mine"], { cwd: folder.path });
		const port = await freePort();
		const command = ["inspect", "mine", "--store", "sqlite:runs.db", "--port", `${port}`];
		const shown = await started(command, folder.path);
		expect(new URL(shown.url).port).toBe(`${port}`);
		const second = await flatstate(command, { cwd: folder.path });
		expect(second).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(`${port}`) });
		shown.child.kill("SIGINT");
		expect(await shown.code()).toBe(130);
	});

	it("shows an execution of a store until Ctrl-C", async () => {
		await using folder = files({ "machine.yml": waiting });
		await flatstate(["run", "machine.yml", "--store", "sqlite:runs.db", "--id", "mine"], { cwd: folder.path });
		const shown = await started(["inspect", "mine", "--store", "sqlite:runs.db"], folder.path);
		await using browser = await openBrowser(shown.url);
		expect(await browser.until(isEnd)).toEqual({ type: "end", status: "waiting", channel: "go" });
		expect(browser.frames().map(({ state, step }) => [state, step])).toEqual([
			["start", 1],
			["wait", 2],
		]);
		shown.child.kill("SIGINT");
		expect(await shown.code()).toBe(130);
		expect(shown.printed.stdout).toBe(`${shown.url}\n`);
	});

	it("does not know an execution that is not there", async () => {
		await using folder = files({ "machine.yml": waiting });
		await flatstate(["run", "machine.yml", "--store", "sqlite:runs.db", "--id", "mine"], { cwd: folder.path });
		const ended = await flatstate(["inspect", "yours", "--store", "sqlite:runs.db"], { cwd: folder.path });
		expect(ended).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("yours") });
	});
});
