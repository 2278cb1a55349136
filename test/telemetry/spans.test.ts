import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import type { Context } from "../../runtime/hooks/hooks.ts";
import { recording, traced } from "./traced.ts";

const worker = `
context: { n: input.n }
states:
  begin: { type: initial, transitions: [{ to: work }] }
  work: { agent: w, input: { n: context.n }, transitions: [{ to: end }] }
  end: { type: final, output: { n: context.n } }
`;

const workerTree = ["invoke_workflow test", "  state begin", "  state work", "    invoke_agent w", "  state end"];

describe("the spans of a run", () => {
	it("are execution, state, and below it agents, actions and children with their own states", async () => {
		const record = recording();
		const machine = traced(
			`
machines: { worker: ./worker.yml }
states:
  start: { type: initial, transitions: [{ to: write }] }
  write: { agent: w, transitions: [{ to: count }] }
  count: { action: count, hooks: counter, transitions: [{ to: fan }] }
  fan: { foreach: "{{ [1, 2] }}", as: n, machine: worker, input: { n: n }, transitions: [{ to: done }] }
  done: { type: final, output: {} }
`,
			record.telemetry,
			{
				use: ["w"],
				files: { "worker.yml": worker },
				script: { w: "hello" },
				hooks: { counter: { onAction: (_name: string, context: Context) => context } },
			},
		);
		const result = await machine.run({}, { executionId: "run-1" });
		expect(result.status).toBe("done");
		expect(record.tree().split("\n")).toEqual([
			"invoke_workflow test",
			"  state start",
			"  state write",
			"    invoke_agent w",
			"  state count",
			"    action count",
			"  state fan",
			...workerTree.map((line) => `    ${line}`),
			...workerTree.map((line) => `    ${line}`),
			"  state done",
		]);
	});

	it("are one for each step, also of states without effects, in a loop, and behind hooks", async () => {
		const record = recording();
		const machine = traced(
			`
states:
  a: { type: initial, transitions: [{ condition: context.machine.step >= 5, to: end }, { to: b }] }
  b: { transitions: [{ to: a }] }
  end: { type: final }
`,
			record.telemetry,
			{
				hooks: {
					onMachineStart: (context: Context) => context,
					onStateEnter: (_state: string, context: Context) => context,
				},
			},
		);
		const { steps } = await machine.run();
		expect(steps).toBe(6);
		expect(
			record
				.tree()
				.split("\n")
				.map((line) => line.trim()),
		).toEqual(["invoke_workflow test", ...["a", "b", "a", "b", "a", "end"].map((state) => `state ${state}`)]);
	});

	it("say in the words of the GenAI conventions what was run and called, and what it took", async () => {
		const record = recording();
		const machine = traced(
			`
states:
  write: { type: initial, agent: w, input: { topic: tea }, transitions: [{ to: done }] }
  done: { type: final }
`,
			record.telemetry,
			{
				use: ["w"],
				script: {
					w: {
						content: "hello",
						cost: 0.25,
						finish_reason: "stop",
						usage: { api_calls: 1, input_tokens: 7, output_tokens: 2, cache_read_tokens: 3 },
						provider_data: { model: "m-2026" },
						raw: { id: "answer-1" },
					},
				},
			},
		);
		await machine.run({}, { executionId: "run-1" });
		const agent = record.span("invoke_agent w");
		expect(agent.kind).toBe(SpanKind.INTERNAL);
		expect(agent.attributes).toEqual({
			"gen_ai.operation.name": "invoke_agent",
			"gen_ai.agent.name": "w",
			"gen_ai.response.model": "m-2026",
			"gen_ai.response.id": "answer-1",
			"gen_ai.response.finish_reasons": ["stop"],
			"gen_ai.usage.input_tokens": 7,
			"gen_ai.usage.output_tokens": 2,
			"gen_ai.usage.cache_read.input_tokens": 3,
			"flatstate.agent.type": "flatagent",
			"flatstate.agent.attempt": "1",
			"flatstate.cost": 0.25,
		});
		expect(record.span("state write").attributes).toEqual({
			"flatstate.state": "write",
			"flatstate.step": 1,
			"flatstate.execution.id": "run-1",
		});
		expect(record.span("invoke_workflow test").attributes).toEqual({
			"gen_ai.operation.name": "invoke_workflow",
			"gen_ai.workflow.name": "test",
			"flatstate.execution.id": "run-1",
			"flatstate.execution.depth": 0,
			"flatstate.execution.resumed": false,
			"flatstate.execution.status": "done",
			"flatstate.execution.steps": 2,
			"flatstate.execution.agent_calls": 1,
			"flatstate.execution.input_tokens": 7,
			"flatstate.execution.output_tokens": 2,
			"flatstate.cost": 0.25,
		});
		expect(record.spans().map(({ status }) => status.code)).toEqual(Array(4).fill(SpanStatusCode.UNSET));
	});

	it("begin and end with what they stand for, each within the one above", async () => {
		const record = recording();
		const machine = traced(
			`
states:
  write: { type: initial, agent: w, transitions: [{ to: done }] }
  done: { type: final }
`,
			record.telemetry,
			{ use: ["w"], script: { w: "hello" } },
		);
		await machine.run();
		expect(record.order).toEqual([
			...["+invoke_workflow test", "+state write", "+invoke_agent w", "-invoke_agent w", "-state write"],
			...["+state done", "-state done", "-invoke_workflow test"],
		]);
	});

	it("are none where telemetry is switched off", async () => {
		const record = recording();
		const machine = traced("states: { a: { type: initial, transitions: [{ to: b }] }, b: { type: final } }", false);
		expect((await machine.run()).status).toBe("done");
		expect(record.spans()).toEqual([]);
	});
});
