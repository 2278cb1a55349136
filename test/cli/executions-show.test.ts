import { join } from "node:path";
import pc from "picocolors";
import { describe, expect, it } from "vitest";
import type { ExecutionSummary } from "../../runtime/store/execution-summary.ts";
import { describeExecution } from "../../src/cli/describe-execution.ts";
import type { ExecutionView } from "../../src/cli/executions-show.ts";
import { textWidth } from "../../src/cli/text-width.ts";
import { openStore } from "../../src/open-store.ts";
import { runCommand } from "../docs/run-block.ts";
import { files } from "./files.ts";
import { doneSteps, type ExecutionToStore, start, storeExecutions } from "./stored-executions.ts";

/** Runs `show` on a store with these executions. */
async function show(executions: readonly ExecutionToStore[], args: string) {
	await using folder = files({});
	const url = `file:${join(folder.path, "runs")}`;
	await storeExecutions(url, executions);
	return await runCommand(`flatstate executions show ${args} --store ${url}`);
}

const waiting: ExecutionToStore = {
	id: "order-7",
	steps: [
		{ step: 0, state: "start", event: "machine_start", at: 0 },
		{ step: 1, state: "ask", event: "waiting", at: 61_000, snapshot: { waiting_channel: "office/7" } },
	],
	summary: { wake_at: start + 3_600_000 },
};

describe("flatstate executions show", () => {
	it("prints how an execution stands, and its path with times, calls and cost of each step", async () => {
		expect(await show([{ id: "a", steps: doneSteps }], "a")).toEqual({
			exitCode: 0,
			stdout: `a done
machine    writer
state      end, step 3 (machine_end)
input      {"topic":"tea"}
spent      2 calls, $0.0012
created    2026-03-01 12:00:00 UTC
updated    2026-03-01 12:00:01 UTC

STEP  STATE  EVENT            TIME  CALLS     COST
   0  start  machine_start              0       $0
   1  draft  state_exit      1.5 s      1  $0.0010
   2  check  state_exit     360 ms      1  $0.0002
   3  end    machine_end                0       $0
`,
			stderr: "",
		});
	});

	it("names the channel of one that waits, and until when", async () => {
		const { stdout } = await show([waiting], "order-7");
		expect(stdout).toContain("order-7 waiting\n");
		expect(stdout).toContain("\nwaits for  a signal on office/7, until 2026-03-01 13:00:00 UTC\n");
		expect(stdout).toContain("\n   0  start  machine_start  1 min 1 s      0    $0\n");
	});

	it("names the error of one that failed, on one line whatever is in it", async () => {
		const error = { name: "AgentError", message: "the model said \u001b[31mno\u001b[0m\nat all" };
		const { stdout } = await show(
			[{ id: "a", steps: doneSteps.slice(0, 2), summary: { status: "failed", error } }],
			"a",
		);
		expect(stdout).toContain("a failed\n");
		expect(stdout).toContain("\nerror      AgentError: the model said \\u001b[31mno\\u001b[0m\\nat all\n");
	});

	it("names the children that it waits for, not those that are done, nor forks", async () => {
		const child = (id: string, summary: Partial<ExecutionSummary>): ExecutionToStore => ({
			id,
			steps: [{ step: 1, state: "draft", event: "execute", at: 0, snapshot: { parent_execution_id: "order-7" } }],
			summary: { root_execution_id: "order-7", ...summary },
		});
		const children = [
			child("c1", { status: "active" }),
			child("c2", { status: "done" }),
			child("c3", { status: "failed" }),
			child("fork", { root_execution_id: "fork" }),
		];
		const { stdout } = await show([waiting, ...children], "order-7");
		expect(stdout).toContain("\nchildren   waits for 2: c1 (active), c3 (failed)\n");
		expect((await show([waiting, ...children], "c1")).stdout).toContain("\nparent     order-7 (which waits for it)\n");
		expect((await show([waiting, ...children], "fork")).stdout).toContain("\nparent     order-7\n");
	});

	it("names the launches that are still to be made", async () => {
		const intent = { machine: "m", input: {} };
		const pending_launches = [
			{ ...intent, execution_id: "l1", launched: true },
			{ ...intent, execution_id: "l2", launched: false },
		];
		const steps = [
			{ ...waiting.steps[0], step: 2, state: "s", event: "execute", at: 0, snapshot: { pending_launches } },
		] as const;
		expect((await show([{ id: "a", steps }], "a")).stdout).toContain("\nto launch  l2\n");
	});

	it("names no launch that has been made, although the checkpoint was taken before", async () => {
		const pending_launches = [{ execution_id: "c1", machine: "m", input: {}, launched: false }];
		const steps = [{ step: 1, state: "s", event: "execute", at: 0, snapshot: { pending_launches } }] as const;
		const child = { step: 1, state: "t", event: "execute", at: 5, snapshot: { parent_execution_id: "a" } } as const;
		const { stdout } = await show(
			[
				{ id: "a", steps },
				{ id: "c1", steps: [child] },
			],
			"a",
		);
		expect(stdout).not.toContain("to launch");
	});

	it("gives each state what was spent in it, wherever its checkpoints are taken", async () => {
		const entered = [
			{ step: 1, state: "draft", event: "execute", at: 0 },
			{ step: 2, state: "ask", event: "waiting", at: 1000, calls: 2, cost: 0.5 },
			{ step: 3, state: "check", event: "execute", at: 61_000, calls: 2, cost: 0.5 },
		] as const;
		// The row is newer than the last checkpoint: a call of the state has ended since.
		const summary = { total_api_calls: 3, total_cost: 0.75, updated_at: "2026-03-01T12:01:03.000Z" };
		expect((await show([{ id: "a", steps: entered, summary }], "a")).stdout).toContain(
			"   1  draft  execute      1.0 s      2  $0.5000\n" +
				"   2  ask    waiting  1 min 0 s      0       $0\n" +
				"   3  check  execute      2.0 s      1  $0.2500\n",
		);
		const all = [
			{ step: 1, state: "draft", event: "state_enter", at: 0 },
			{ step: 1, state: "draft", event: "execute", at: 100 },
			{ step: 1, state: "draft", event: "state_exit", at: 1000, calls: 2, cost: 0.5 },
			{ step: 2, state: "end", event: "machine_end", at: 1200, calls: 2, cost: 0.5 },
		] as const;
		expect((await show([{ id: "a", steps: all }], "a")).stdout).toContain(
			"   1  draft  state_enter  100 ms      0       $0\n" +
				"   1  draft  execute      900 ms      2  $0.5000\n" +
				"   1  draft  state_exit   200 ms      0       $0\n" +
				"   2  end    machine_end              0       $0\n",
		);
	});

	it("says who runs it", async () => {
		await using folder = files({});
		const url = `file:${join(folder.path, "runs")}`;
		await storeExecutions(url, [waiting]);
		await using store = await openStore(url);
		const lease = await store.lock?.acquire("order-7");
		const { stdout } = await runCommand(`flatstate executions show order-7 --store ${url}`);
		expect(stdout).toContain(`\nrun by     process ${process.pid} on host `);
		const json: unknown = JSON.parse(
			(await runCommand(`flatstate executions show order-7 --json --store ${url}`)).stdout,
		);
		expect(json).toMatchObject({ lease: { holder: lease?.label } });
	});

	it("prints one JSON object with --json", async () => {
		const { stdout } = await show([{ id: "a", steps: doneSteps }], "a --json");
		expect(JSON.parse(stdout)).toEqual({
			execution_id: "a",
			root_execution_id: "a",
			parent_execution_id: null,
			machine_name: "writer",
			status: "done",
			event: "machine_end",
			current_state: "end",
			step: 3,
			waiting_channel: null,
			wake_at: null,
			total_api_calls: 2,
			total_cost: 0.0012,
			error: null,
			created_at: "2026-03-01T12:00:00.000000+00:00",
			updated_at: "2026-03-01T12:00:01.860000+00:00",
			input: { topic: "tea" },
			lease: null,
			pending_children: [],
			pending_launches: [],
			agents: [],
			states: [],
			earlier_checkpoints: 0,
			path: [
				{
					step: 0,
					state: "start",
					event: "machine_start",
					at: "2026-03-01T12:00:00.000000+00:00",
					seconds: null,
					calls: 0,
					cost: 0,
				},
				{
					step: 1,
					state: "draft",
					event: "state_exit",
					at: "2026-03-01T12:00:01.500000+00:00",
					seconds: 1.5,
					calls: 1,
					cost: 0.001,
				},
				{
					step: 2,
					state: "check",
					event: "state_exit",
					at: "2026-03-01T12:00:01.850000+00:00",
					seconds: 0.36,
					calls: 1,
					cost: 0.0002,
				},
				{
					step: 3,
					state: "end",
					event: "machine_end",
					at: "2026-03-01T12:00:01.860000+00:00",
					seconds: null,
					calls: 0,
					cost: 0,
				},
			],
		});
	});

	it("shows the last 50 checkpoints, and all of them with --all", async () => {
		const steps = Array.from({ length: 60 }, (_, index) => ({
			step: index + 1,
			state: "loop",
			event: "execute" as const,
			at: index * 1000,
			calls: index + 1,
		}));
		const last = (await show([{ id: "a", steps }], "a")).stdout;
		expect(last).toContain("\n10 earlier checkpoints: --all shows them\nSTEP ");
		expect(last).toContain("\n  11  loop   execute  1.0 s      1    $0\n");
		expect(last).not.toContain("\n  10 ");
		const all = (await show([{ id: "a", steps }], "a --all")).stdout;
		expect(all).toContain("\n   1  loop   execute  1.0 s      1    $0\n");
		expect(all.split("\n").filter((line) => line.includes(" loop ")).length).toBe(60);
	});

	it("shows the rest where a checkpoint cannot be read", async () => {
		await using folder = files({});
		const url = `file:${join(folder.path, "runs")}`;
		await storeExecutions(url, [{ id: "a", steps: doneSteps }]);
		{
			await using store = await openStore(url);
			await store.persistence.save("a/step_000001_state_exit.json", Buffer.from('{"execution_id": "a'));
		}
		const { stdout, exitCode } = await runCommand(`flatstate executions show a --store ${url}`);
		expect(exitCode).toBe(0);
		expect(stdout).toMatch(
			/\n {3}1 {2}Checkpoint a\/step_000001_state_exit\.json cannot be read: it is no JSON\. +state_exit\n/,
		);
		expect(stdout).toMatch(/\n {3}2 {2}check +state_exit +1\.9 s +2 +\$0\.0012\n/);
	});

	it("says what to do about an id that it does not know", async () => {
		const ended = await show([waiting], "order-8");
		expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
		expect(ended.stderr).toMatch(
			/^error: There is no execution order-8 in .*runs.*\. `flatstate executions list` shows/,
		);
	});
});

describe("an execution on a terminal", () => {
	const view: ExecutionView = {
		attempts: [],
		summary: {
			execution_id: "3f2a9c1e-7d4b-4a57-9c3e-0b8d2f6a1e55",
			root_execution_id: "3f2a9c1e-7d4b-4a57-9c3e-0b8d2f6a1e55",
			parent_execution_id: null,
			machine_name: "writer",
			status: "done",
			event: "machine_end",
			current_state: "end",
			step: 3,
			waiting_channel: null,
			wake_at: null,
			total_api_calls: 2,
			total_cost: 0.0012,
			error: null,
			created_at: "2026-03-01T12:00:00.000000+00:00",
			updated_at: "2026-03-01T12:00:00.000000+00:00",
		},
		input: { text: "long ".repeat(100) },
		holder: null,
		pending: [],
		launches: [],
		request: null,
		spent: [
			{
				machine: "writer",
				state: "wait_for_approval_of_the_office",
				agent: "the_writer_of_the_office",
				calls: 100,
				cost: 1,
				input_tokens: 1000,
				output_tokens: 10,
				total_tokens: 1010,
			},
		],
		path: {
			earlier: 0,
			steps: [
				{
					step: 1,
					state: "wait_for_approval_of_the_office",
					event: "machine_start",
					at: "2026-03-01T12:00:00.000000+00:00",
					seconds: 2,
					calls: 100,
					cost: 1,
				},
			],
		},
	};

	it.each([50, 80])("cuts what is long to %i columns, and says how long ago things happened", (width) => {
		const text = describeExecution(view, { width, paint: pc.createColors(false), now: start + 180_000 });
		const lines = text.split("\n");
		expect(lines).toContain("updated    2026-03-01 12:00:00 UTC (3 min ago)");
		expect(lines.find((line) => line.startsWith("input"))).toMatch(/long lo?n?g? ?…$/);
		expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width);
	});

	it("says what each agent and each state has spent", () => {
		const text = describeExecution(view, { width: Number.POSITIVE_INFINITY, paint: pc.createColors(false), now: null });
		const lines = text.split("\n").map((line) => line.replace(/ +/g, " "));
		expect(lines).toContain("AGENT MACHINE CALLS TOKENS COST");
		expect(lines).toContainEqual(expect.stringMatching(/^the_writer_of_the_office writer 100 1010 \$1/));
		expect(lines).toContainEqual(expect.stringMatching(/^wait_for_approval_of_the_office writer 100 1010 \$1/));
	});

	it("colours labels and the status where it may", () => {
		const text = describeExecution(view, { width: 80, paint: pc.createColors(true), now: null });
		expect(text).toMatch(/^\u001b\[1m3f2a.*\u001b\[22m \u001b\[32mdone\u001b\[39m\n/);
	});
});
