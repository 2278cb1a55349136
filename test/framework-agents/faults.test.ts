/**
 * Faults on the wire under agents of other programs: each ends in an error that says what it was, and is mended by a
 * retry of the machine. A subset of test/agents/faults.test.ts, since each call starts a program.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { claudeCodeAdapter } from "../../adapters/claude-code/adapter.ts";
import { codexCliAdapter } from "../../adapters/codex-cli/adapter.ts";
import { type MockAnswer, type MockModel, type MockScript, startMockModel } from "../../adapters/mock-model/index.ts";
import { piAgentAdapter } from "../../adapters/pi-agent/adapter.ts";
import type { AgentAdapter, AgentResult } from "../../runtime/agents/agent.ts";
import { errorFromAgentResult, errorNames } from "../../runtime/agents/errors.ts";
import { coerceAgentResult } from "../../runtime/agents/result.ts";
import { runMachine } from "../../runtime/machine/run-machine.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { faults, silences } from "../agents/fault-cells.ts";
import { claudeProject } from "./claude-harness.ts";
import { codexProject } from "./codex-harness.ts";
import { describeInstalled, type ProjectFolder, projectFolder } from "./installed-frameworks.ts";

interface Project extends AsyncDisposable {
	readonly folder: ProjectFolder;
	readonly server: MockModel;
	readonly adapter: AgentAdapter;
	/** Of the agent, without its type. */
	readonly config: Readonly<Record<string, unknown>>;
}

interface FaultRow {
	readonly name: string;
	readonly needs: string;
	project(script: MockScript): Promise<Project>;
	/** Names of faults after which the program asks its model once more by itself, though its retries are off. */
	readonly mends: readonly string[];
	/** Seconds that suffice to start. */
	readonly patience: number;
}

const rows: readonly FaultRow[] = [
	{
		name: "claude-code",
		needs: "@anthropic-ai/claude-agent-sdk",
		mends: ["a cut answer", "truncated JSON"],
		patience: 3,
		async project(script) {
			const project = await claudeProject(script);
			return { ...project, adapter: claudeCodeAdapter(project.options), config: { max_continuations: 0 } };
		},
	},
	{
		name: "codex-cli",
		needs: "@openai/codex-sdk",
		mends: [],
		patience: 3,
		async project(script) {
			const project = await codexProject(script);
			return { ...project, adapter: codexCliAdapter(project.options), config: { skip_git_repo_check: true } };
		},
	},
	{
		name: "pi-agent",
		needs: "@mariozechner/pi-agent-core",
		mends: [],
		patience: 0.5,
		async project(script) {
			const folder = await projectFolder();
			const server = await startMockModel({ script });
			return {
				folder,
				server,
				adapter: piAgentAdapter(),
				config: { agent_config: { provider: "mock", model: "any", base_url: server.url } },
				async [Symbol.asyncDispose]() {
					await server.close();
					await folder[Symbol.asyncDispose]();
				},
			};
		},
	},
];

const chosen = ["429 with Retry-After in seconds", "500", "a cut answer", "truncated JSON"].map((name) => {
	const fault = faults.find((one) => one.name === name);
	if (fault === undefined) throw new Error(`There is no fault ${name}.`);
	return fault;
});
const hang = silences.find(({ name }) => name === "an answer that stops in the middle")?.answer ?? {};

/** A machine that tries twice, on a clock that waits for nothing. */
async function run(row: FaultRow, script: readonly MockAnswer[], config: object = {}, abort?: AbortController) {
	await using project = await row.project(script);
	const results: AgentResult[] = [];
	const document = {
		spec: "flatmachine",
		spec_version: "4.2.1",
		data: {
			context: { got: null },
			agents: { asked: { type: row.name, config: { ...project.config, ...config } } },
			states: {
				ask: {
					type: "initial",
					agent: "asked",
					input: { task: "Say hello" },
					execution: { type: "retry", backoffs: [1] },
					output_to_context: { got: "output.result" },
					transitions: [{ to: "done" }],
				},
				done: { type: "final", output: { got: "context.got" } },
			},
		},
	};
	const file = join(project.folder.path, "machine.json");
	await writeFile(file, JSON.stringify(document));
	const machine = new FlatMachine({ file, agents: [watched(project.adapter, results)], random: () => 0.5 });
	const { set, plan } = machine;
	const timeless = set.withServices({ ...set.services, sleep: async () => undefined });
	const running = runMachine(timeless, plan.id, {}, abort ? { signal: abort.signal } : {});
	if (abort) {
		await expect.poll(() => project.server.requests.length, { timeout: 20_000 }).toBeGreaterThan(0);
		abort.abort(new Error("enough"));
	}
	const result = await running;
	const outcomes = await Promise.all(project.server.requests.map(({ outcome }) => outcome));
	return { result, results, outcomes };
}

function watched(adapter: AgentAdapter, results: AgentResult[]): AgentAdapter {
	return {
		typeName: adapter.typeName,
		async createExecutor(...asked) {
			const executor = await adapter.createExecutor(...asked);
			return {
				...(executor.model && { model: executor.model }),
				async execute(call) {
					const result = coerceAgentResult(await executor.execute(call));
					results.push(result);
					return result;
				},
			};
		},
	};
}

for (const row of rows) {
	describeInstalled(row.needs, `faults under ${row.name}`, () => {
		test.each(chosen)("$name", async ({ name, answer, error }) => {
			const { result, results, outcomes } = await run(row, [answer, "fine"]);
			expect(result).toMatchObject({ status: "done", output: { got: "fine" } });
			expect(outcomes).toEqual([answer.cut === true ? "cut" : "answered", "answered"]);
			expect(results).toHaveLength(row.mends.includes(name) ? 1 : 2);
			if (row.mends.includes(name)) return;
			expect(results[0]).toMatchObject({
				error: { code: error.code, retryable: true, message: expect.stringMatching(/\S/) },
				finish_reason: "error",
			});
			expect(errorNames(errorFromAgentResult(results[0]?.error ?? {}))).toContain(error.code);
		});

		test("an answer that stops in the middle, until the time limit", async () => {
			const { result, results, outcomes } = await run(row, [hang, hang], { timeout: row.patience });
			expect(result).toMatchObject({ status: "failed", agentCalls: 0, error: { name: "RetryableError" } });
			expect(results.map(({ error }) => error?.code)).toEqual(["timeout", "timeout"]);
			expect(new Set(outcomes)).toEqual(new Set(["abandoned"]));
		});

		test("an answer that stops in the middle, until the run is aborted", async () => {
			const { result, results, outcomes } = await run(row, [hang, "fine"], {}, new AbortController());
			expect(result).toMatchObject({ status: "stopped" });
			expect(results).toEqual([]);
			expect(outcomes).toEqual(["abandoned"]);
		});
	});
}
