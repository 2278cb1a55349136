/** Folders that something else laid out by the specification, any release of it, are gone on with (spec sections 13.3, 13.4, 23). */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AgentScript, type RecordedCall, scriptedAdapter } from "../../adapters/scripted/index.ts";
import { AgentAdapterRegistry } from "../../runtime/agents/registry.ts";
import type { MachineHooks } from "../../runtime/hooks/hooks.ts";
import { createLogger } from "../../runtime/logging/logger.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { openStore } from "../../src/open-store.ts";
import { resumeExecution } from "../../src/resume-execution.ts";
import { documentOf } from "../runtime/flat.ts";

let folder = "";

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "layout-"));
});

afterEach(() => {
	rmSync(folder, { recursive: true });
});

type Fields = Readonly<Record<string, unknown>>;

/** What the reference writes: all fields, null where they are not set. */
function snapshotOf(event: string, state: string, step: number, fields: Fields = {}): Fields {
	return {
		execution_id: "x",
		machine_name: "test",
		spec_version: "4.2.1",
		current_state: state,
		context: {
			word: "tea",
			one: null,
			two: null,
			machine: {
				execution_id: "x",
				machine_name: "test",
				parent_execution_id: null,
				spec_version: "4.2.1",
				step,
				current_state: state,
				total_api_calls: 0,
				total_cost: 0,
			},
		},
		step,
		created_at: "2026-03-01T12:00:00.000001+00:00",
		event,
		output: null,
		total_api_calls: 0,
		total_cost: 0.0,
		parent_execution_id: null,
		pending_launches: null,
		waiting_channel: null,
		tool_loop_state: null,
		config_hash: null,
		...fields,
	};
}

/** Writes a checkpoint, and points to it. */
function lay(snapshot: Fields, text: string = JSON.stringify(snapshot)): void {
	const { execution_id: id, step, event = "execute" } = snapshot;
	const key = `${id}/step_${String(step).padStart(6, "0")}_${event}.json`;
	mkdirSync(join(folder, String(id)), { recursive: true });
	writeFileSync(join(folder, key), text);
	writeFileSync(join(folder, String(id), "latest"), key);
}

function layConfig(text: string): string {
	const hash = createHash("sha256").update(text, "utf8").digest("hex");
	mkdirSync(join(folder, "_configs"), { recursive: true });
	writeFileSync(join(folder, "_configs", `${hash}.yml`), text);
	return hash;
}

interface Options {
	readonly script?: AgentScript;
	readonly hooks?: Readonly<Record<string, MachineHooks>>;
	readonly lines?: string[];
}

function machineOf(document: string, { script = {}, hooks = {}, lines = [] }: Options = {}) {
	const adapter = scriptedAdapter(script);
	let ids = 0;
	const machine = new FlatMachine({
		config: document,
		store: `file:${folder}`,
		agents: new AgentAdapterRegistry([adapter]),
		newId: () => `id-${++ids}`,
		hooks,
		logger: createLogger({ write: (line) => void lines.push(line) }),
	});
	return { machine, calls: adapter.calls as readonly RecordedCall[] };
}

const states = `
  first: { type: initial, agent: a, input: { word: context.word }, output_to_context: { one: output.n }, transitions: [{ to: pure }] }
  pure: { transitions: [{ to: second }] }
  second: { agent: a, output_to_context: { two: output.n }, transitions: [{ to: end }] }
  end: { type: final, output: { word: context.word, one: context.one, two: context.two } }`;
const plain = documentOf(`context: { word: input.word, one: null, two: null }\nstates:${states}`, { use: ["a"] });

const ones: AgentScript = { a: (_call, { n }) => ({ n: n + 1 }) };

/** What is left to call, and what comes out, from each event of each state. */
const cases: readonly (readonly [string, string, number, number, Fields])[] = [
	["machine_start", "start", 0, 2, { word: "tea", one: 1, two: 2 }],
	["state_enter", "first", 1, 2, { word: "tea", one: 1, two: 2 }],
	["execute", "first", 1, 2, { word: "tea", one: 1, two: 2 }],
	["tool_call", "first", 1, 2, { word: "tea", one: 1, two: 2 }],
	["state_exit", "first", 1, 1, { word: "tea", one: null, two: 1 }],
	["state_enter", "pure", 2, 1, { word: "tea", one: null, two: 1 }],
	["execute", "pure", 2, 1, { word: "tea", one: null, two: 1 }],
	["state_exit", "pure", 2, 1, { word: "tea", one: null, two: 1 }],
	["execute", "second", 3, 1, { word: "tea", one: null, two: 1 }],
	["state_exit", "second", 3, 0, { word: "tea", one: null, two: null }],
	["state_enter", "end", 4, 0, { word: "tea", one: null, two: null }],
	["execute", "end", 4, 0, { word: "tea", one: null, two: null }],
];

describe.each([
	["with FlatMachine.resume", false],
	["with resumeExecution, from the stored configuration", true],
])("%s an execution of something else", (_, isStored) => {
	async function resume(snapshot: Fields, document: string, options: Options, text?: string) {
		const { machine, calls } = machineOf(document, options);
		const config_hash = isStored ? layConfig(document) : null;
		const whole = { ...snapshot, ...("config_hash" in snapshot && { config_hash }) };
		lay(isStored ? { ...whole, config_hash } : whole, text);
		if (!isStored) {
			const result = await machine.resume("x");
			await machine.close();
			return { result, calls };
		}
		const store = await openStore(`file:${folder}`);
		const adapter = scriptedAdapter(options.script ?? {});
		const result = await resumeExecution(store, "x", {
			agents: new AgentAdapterRegistry([adapter]),
			hooks: options.hooks ?? {},
		});
		await store.close();
		return { result, calls: adapter.calls };
	}

	it.each(cases)("goes on from %s of %s", async (event, state, step, left, output) => {
		const { result, calls } = await resume(snapshotOf(event, state, step), plain, { script: ones });
		expect(result).toMatchObject({ status: "done", output, steps: 4 });
		expect(calls).toHaveLength(left);
		expect(readFileSync(join(folder, "x", "latest"), "utf8")).toBe("x/step_000004_machine_end.json");
	});

	it("gives the output of one that has ended, without a call", async () => {
		const snapshot = snapshotOf("machine_end", "end", 4, { output: { got: 1 } });
		const { result, calls } = await resume(snapshot, plain, {});
		expect(result).toMatchObject({ status: "done", output: { got: 1 } });
		expect(calls).toEqual([]);
	});

	it("keeps its totals and its parent", async () => {
		const totals = { total_api_calls: 7, total_cost: 1.5, parent_execution_id: "p" };
		const script = { a: { output: { n: 1 }, usage: { api_calls: 1 }, cost: 0.5 } };
		const { result } = await resume(snapshotOf("execute", "second", 3, totals), plain, { script });
		expect(result).toMatchObject({ status: "done", agentCalls: 8, cost: 2 });
		const last: unknown = JSON.parse(readFileSync(join(folder, "x", "step_000004_machine_end.json"), "utf8"));
		expect(last).toMatchObject({ parent_execution_id: "p", total_api_calls: 8, total_cost: 2 });
	});

	it.each(["0.4", "0.9.0", "1.0.0", "1.1.1", "2.0.0", "2.5.0", "3.0.0", "4.2.1"])(
		"of release %s is gone on with, with the fields that it had",
		async (version) => {
			const { machine: _, ...flat } = Object(snapshotOf("execute", "second", 3).context);
			const early = {
				execution_id: "x",
				machine_name: "test",
				spec_version: version,
				current_state: "second",
				context: flat,
				step: 3,
				...(version >= "0.9" && { event: "execute", created_at: "2026-03-01T12:00:00.000001+00:00" }),
				...(version >= "1.0" && { output: null, total_api_calls: null, total_cost: null }),
				...(version >= "2.0" && { waiting_channel: null, tool_loop_state: null }),
			};
			const document = plain.replace('spec_version: "4.2.1"', `spec_version: "${version}"`);
			const { result } = await resume(early, document, { script: ones });
			expect(result).toMatchObject({ status: "done", output: { word: "tea", one: null, two: 1 } });
		},
	);

	it("of the JavaScript runtime, with a depth and without null fields, is gone on with", async () => {
		const lean = Object.fromEntries(
			Object.entries(snapshotOf("execute", "second", 3)).filter(([, value]) => value !== null),
		);
		const { result } = await resume({ ...lean, depth: 2 }, plain, { script: ones });
		expect(result).toMatchObject({ status: "done", output: { word: "tea", one: null, two: 1 } });
	});

	it("with numbers that Python writes and JSON does not have is gone on with", async () => {
		const snapshot = snapshotOf("execute", "second", 3);
		const hash = isStored ? createHash("sha256").update(plain, "utf8").digest("hex") : null;
		const text = JSON.stringify({ ...snapshot, config_hash: hash }).replace(
			'"one":null',
			'"one":[NaN,-Infinity,Infinity,"NaN \\" Infinity"]',
		);
		const { result } = await resume(snapshot, plain, { script: ones }, text);
		expect(result).toMatchObject({
			status: "done",
			output: { two: 1, one: [null, -Infinity, Infinity, 'NaN " Infinity'] },
		});
	});

	it("in the middle of a tool loop does the state again", async () => {
		const chain = { messages: [{ role: "user", content: "hi" }], turns: 1, tool_calls: 2 };
		const { result, calls } = await resume(snapshotOf("tool_call", "second", 3, { tool_loop_state: chain }), plain, {
			script: ones,
		});
		expect(result).toMatchObject({ status: "done", output: { two: 1 } });
		expect(calls).toHaveLength(1);
	});

	it("that waits is woken by a signal, and its channel is the one that it waited on", async () => {
		const document = documentOf(`context: { word: input.word, got: null }
states:
  ask: { type: initial, wait_for: "c/{{ context.word }}", output_to_context: { got: output.n }, transitions: [{ to: end }] }
  end: { type: final, output: { got: context.got } }`);
		const store = await openStore(`file:${folder}`);
		await store.signals.send("c/tea", { n: 3 });
		await store.close();
		const waiting = snapshotOf("waiting", "ask", 1, { waiting_channel: "c/tea" });
		const { result } = await resume(waiting, document, {});
		expect(result).toMatchObject({ status: "done", output: { got: 3 }, steps: 2 });
	});

	it("with hooks is asked about the transition of a state that was left, and does not work again", async () => {
		const heard: string[] = [];
		const hooks: Record<string, MachineHooks> = {
			h: {
				onStateEnter(state, context) {
					heard.push(`enter ${state}`);
					return { ...context };
				},
				onTransition(from, to) {
					heard.push(`${from} to ${to}`);
					return to;
				},
			},
		};
		const document = documentOf(`context: { word: input.word, one: null, two: null }\nhooks: h\nstates:${states}`, {
			use: ["a"],
		});
		const { result, calls } = await resume(snapshotOf("state_exit", "second", 3), document, { hooks });
		expect(result).toMatchObject({ status: "done" });
		expect(heard).toEqual(["second to end", "enter end"]);
		expect(calls).toEqual([]);
	});
});

describe("a folder that something else laid out", () => {
	it("is listed with what its latest checkpoints say", async () => {
		lay(snapshotOf("execute", "second", 3));
		lay(snapshotOf("waiting", "ask", 1, { execution_id: "y", waiting_channel: "c" }));
		const store = await openStore(`file:${folder}`);
		expect(await store.persistence.listExecutions()).toMatchObject([
			{ execution_id: "x", status: "active", current_state: "second", step: 3 },
			{ execution_id: "y", status: "waiting", waiting_channel: "c" },
		]);
		await store.close();
	});

	it("whose machine has another initial state than `start` begins at that one", async () => {
		lay(snapshotOf("machine_start", "start", 0));
		const { machine } = machineOf(plain, { script: ones });
		expect(await machine.resume("x")).toMatchObject({ status: "done", output: { one: 1, two: 2 } });
		await machine.close();
	});

	it("with a state that the machine does not have is refused, and says which it has", async () => {
		lay(snapshotOf("execute", "nowhere", 3));
		const { machine } = machineOf(plain);
		await expect(machine.resume("x")).rejects.toMatchObject({
			code: "snapshot_mismatch",
			message: expect.stringContaining("`nowhere`"),
		});
		await machine.close();
	});
});

describe("machines that something else was about to launch", () => {
	const child = (name: string) => `
  ${name}:
    spec: flatmachine
    data:
      name: ${name}
      agents: { a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } } }
      context: { n: input.n }
      states:
        only: { type: initial, agent: a, input: { n: context.n }, transitions: [{ to: end }] }
        end: { type: final, output: { n: context.n } }`;
	const document = documentOf(
		`context: { word: input.word, one: null, two: null }
machines:${child("early")}${child("late")}
states:
  first: { type: initial, launch: early, launch_input: { n: 1 }, transitions: [{ to: second }] }
  second: { launch: late, launch_input: { n: 2 }, agent: a, output_to_context: { two: output.n }, transitions: [{ to: end }] }
  end: { type: final, output: { two: context.two } }`,
		{ use: ["a"] },
	);
	const intent = (id: string, machine: string, launched: boolean, n: number) => ({
		execution_id: id,
		machine,
		input: { n },
		launched,
	});

	async function launchedBy(launches: readonly Fields[], event: string, state: string, step: number) {
		lay(snapshotOf(event, state, step, { pending_launches: launches }));
		const { machine, calls } = machineOf(document, { script: { a: { n: 5 } } });
		const result = await machine.resume("x");
		const store = await machine.store();
		const executions = (await store?.persistence.listExecutions()) ?? [];
		await machine.close();
		expect(result).toMatchObject({ status: "done", output: { two: 5 } });
		return { calls, executions: executions.map((row) => `${row.execution_id} ${row.machine_name} ${row.status}`) };
	}

	it("are launched once, under the ids that were recorded for them", async () => {
		const { executions, calls } = await launchedBy(
			[intent("e-1", "early", false, 1), intent("l-1", "late", false, 2)],
			"execute",
			"second",
			2,
		);
		expect(executions).toEqual(["e-1 early done", "l-1 late done", "x test done"]);
		expect(calls).toHaveLength(3);
	});

	it("are not launched again where they were", async () => {
		const { executions } = await launchedBy([intent("e-1", "early", true, 1)], "execute", "second", 2);
		expect(executions).toEqual(["id-1 late done", "x test done"]);
	});

	it("are not launched again where their result is there", async () => {
		const store = await openStore(`file:${folder}`);
		await store.results.write("flatagents://e-1/result", { n: 1 });
		await store.close();
		const { executions } = await launchedBy([intent("e-1", "early", false, 1)], "execute", "second", 2);
		expect(executions).toEqual(["id-1 late done", "x test done"]);
	});
});

describe("an execution that we started in a folder and that was stopped in the middle", () => {
	it("is laid out as the specification has it", async () => {
		const { machine } = machineOf(plain, { script: { a: [{ n: 1 }, { throw: "E: broken" }] } });
		expect(await machine.run({ word: "tea" }, { executionId: "x" })).toMatchObject({ status: "failed" });
		await machine.close();
		const names = readdirSync(join(folder, "x")).filter((name) => !name.startsWith("."));
		expect(names.sort()).toEqual(["latest", "step_000001_execute.json", "step_000003_execute.json"]);
		expect(readFileSync(join(folder, "x", "latest"), "utf8")).toBe("x/step_000003_execute.json");
		const [config = ""] = readdirSync(join(folder, "_configs"));
		const latest: Fields = JSON.parse(readFileSync(join(folder, "x", "step_000003_execute.json"), "utf8"));
		expect(Object.keys(latest)).toEqual(Object.keys(snapshotOf("execute", "second", 3)));
		expect(config).toBe(`${latest.config_hash}.yml`);
		const text = readFileSync(join(folder, "_configs", config), "utf8");
		expect(createHash("sha256").update(text, "utf8").digest("hex")).toBe(latest.config_hash);
	});

	it("goes on without anything that is ours: log, progress and rows", async () => {
		const { machine } = machineOf(plain, { script: { a: [{ n: 1 }, { throw: "E: broken" }] } });
		await machine.run({ word: "tea" }, { executionId: "x" });
		await machine.close();
		const whole = readFileSync(join(folder, "x", "step_000003_execute.json"), "utf8");
		const configs = readdirSync(join(folder, "_configs")).map(
			(name) => [name, readFileSync(join(folder, "_configs", name), "utf8")] as const,
		);
		rmSync(folder, { recursive: true });
		mkdirSync(join(folder, "_configs"), { recursive: true });
		for (const [name, text] of configs) writeFileSync(join(folder, "_configs", name), text);
		lay(JSON.parse(whole), whole);
		const store = await openStore(`file:${folder}`);
		const adapter = scriptedAdapter({ a: { n: 2 } });
		const result = await resumeExecution(store, "x", { agents: new AgentAdapterRegistry([adapter]) });
		await store.close();
		expect(result).toMatchObject({ status: "done", output: { word: "tea", one: 1, two: 2 } });
		expect(adapter.calls).toHaveLength(1);
	});
});
