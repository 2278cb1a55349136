/** codex-cli agents: the real program of the package, which asks a mock model in place of OpenAI. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { AgentPermissionError } from "../../adapters/frameworks/errors.ts";
import type { MockAnswer } from "../../adapters/mock-model/index.ts";
import { codexProject } from "./codex-harness.ts";
import { describeInstalled } from "./installed-frameworks.ts";

const runs = (cmd: string): MockAnswer => ({ tool_calls: [{ id: "c1", name: "exec_command", arguments: { cmd } }] });

describeInstalled("@openai/codex-sdk", "codex-cli on the real program", () => {
	it("gives the answer, the session and usage", async () => {
		await using project = await codexProject([
			{ content: "Hello there", usage: { prompt_tokens: 1000, completion_tokens: 500 } },
		]);
		expect(await project.ask()).toMatchObject({
			output: { result: "Hello there", session_id: expect.stringMatching(/^[\w-]{36}$/) },
			content: "Hello there",
			finish_reason: "stop",
			usage: { input_tokens: 1000, output_tokens: 500, total_tokens: 1500, api_calls: 1 },
		});
		expect(project.server.requests[0]?.body).toMatchObject({ model: "gpt-5.3-codex", reasoning: { effort: "high" } });
	});

	it("has the program change a file within its sandbox, and tells of its tools", async () => {
		await using project = await codexProject(({ n }) => (n === 0 ? runs("printf made > made.txt") : "Done"));
		const told: unknown[] = [];
		const result = await project.ask(
			{},
			{
				onToolCall: ({ name, arguments: args }) => {
					told.push(name, String(args.command).includes("printf made"));
					return ({ is_error }) => told.push(is_error);
				},
			},
		);
		expect(result.output).toMatchObject({ result: "Done" });
		expect(await readFile(join(project.folder.path, "made.txt"), "utf8")).toBe("made");
		expect(told).toEqual(["shell", true, false]);
	});

	it("joins the system prompt of the document with the task, and goes on with a session", async () => {
		await using project = await codexProject({ "*": "Answer" });
		const prompts = { system: "You are terse.", user: "Remember 7" };
		const first = await project.ask({}, { input: {}, prompts });
		expect(first.rendered_user_prompt).toBe("You are terse.\n\nRemember 7");
		const session = first.metadata?.session_id;
		const second = await project.ask({}, { input: { task: "What was it?", resume_session: session } });
		expect(second.output).toEqual({ result: "Answer", session_id: session });
		expect(JSON.stringify(project.server.requests.at(-1)?.body.input)).toContain("Remember 7");
	});

	it("says that a session is not there", async () => {
		await using project = await codexProject({ "*": "Answer" });
		const { error } = await project.ask({}, { sessionId: "01a1fdff-3dcf-7a33-a31d-d954eb2992c6" });
		expect(error).toMatchObject({ code: "session_not_found", retryable: false });
	});

	it("ends the program and what it has started when the call is aborted", async () => {
		await using project = await codexProject({ "*": runs("echo $$ > pid; while true; do sleep 1; done") });
		const abort = new AbortController();
		// Without a sandbox, whose processes have numbers of their own.
		const config = { sandbox: "danger-full-access" };
		const asked = project.ask(config, { signal: abort.signal }, { permission: "all" });
		asked.catch(() => {});
		const file = join(project.folder.path, "pid");
		const pid = await vi.waitFor(async () => Number.parseInt(await readFile(file, "utf8"), 10), { timeout: 20_000 });
		expect(isAlive(pid)).toBe(true);
		abort.abort(new Error("enough"));
		await expect(asked).rejects.toThrow("enough");
		await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 20_000 });
	});

	it("ends the program at its time limit, which may be tried again", async () => {
		await using project = await codexProject({ "*": { content: "Late", latency_ms: 60_000 } });
		const { error } = await project.ask({ timeout: 2 });
		expect(error).toMatchObject({ code: "timeout", type: "TimeoutError", retryable: true });
	});

	it.each([
		[401, { code: "auth_error", retryable: false, status_code: 401 }],
		[429, { code: "rate_limit", type: "RateLimitError", retryable: true, status_code: 429 }],
		[500, { code: "server_error", retryable: true }],
	])("gives a failure with status %i as data", async (status, expected) => {
		await using project = await codexProject({
			"*": { status, error: { message: "Refused planted-key-of-the-test." } },
		});
		const { error } = await project.ask();
		expect(error).toMatchObject(expected);
		expect(error?.message).not.toContain("planted-key");
	});

	it("reports a program that cannot be started", async () => {
		await using project = await codexProject({});
		const { error } = await project.ask({}, {}, { executable: join(project.folder.path, "nowhere") });
		expect(error).toMatchObject({ code: "program_failed", type: "ProgramError" });
	});

	it.each([
		[{ sandbox: "danger-full-access" }, "`sandbox: danger-full-access` needs the permission `all`"],
		[{ dangerously_bypass_approvals_and_sandbox: true }, "needs the permission `all`"],
		[{ config_overrides: { sandbox_mode: "danger-full-access" } }, "`config_overrides` needs"],
		[{ codex_bin: "/bin/true" }, "`codex_bin` needs"],
		[{ working_dir: "/" }, "outside of the folders"],
		[{ add_dirs: ["/etc"] }, "outside of the folders"],
	])("refuses %j of a document", async (config, message) => {
		await using project = await codexProject({});
		const asked = project.ask(config);
		await expect(asked).rejects.toThrow(AgentPermissionError);
		await expect(asked).rejects.toThrow(message);
	});

	it("names the key that was meant", async () => {
		await using project = await codexProject({});
		await expect(project.ask({ sandbx: "read-only" })).rejects.toThrow(/sandbx.*sandbox/s);
	});
});

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
