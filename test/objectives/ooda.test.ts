/** `builtin:ooda`: cycles, agents of the calling machine, stored configurations (fsm-agent-flow 8, 18.7 and vector 18). */
import { describe, expect, it } from "vitest";
import type { AgentScript } from "../../adapters/scripted/index.ts";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import { compile, compileFile, validate } from "../../src/compile.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { flat } from "../runtime/flat.ts";

const calling = (more = "") => `
machines: { ooda: builtin:ooda }
profiles: { model_profiles: { small: { provider: p, name: m } }, default: small }
context: { task: input.task, max: input.max, answer: null, error: null }
${more}
states:
  work:
    type: initial
    machine: ooda
    input: { task: context.task, max_cycles: context.max, start: some notes }
    output_to_context: { answer: output }
    on_error: { MaxRetriesExceeded: failed }
    transitions: [{ to: done }]
  failed: { type: final, output: { why: context.last_error } }
  done: { type: final, output: { answer: context.answer } }`;

const plain = { observer: "seen", analyst: "understood", decider: "chosen" };

async function ran(executor: AgentScript[string & keyof AgentScript], input: Readonly<Record<string, unknown>>) {
	const { run, calls } = flat(calling(), { script: { ...plain, executor } as AgentScript });
	const result = await run(input);
	return { result, calls };
}

describe("builtin:ooda", () => {
	it("goes through so many cycles as are allowed while the task is not complete", async () => {
		const { result, calls } = await ran({ content: "done a bit", complete: false } as never, { task: "Tidy", max: 3 });
		expect(result).toMatchObject({
			status: "done",
			output: { answer: { result: "done a bit", cycles: 3, complete: false } },
			agentCalls: 12,
		});
		const prompts = calls.filter(({ agentName }) => agentName === "executor").map(({ call }) => call.input);
		expect(prompts.map(({ cycle, max_cycles }) => [cycle, max_cycles])).toEqual([
			[1, 3],
			[2, 3],
			[3, 3],
		]);
		const seen = calls.filter(({ agentName }) => agentName === "observer").map(({ call }) => call.input.material);
		expect(seen).toEqual(["some notes", "done a bit", "done a bit"]);
	});

	it("has five cycles where the caller does not say", async () => {
		const { result } = await ran({ content: "x", complete: false } as never, { task: "Tidy" });
		expect(result).toMatchObject({ output: { answer: { cycles: 5 } }, agentCalls: 20 });
	});

	it.each([
		["says so in its output", { output: { content: "all", complete: true } }, "all"],
		["says so in a plain text", "TASK COMPLETE: all", "TASK COMPLETE: all"],
	])("ends when the executor %s", async (_, executor, text) => {
		const { result } = await ran(executor as never, { task: "Tidy", max: 3 });
		expect(result).toMatchObject({ output: { answer: { result: text, cycles: 1, complete: true } }, agentCalls: 4 });
	});

	it("fails with MaxRetriesExceeded of the phase that stays blank, which the caller routes", async () => {
		const { run, calls } = flat(calling(), { script: { ...plain, observer: "  ", executor: "x" } });
		expect(await run({ task: "Tidy" })).toMatchObject({
			status: "done",
			output: { why: expect.stringContaining("`observe`") },
		});
		expect(calls.map(({ agentName }) => agentName)).toEqual(["observer", "observer", "observer", "observer"]);
		expect(calls[1]?.call.input.feedback).toBe("has_observations: Not blank");
	});

	it("calls agents of the calling machine in place of its own of the same names", () => {
		const more =
			"agents: { executor: { spec: flatagent, data: { model: { provider: mine, name: big }, user: Do it } } }";
		const { plans, diagnostics } = compile(document(calling(more)));
		const plan = [...plans.values()].find(({ name }) => name === "ooda");
		expect(plan?.agents.executor?.config).toMatchObject({ data: { model: { provider: "mine" } } });
		expect(plan?.agents.observer?.config).toMatchObject({ data: { name: "observer" } });
		expect(plan?.agents.observer?.profiles?.default).toBe("small");
		expect(diagnostics).toEqual([]);
	});

	it("says where no model is known for its agents, and where there is no such machine", () => {
		const without = calling().replace(/profiles: .*\n/, "");
		const [warning, ...others] = validate(document(without));
		expect([warning?.code, others]).toEqual(["FS3010", []]);
		const wrong = validate(document(calling().replace("builtin:ooda", "builtin:oodo")));
		expect(wrong.map(({ code, suggestion }) => [code, suggestion])).toContainEqual(["FS3006", "known: `builtin:ooda`"]);
	});

	it("compiles by itself, without a word", () => {
		const { plan, diagnostics } = compileFile("builtin:ooda", { loader: memoryLoader({}) });
		expect(plan.name).toBe("ooda");
		expect(diagnostics).toEqual([]);
		expect(() => compileFile("builtin:none", { loader: memoryLoader({}) })).toThrow(
			/no packaged machine `builtin:none`/,
		);
	});

	it("goes on from a stored configuration, by itself and as a child", async () => {
		await using store = openMemoryStore();
		const script: AgentScript = { ...plain, executor: { content: "all", complete: true } };
		const more = "agents: { executor: { spec: flatagent, data: { model: { provider: p, name: big }, user: Do it } } }";
		const config = document(calling(more));
		const first = await new FlatMachine({ config, store, script }).run({ task: "Tidy" }, { maxAgentCalls: 2 });
		expect(first.status).toBe("stopped");
		const second = await new FlatMachine({ config, store, script }).resume(first.executionId, { maxAgentCalls: 9 });
		expect(second).toMatchObject({ status: "done", output: { answer: { result: "all" } } });
	});
});

function document(data: string): string {
	return `spec: flatmachine\nspec_version: "4.2.1"\ndata:\n${data.replace(/^/gm, "  ")}`;
}
