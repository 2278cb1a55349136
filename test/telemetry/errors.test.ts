/** What failed is an error of its span: with its type, and with its message only where content is recorded. */
import { SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { recording, traced } from "./traced.ts";

const { ERROR, UNSET } = SpanStatusCode;

function statuses(record: ReturnType<typeof recording>): unknown[] {
	return record.spans().map(({ name, status, attributes }) => [name, status.code, attributes["error.type"]]);
}

describe("a failure", () => {
	it("that `on_error` routes is one of the call and the state, and none of the run", async () => {
		const record = recording();
		const machine = traced(
			`
states:
  work: { type: initial, agent: w, on_error: mend, transitions: [{ to: mend }] }
  mend: { type: final, output: { ok: "yes" } }
`,
			record.telemetry,
			{ use: ["w"], script: { w: { throw: "TypeError: no" } } },
		);
		expect((await machine.run()).status).toBe("done");
		expect(statuses(record)).toEqual([
			["invoke_workflow test", UNSET, undefined],
			["state work", ERROR, "TypeError"],
			["invoke_agent w", ERROR, "TypeError"],
			["state mend", UNSET, undefined],
		]);
	});

	it("that nothing routes is also one of the run, and of the machines above", async () => {
		const record = recording();
		const machine = traced(
			`
machines: { inner: ./inner.yml }
states:
  call: { type: initial, machine: inner, transitions: [{ to: done }] }
  done: { type: final }
`,
			record.telemetry,
			{
				use: ["w"],
				files: {
					"inner.yml":
						"states: { work: { type: initial, agent: w, transitions: [{ to: end }] }, end: { type: final } }",
				},
				script: { w: { error: { type: "AuthError", code: "auth_error", message: "go away", retryable: false } } },
			},
		);
		expect((await machine.run()).status).toBe("failed");
		expect(statuses(record)).toEqual([
			["invoke_workflow test", ERROR, "AuthError"],
			["state call", ERROR, "AuthError"],
			["invoke_workflow test", ERROR, "AuthError"],
			["state work", ERROR, "AuthError"],
			["invoke_agent w", ERROR, "AuthError"],
		]);
		const [root] = record.spans();
		expect(root?.attributes["flatstate.execution.status"]).toBe("failed");
	});

	it("of a condition is one of the state that it belongs to, though no actor has worked there", async () => {
		const record = recording();
		const machine = traced(
			`
context: { n: input.n }
states:
  ask: { type: initial, transitions: [{ condition: context.n > 3, to: done }, { to: done }] }
  done: { type: final }
`,
			record.telemetry,
		);
		expect((await machine.run({ n: "text" })).status).toBe("failed");
		expect(statuses(record)).toEqual([
			["invoke_workflow test", ERROR, "ExpressionError"],
			["state ask", ERROR, "ExpressionError"],
		]);
	});

	it("of an action is one of its span", async () => {
		const record = recording();
		const machine = traced(
			`
states:
  act: { type: initial, action: go, hooks: h, transitions: [{ to: done }] }
  done: { type: final }
`,
			record.telemetry,
			{
				hooks: {
					h: {
						onAction() {
							throw new RangeError("too far");
						},
					},
				},
			},
		);
		expect((await machine.run()).status).toBe("failed");
		expect(record.span("action go").status).toEqual({ code: ERROR, message: "RangeError" });
	});

	it("has its message where content is recorded", async () => {
		const record = recording({ content: true });
		const machine = traced(
			"states: { work: { type: initial, agent: w, transitions: [{ to: done }] }, done: { type: final } }",
			record.telemetry,
			{ use: ["w"], script: { w: { throw: "TypeError: no tea" } } },
		);
		expect((await machine.run()).status).toBe("failed");
		expect(record.span("invoke_agent w").status).toEqual({ code: ERROR, message: "no tea" });
	});
});

describe("a run that does not come to its end", () => {
	it("says that it waits, and for its limit that it was stopped, without an error", async () => {
		const waiting = recording();
		const waits = traced(
			"states: { wait: { type: initial, wait_for: go, transitions: [{ to: done }] }, done: { type: final } }",
			waiting.telemetry,
		);
		expect((await waits.run()).status).toBe("waiting");
		const end = waiting.span("invoke_workflow test");
		expect([end.status.code, end.attributes["flatstate.execution.status"]]).toEqual([UNSET, "waiting"]);
		expect(waiting.span("state wait").status.code).toBe(UNSET);

		const limited = recording();
		const loops = traced(
			"states: { a: { type: initial, transitions: [{ condition: context.machine.step > 100, to: b }, { to: a }] }, b: { type: final } }",
			limited.telemetry,
		);
		expect((await loops.run({}, { maxSteps: 3 })).status).toBe("stopped");
		const stopped = limited.span("invoke_workflow test");
		expect(stopped.status.code).toBe(UNSET);
		expect(stopped.attributes).toMatchObject({
			"flatstate.execution.status": "stopped",
			"flatstate.execution.reason": "max_steps",
			"flatstate.execution.steps": 3,
		});
	});

	it("says that it was aborted, also of its children and its calls", async () => {
		const record = recording();
		const controller = new AbortController();
		const machine = traced(
			`
machines: { inner: ./inner.yml }
states:
  call: { type: initial, machine: inner, transitions: [{ to: done }] }
  done: { type: final }
`,
			record.telemetry,
			{
				use: ["w"],
				files: {
					"inner.yml":
						"states: { work: { type: initial, agent: w, transitions: [{ to: end }] }, end: { type: final } }",
				},
				script: {
					w: ({ signal }) => {
						const aborted = new Promise<never>((_, reject) => {
							signal?.addEventListener("abort", () => reject(signal.reason));
						});
						controller.abort();
						return aborted;
					},
				},
			},
		);
		expect((await machine.run({}, { signal: controller.signal })).status).toBe("stopped");
		expect(statuses(record)).toEqual([
			["invoke_workflow test", UNSET, undefined],
			["state call", UNSET, undefined],
			["invoke_workflow test", UNSET, undefined],
			["state work", UNSET, undefined],
			["invoke_agent w", ERROR, "AbortError"],
		]);
		const executions = record.spans().filter(({ name }) => name === "invoke_workflow test");
		expect(executions.map(({ attributes }) => attributes["flatstate.execution.reason"])).toEqual([
			"aborted",
			"aborted",
		]);
	});
});
