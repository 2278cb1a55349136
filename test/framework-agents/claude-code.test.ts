/** claude-code agents: the real program of the package, which asks a mock model in place of Anthropic. */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { claudeCodeAdapter } from "../../adapters/claude-code/adapter.ts";
import { AgentPermissionError } from "../../adapters/frameworks/errors.ts";
import type { MockAnswer } from "../../adapters/mock-model/index.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { claudeProject } from "./claude-harness.ts";
import { describeInstalled } from "./installed-frameworks.ts";

const writes = (path: string): MockAnswer => ({
	tool_calls: [{ id: "toolu_1", name: "Write", arguments: { file_path: path, content: "made" } }],
});
const counts: MockAnswer = {
	tool_calls: [{ id: "toolu_1", name: "Bash", arguments: { command: "echo $$ > pid; while true; do sleep 1; done" } }],
};

describeInstalled("@anthropic-ai/claude-agent-sdk", "claude-code on the real program", () => {
	it("gives the answer, the session, usage and cost", async () => {
		await using project = await claudeProject([
			{ content: "Hello there", usage: { prompt_tokens: 1000, completion_tokens: 500 } },
		]);
		const result = await project.ask({}, {});
		expect(result).toMatchObject({
			output: { result: "Hello there", session_id: expect.stringMatching(/^[\w-]{36}$/) },
			content: "Hello there",
			finish_reason: "stop",
			usage: { input_tokens: 1000, output_tokens: 500, total_tokens: 1500, api_calls: 1 },
			provider_data: { provider: "claude-code", model: expect.stringContaining("opus") },
			rendered_user_prompt: "Say hello",
		});
		expect(result.cost).toBeGreaterThan(0);
		const [request] = project.server.requests;
		expect(request?.body.output_config).toMatchObject({ effort: "high" });
	});

	it("has the program change a file, and tells of its tools", async () => {
		await using project = await claudeProject(({ n }) =>
			n === 0 ? writes(join(project.folder.path, "made.txt")) : "Done",
		);
		const told: unknown[] = [];
		const events: unknown[] = [];
		const result = await project.ask(
			{},
			{
				stream: true,
				onStreamEvent: (event) => events.push(event),
				onToolCall: ({ name }) => {
					told.push(`${name} begins`);
					return ({ is_error }) => told.push(`${name} ended, failed: ${is_error}`);
				},
			},
		);
		expect(result.output).toMatchObject({ result: "Done" });
		expect(await readFile(join(project.folder.path, "made.txt"), "utf8")).toBe("made");
		expect(told).toEqual(["Write begins", "Write ended, failed: false"]);
		expect(events).toContainEqual({ type: "content", text: "Done" });
		expect(events).toContainEqual(expect.objectContaining({ type: "tool_call", name: "Write" }));
	});

	it("asks it to go on until it says that it is done", async () => {
		await using project = await claudeProject(["One", "Two", "Three <<AGENT_EXIT>>"]);
		const result = await project.ask({ max_continuations: 5 }, {});
		expect(result).toMatchObject({
			output: { result: "Three" },
			finish_reason: "stop",
			metadata: { continuations: 2 },
			usage: { api_calls: 3 },
		});
		// Three turns: the first at once, each other one 3 s and half of 8 s of jitter after the one before.
		expect(project.waits).toEqual([7000, 14_000]);
		expect(JSON.stringify(project.server.requests[0]?.body.system)).toContain("<<AGENT_EXIT>>");
	});

	it("stops asking after `max_continuations`", async () => {
		await using project = await claudeProject({ "*": "Not yet" });
		const result = await project.ask({ max_continuations: 1 }, {});
		expect(result).toMatchObject({ output: { result: "Not yet" }, finish_reason: "length" });
		expect(project.server.requests).toHaveLength(2);
	});

	it("goes on with a session, and counts only its own cost", async () => {
		await using project = await claudeProject({
			"*": { content: "Answer", usage: { prompt_tokens: 1000, completion_tokens: 500 } },
		});
		const first = await project.ask({}, { input: { task: "Remember 7" } });
		const session = first.metadata?.session_id;
		const second = await project.ask({}, { input: { task: "What was it?", resume_session: session } });
		expect(second.output).toEqual({ result: "Answer", session_id: session });
		expect(JSON.stringify(project.server.requests.at(-1)?.body.messages)).toContain("Remember 7");
		expect(second.cost).toBeCloseTo(Number(first.cost), 6);
	});

	it("goes on with the session of a call that is made again", async () => {
		await using project = await claudeProject({ "*": "Answer" });
		const call = { idempotencyKey: "execution/1/state/1" };
		const first = await project.ask({}, call);
		const again = await project.ask({}, call);
		expect(again.metadata?.session_id).toBe(first.metadata?.session_id);
		expect(JSON.stringify(project.server.requests.at(-1)?.body.messages)).toContain("You were interrupted");
	});

	it("says that a session is not there", async () => {
		await using project = await claudeProject({ "*": "Answer" });
		const session = "11111111-2222-4333-8444-555555555555";
		const { error } = await project.ask({}, { sessionId: session });
		expect(error).toMatchObject({ code: "session_not_found", retryable: false });
	});

	it("ends the program and what it has started when the call is aborted", async () => {
		await using project = await claudeProject({ "*": counts });
		const abort = new AbortController();
		const file = join(project.folder.path, "pid");
		const asked = project.ask({ allowed_tools: ["Bash"] }, { signal: abort.signal }, { permission: "all" });
		const pid = await vi.waitFor(async () => Number.parseInt(await readFile(file, "utf8"), 10), { timeout: 20_000 });
		expect(isAlive(pid)).toBe(true);
		abort.abort(new Error("enough"));
		await expect(asked).rejects.toThrow("enough");
		expect(isAlive(pid)).toBe(false);
	});

	it("ends the program at its time limit, which may be tried again", async () => {
		await using project = await claudeProject({ "*": { content: "Late", latency_ms: 60_000 } });
		const { error, finish_reason } = await project.ask({ timeout: 3 }, {});
		expect(error).toMatchObject({ code: "timeout", type: "TimeoutError", retryable: true });
		expect(finish_reason).toBe("error");
	});

	it.each([
		[401, { code: "auth_error", type: "AuthenticationError", retryable: false, status_code: 401 }],
		[429, { code: "rate_limit", type: "RateLimitError", retryable: true, status_code: 429 }],
		[500, { code: "server_error", type: "InternalServerError", retryable: true, status_code: 500 }],
	])("gives a failure with status %i as data", async (status, expected) => {
		await using project = await claudeProject({
			"*": { status, error: { message: "Refused planted-key-of-the-test." } },
		});
		const { error } = await project.ask({}, {});
		expect(error).toMatchObject(expected);
		expect(error?.message).toContain("Refused [redacted]");
	});

	it("reports a program that cannot be started", async () => {
		await using project = await claudeProject({});
		const { error } = await project.ask({}, {}, { executable: join(project.folder.path, "nowhere") });
		expect(error).toMatchObject({ code: "program_failed", type: "ProgramError" });
	});

	it("denies what nobody has allowed, or asks whom the caller names", async () => {
		const script = ({ n }: { readonly n: number }): MockAnswer =>
			n % 2 === 0 ? { tool_calls: [{ name: "Bash", arguments: { command: "bash -c 'touch ran'" } }] } : "Done";
		await using project = await claudeProject(script);
		const ran = join(project.folder.path, "ran");
		const denied = await project.ask({}, {});
		expect(denied.metadata?.denied_tools).toEqual(["Bash"]);
		expect(existsSync(ran)).toBe(false);
		const asked: string[] = [];
		await project.ask({}, {}, { approve: ({ tool }) => asked.push(tool) > 0 });
		expect(asked).toEqual(["Bash"]);
		expect(existsSync(ran)).toBe(true);
	});

	it("appends the system prompt of the document", async () => {
		await using project = await claudeProject({ "*": "Answer" });
		await project.ask({}, { input: {}, prompts: { system: "You are terse.", user: "Say hello" } });
		const [request] = project.server.requests;
		expect(JSON.stringify(request?.body.system)).toContain("You are terse.");
		expect(JSON.stringify(request?.body.messages)).toContain("Say hello");
	});

	it("does not run what settings of the folder name", async () => {
		await using project = await claudeProject({ "*": "Answer" });
		const hooks = { SessionStart: [{ hooks: [{ type: "command", command: "touch hooked" }] }] };
		await mkdir(join(project.folder.path, ".claude"));
		await writeFile(join(project.folder.path, ".claude", "settings.json"), JSON.stringify({ hooks }));
		await project.ask({}, {});
		expect(existsSync(join(project.folder.path, "hooked"))).toBe(false);
	});

	it("works as the agent of a state, and is no agent for a tool loop", async () => {
		await using project = await claudeProject({ "*": "Hello <<AGENT_EXIT>>" });
		const { env, clock, pace } = project.options;
		const machine = (loop: string) => `
spec: flatmachine
spec_version: "4.2.1"
data:
  context: { said: null, session: null }
  agents:
    coder: { type: claude-code }
  states:
    code:
      type: initial
      agent: coder
      ${loop}
      input: { task: "{{ input.task }}" }
      output_to_context: { said: output.result, session: output.session_id }
      on_error: { NotImplementedError: refused }
      transitions: [{ to: done }]
    refused: { type: final, output: { refused: true } }
    done: { type: final, output: { said: context.said, session: context.session } }
`;
		const run = (loop: string) =>
			new FlatMachine({
				config: machine(loop),
				dir: project.folder.path,
				agents: [claudeCodeAdapter({ env, clock, pace })],
			}).execute({ task: "Say hello" });
		expect(await run("")).toEqual({ said: "Hello", session: expect.any(String) });
		expect(await run("tool_loop: true")).toEqual({ refused: true });
	});

	it.each([
		[{ permission_mode: "bypassPermissions" }, "`permission_mode: bypassPermissions` needs the permission `all`"],
		[{ dangerously_skip_permissions: true }, "needs the permission `all`"],
		[{ allowed_tools: ["Bash"] }, "`allowed_tools` needs the permission `all`"],
		[{ claude_bin: "/bin/true" }, "`claude_bin` needs"],
		[{ mcp_config: "mcp.json" }, "`mcp_config` needs"],
		[{ working_dir: "/" }, "outside of the folders"],
		[{ working_dir: ".." }, "outside of the folders"],
		[{ add_dirs: ["/etc"] }, "outside of the folders"],
	])("refuses %j of a document", async (config, message) => {
		await using project = await claudeProject({});
		const made = project.agent(config);
		await expect(made).rejects.toThrow(AgentPermissionError);
		await expect(made).rejects.toThrow(message);
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
