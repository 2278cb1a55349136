import { spawnSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { startMockModel } from "../../adapters/mock-model/index.ts";
import { dist, main } from "../build-package.ts";
import { endOf, flatstate, startCommand } from "./built-command.ts";
import { actionMachine, files, writerMachine } from "./files.ts";

const hasPseudoTerminal = spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0;

/** Hooks whose action gives a text of some length and ends the run. */
const bigHooks = (length: number) =>
	`export const own = { onAction: (_name, context) => ({ ...context, done: true, result: "x".repeat(${length}) }) };`;

describe("Ctrl-C", () => {
	it("aborts the model call that is under way and exits with 130", async () => {
		await using folder = files({ "machine.yml": writerMachine });
		const arrivals = new EventEmitter();
		const arrived = once(arrivals, "request");
		await using server = await startMockModel({
			script: () => {
				arrivals.emit("request");
				return { content: "late", latency_ms: 60_000 };
			},
		});
		const child = startCommand(process.execPath, [main, "run", "machine.yml"], {
			cwd: folder.path,
			env: { OPENAI_BASE_URL: server.url },
		});
		const ended = endOf(child);
		await arrived;
		child.kill("SIGINT");
		expect(await ended).toEqual({
			code: 130,
			stdout: "",
			stderr: "Stopping. Press Ctrl-C again to exit at once.\nInterrupted after 1 step, 0 agent calls.\n",
		});
		expect(await server.requests[0]?.outcome).toBe("abandoned");
	});

	it("exits at once the second time, whatever still goes on", async () => {
		const program = `
			import { listenForInterrupt } from "${dist}/src/cli/interrupt.js";
			setInterval(() => {}, 1000);
			listenForInterrupt(() => console.log("first"), () => console.error("second"));
			console.log("ready");
		`;
		const child = startCommand(process.execPath, ["--input-type=module", "-e", program]);
		await once(child.stdout, "data");
		child.kill("SIGINT");
		await once(child.stdout, "data");
		child.kill("SIGINT");
		const [code] = await once(child, "exit");
		expect(code).toBe(130);
	});
});

describe("pipes", () => {
	it("get a large output whole", async () => {
		await using folder = files({ "machine.yml": actionMachine, "hooks.mjs": bigHooks(5_000_000) });
		const { stdout, code } = await flatstate(["run", "machine.yml", "--hooks", "hooks.mjs", "--json"], {
			cwd: folder.path,
		});
		expect(code).toBe(0);
		expect(stdout.length).toBe('{"result":""}\n'.length + 5_000_000);
	});

	it("may be closed by their reader: no stack trace, no hanging", async () => {
		await using folder = files({ "machine.yml": actionMachine, "hooks.mjs": bigHooks(5_000_000) });
		const line = `"${process.execPath}" "${main}" run machine.yml --hooks hooks.mjs | head -c 9`;
		const child = startCommand("sh", ["-c", line], { cwd: folder.path });
		expect(await endOf(child)).toEqual({ code: 0, stdout: '{\n  "resu', stderr: "" });
	});

	it.skipIf(!existsSync("/dev/full"))("may end in a full disk: the error and exit code 1, no stack trace", async () => {
		await using folder = files({ "machine.yml": actionMachine, "hooks.mjs": bigHooks(1) });
		const line = `"${process.execPath}" "${main}" run machine.yml --hooks hooks.mjs > /dev/full`;
		const { code, stderr } = await endOf(startCommand("sh", ["-c", line], { cwd: folder.path }));
		expect(stderr).toMatch(/^error: Error: Cannot write the output: ENOSPC[^\n]*\n$/);
		expect(code).toBe(1);
	});

	it("are let go when the run has ended, although a hook left a timer behind", async () => {
		const hooks = bigHooks(1).replace("=> ({", "=> setInterval(() => {}, 1000) && ({");
		await using folder = files({ "machine.yml": actionMachine, "hooks.mjs": hooks });
		const ended = await flatstate(["run", "machine.yml", "--hooks", "hooks.mjs", "--json"], { cwd: folder.path });
		expect(ended).toEqual({ code: 0, stdout: '{"result":"x"}\n', stderr: "" });
	});
});

describe.skipIf(!hasPseudoTerminal)("a terminal", () => {
	async function runInTerminal(columns: number, flags = ""): Promise<string> {
		const slow = "writer: { content: tea, latency_ms: 500 }";
		const machine = writerMachine.replaceAll(/\bwrite:/g, "write_at_great_length_about_the_topic:");
		await using folder = files({ "machine.yml": machine, "model.yml": slow });
		const line = `stty cols ${columns}; "${process.execPath}" "${main}" run machine.yml --mock model.yml ${flags}`;
		const child = startCommand("script", ["-qec", line, "/dev/null"], {
			cwd: folder.path,
			env: { TERM: "xterm" },
		});
		const { stdout, code } = await endOf(child);
		expect(code).toBe(0);
		return stdout;
	}

	it("shows a line of progress, clipped to its width, and wipes it in the end", async () => {
		const wide = await runInTerminal(120);
		expect(wide).toMatch(/write_at_great_length_about_the_topic · step 1 · 0 calls · \d+ s/);
		expect(wide).toMatch(/\r\u001b\[2K\{\r\n {2}"text": "tea"\r\n\}\r\n$/);
		const narrow = await runInTerminal(20);
		const lines = narrow.split("\r\u001b[2K").filter((line) => line.includes("write"));
		expect(lines.length).toBeGreaterThan(0);
		for (const line of lines) expect(line.length).toBeLessThan(20);
	});

	it("shows no progress with --quiet", async () => {
		expect(await runInTerminal(80, "--quiet")).toBe('{\r\n  "text": "tea"\r\n}\r\n');
	});
});

describe("flatstate mock-model", () => {
	it("prints its base URL on stdout, answers from the script, and stops at Ctrl-C", async () => {
		await using folder = files({ "machine.yml": writerMachine, "answers.yml": "'*': 'Heard: {{ last_user }}'" });
		const args = [main, "mock-model", "--script", "answers.yml", "--token", "secret"];
		const server = startCommand(process.execPath, args, { cwd: folder.path });
		const [first] = await once(server.stdout, "data");
		const url = String(first).trim();
		expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
		const run = ["run", "machine.yml", "--input", '{"topic":"tea"}', "--json"];
		const env = { OPENAI_BASE_URL: url, OPENAI_API_KEY: "secret" };
		const answered = await flatstate(run, { cwd: folder.path, env });
		expect(answered).toEqual({ code: 0, stdout: '{"text":"Heard: Write about tea"}\n', stderr: "" });
		const refused = await flatstate(run, { cwd: folder.path, env: { ...env, OPENAI_API_KEY: "wrong" } });
		expect(refused.code).toBe(1);
		const ended = endOf(server);
		server.kill("SIGINT");
		const { code, stderr } = await ended;
		expect(stderr).toContain(`export OPENAI_BASE_URL=${url} OPENAI_API_KEY=secret`);
		expect(code).toBe(130);
	});

	it("says so where its port is taken", async () => {
		await using folder = files({ "answers.yml": "['x']" });
		await using other = await startMockModel({ script: [] });
		const args = ["mock-model", "--script", "answers.yml", "--port", String(other.port)];
		const ended = await flatstate(args, { cwd: folder.path });
		expect(ended.stderr).toContain(`Cannot listen on port ${other.port}: another program uses it.`);
		expect(ended.code).toBe(2);
	});
});

describe("flatstate", () => {
	it("prints its version and its help with exit code 0", async () => {
		expect(await flatstate(["--version"])).toMatchObject({
			code: 0,
			stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
		});
		const help = await flatstate(["--help"]);
		expect(help).toMatchObject({ code: 0, stderr: "" });
		for (const command of ["validate", "compile", "run", "mock-model"]) expect(help.stdout).toContain(`  ${command} `);
	});

	it("keeps its help within 80 columns", async () => {
		for (const args of [
			["--help"],
			["help", "run"],
			["help", "validate"],
			["help", "compile"],
			["help", "mock-model"],
		]) {
			const { stdout } = await flatstate(args);
			expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
		}
	});

	it("prints its help on stderr with exit code 2 where no command is given", async () => {
		const ended = await flatstate([]);
		expect(ended).toMatchObject({ code: 2, stdout: "" });
		expect(ended.stderr).toContain("Usage: flatstate");
	});
});
