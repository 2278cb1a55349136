/** Spans of retries, samples, votes, launches, and of agents that somebody else answers for. */
import { describe, expect, it } from "vitest";
import { fromPromise } from "xstate";
import { actorName } from "../../compiler/xstate/names.ts";
import { runMachine } from "../../runtime/machine/run-machine.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf } from "../runtime/flat.ts";
import { recording, traced } from "./traced.ts";

const work = (execution: string) => `
states:
  work: { type: initial, agent: w, execution: ${execution}, transitions: [{ to: done }] }
  done: { type: final }
`;

function attempts(record: ReturnType<typeof recording>): unknown[] {
	const state = record.span("state work").spanContext().spanId;
	const calls = record.spans().filter(({ name }) => name === "invoke_agent w");
	expect(calls.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(calls.map(() => state));
	return calls.map(({ attributes, status }) => [
		attributes["flatstate.agent.attempt"],
		status.code,
		attributes["error.type"],
	]);
}

describe("calls of one state", () => {
	it("have a span for each attempt of a retry, and an event for each back-off", async () => {
		const record = recording();
		const script = { w: [{ throw: "TypeError: no" }, { error: { type: "RateLimitError", retryable: true } }, "yes"] };
		const machine = traced(work("{ type: retry, backoffs: [0, 0], jitter: 0 }"), record.telemetry, {
			use: ["w"],
			script,
		});
		expect((await machine.run()).status).toBe("done");
		expect(attempts(record)).toEqual([
			["1", 2, "TypeError"],
			["2", 2, "RateLimitError"],
			["3", 0, undefined],
		]);
		const { events, status } = record.span("state work");
		expect(status.code).toBe(0);
		expect(events.map(({ name, attributes }) => [name, attributes])).toEqual([
			["retry", { "flatstate.retry.attempt": 1, "flatstate.retry.delay": 0, "error.type": "TypeError" }],
			["retry", { "flatstate.retry.attempt": 2, "flatstate.retry.delay": 0, "error.type": "RateLimitError" }],
		]);
	});

	it("have a span for each sample and each vote", async () => {
		for (const [execution, names] of [
			["{ type: parallel, n_samples: 3 }", ["sample.1", "sample.2", "sample.3"]],
			["{ type: mdap_voting, k_margin: 2, max_candidates: 5 }", ["vote.1", "vote.2"]],
		] as const) {
			const record = recording();
			const machine = traced(work(execution), record.telemetry, { use: ["w"], script: { w: "yes" } });
			expect((await machine.run()).status).toBe("done");
			expect(attempts(record)).toEqual(names.map((name) => [name, 0, undefined]));
		}
	});

	it("have a span where an actor answers in the agent's place, and where the run is inspected", async () => {
		const record = recording();
		const machine = traced(work("{ type: default }"), record.telemetry, { use: ["w"], script: { w: "yes" } });
		const inspected = await machine.run({}, { inspect: () => undefined });
		expect(inspected.status).toBe("done");
		expect(attempts(record)).toEqual([["1", 0, undefined]]);

		const other = recording();
		const overridden = traced(work("{ type: default }"), other.telemetry, { use: ["w"], script: {} });
		const { set, plan } = overridden;
		const answer = fromPromise(async () => ({ content: "mine", usage: { input_tokens: 4 } }));
		const result = await runMachine(
			{
				services: set.services,
				plan: (id) => set.plan(id),
				config: (id) => set.config(id),
				portableId: (id) => set.portableId(id),
				planOf: (id) => set.planOf(id),
				configText: (id) => set.configText(id),
				requires: (id) => set.requires(id),
				machine: (id) => set.machine(id).provide({ actors: { [actorName.agent("w")]: answer } }),
			},
			plan.id,
			{},
		);
		expect(result.status).toBe("done");
		expect(attempts(other)).toEqual([["1", 0, undefined]]);
		expect(other.span("invoke_agent w").attributes["gen_ai.usage.input_tokens"]).toBe(4);
	});

	it("name the model that the executor asks, and its provider", async () => {
		const record = recording();
		const machine = new FlatMachine({
			config: documentOf(work("{ type: default }"), { use: ["w"] }),
			agents: [
				{
					typeName: "flatagent",
					createExecutor: () => ({ model: { provider: "mistral", name: "large" }, execute: () => "hi" }),
				},
			],
			telemetry: record.telemetry,
		});
		await machine.run();
		expect(record.span("invoke_agent w").attributes).toMatchObject({
			"gen_ai.provider.name": "mistral_ai",
			"gen_ai.request.model": "large",
		});
	});
});

describe("a launched machine", () => {
	it("has its execution below the state that launched it, also when that has ended", async () => {
		const record = recording();
		const machine = traced(
			`
machines: { later: ./later.yml }
states:
  start: { type: initial, launch: later, transitions: [{ to: done }] }
  done: { type: final }
`,
			record.telemetry,
			{
				use: ["w"],
				files: {
					"later.yml":
						"states: { work: { type: initial, agent: w, transitions: [{ to: end }] }, end: { type: final } }",
				},
				script: { w: "hello" },
			},
		);
		await machine.run({}, { executionId: "root" });
		const start = record.span("state start").spanContext();
		const launched = record.spans().find(({ attributes }) => attributes["flatstate.execution.parent_id"] === "root");
		expect(launched?.parentSpanContext?.spanId).toBe(start.spanId);
		expect(launched?.spanContext().traceId).toBe(start.traceId);
		expect(record.tree()).toContain("    invoke_workflow test\n      state work\n        invoke_agent w");
	});
});

describe("children", () => {
	it("of a race that was lost end as given up, without an error", async () => {
		const record = recording();
		const quick = "states: { a: { type: initial, transitions: [{ to: b }] }, b: { type: final } }";
		const slow = "states: { work: { type: initial, agent: slow, transitions: [{ to: b }] }, b: { type: final } }";
		const machine = traced(
			`
machines: { quick: ./quick.yml, slow: ./slow.yml }
states:
  race: { type: initial, machine: [slow, quick], mode: any, transitions: [{ to: done }] }
  done: { type: final }
`,
			record.telemetry,
			{
				use: ["slow"],
				files: { "quick.yml": quick, "slow.yml": slow },
				script: {
					slow: ({ signal }) =>
						new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
				},
			},
		);
		expect((await machine.run()).status).toBe("done");
		const ends = record
			.spans()
			.filter(({ attributes }) => attributes["flatstate.execution.depth"] === 1)
			.map(({ attributes, status }) => [
				attributes["flatstate.execution.status"],
				attributes["flatstate.execution.reason"],
				status.code,
			]);
		expect(ends).toEqual([
			["stopped", "given_up", 0],
			["done", undefined, 0],
		]);
	});
});
