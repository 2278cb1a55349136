/** A resumed run belongs to the trace of its first life, links to it, and is a span of its own. */
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { type Recording, recording, traced } from "./traced.ts";

beforeAll(() => {
	context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());

const inner = `
states:
  first: { type: initial, agent: w, transitions: [{ to: second }] }
  second: { agent: v, transitions: [{ to: end }] }
  end: { type: final }
`;

const outer = `
machines: { inner: ./inner.yml }
states:
  call: { type: initial, machine: inner, transitions: [{ to: done }] }
  done: { type: final }
`;

function executions(record: Recording) {
	return record.spans().filter(({ name }) => name.startsWith("invoke_workflow"));
}

function idOf(span: ReturnType<Recording["span"]> | undefined): string | undefined {
	return span?.spanContext().spanId;
}

/** A run that is aborted while agent `v` is asked, and what was recorded of it. */
async function firstLife(store = openMemoryStore()) {
	const record = recording();
	const controller = new AbortController();
	const script = {
		w: "hello",
		v: () => {
			controller.abort();
			return new Promise<string>(() => undefined);
		},
	};
	const options = { use: ["w", "v"], files: { "inner.yml": inner }, store };
	const machine = traced(outer, record.telemetry, { ...options, script });
	const result = await machine.run({}, { executionId: "run-1", signal: controller.signal });
	expect(result.status).toBe("stopped");
	return { record, options };
}

describe("a run that is resumed", () => {
	it("goes on in the same trace with spans of its own, each linked to the one of its first life", async () => {
		const { record: before, options } = await firstLife();
		const record = recording();
		const machine = traced(outer, record.telemetry, { ...options, script: { v: "there" } });
		expect((await machine.resume("run-1")).status).toBe("done");

		const [root, child] = executions(record);
		const [earlierRoot, earlierChild] = executions(before);
		expect(root?.spanContext().traceId).toBe(earlierRoot?.spanContext().traceId);
		expect(root?.parentSpanContext).toMatchObject({ spanId: idOf(earlierRoot), isRemote: true });
		expect(root?.links.map(({ context: { spanId }, attributes }) => [spanId, attributes])).toEqual([
			[idOf(earlierRoot), { "flatstate.link": "resumes" }],
		]);
		expect(root?.attributes["flatstate.execution.resumed"]).toBe(true);
		expect(child?.parentSpanContext?.spanId).toBe(idOf(record.span("state call")));
		expect(child?.links.map((link) => link.context.spanId)).toEqual([idOf(earlierChild)]);
		expect(child?.attributes["flatstate.execution.resumed"]).toBe(true);
		// What had finished is not called again, and so has no span.
		expect(
			record
				.tree()
				.split("\n")
				.map((line) => line.trim()),
		).toEqual([
			"invoke_workflow test",
			"state call",
			"invoke_workflow test",
			"state second",
			"invoke_agent v",
			"state end",
			"state done",
		]);
	});

	it("links to its first life however often it is resumed", async () => {
		const { record: before, options } = await firstLife();
		const limited = recording();
		const again = traced(outer, limited.telemetry, { ...options, script: { v: { throw: "TypeError: no" } } });
		expect((await again.resume("run-1")).status).toBe("failed");
		const record = recording();
		const machine = traced(outer, record.telemetry, { ...options, script: { v: "there" } });
		expect((await machine.resume("run-1")).status).toBe("done");
		const [first] = executions(before);
		for (const life of [limited, record]) {
			const [root] = executions(life);
			expect(root?.links.map((link) => link.context.spanId)).toEqual([idOf(first)]);
		}
	});

	it("also links to whatever was active where it is resumed", async () => {
		const { options } = await firstLife();
		const record = recording();
		const machine = traced(outer, record.telemetry, { ...options, script: { v: "there" } });
		const request = record.telemetry.tracerProvider?.getTracer("test").startSpan("request");
		if (!request) throw new Error("no tracer");
		await context.with(trace.setSpan(context.active(), request), () => machine.resume("run-1"));
		const [root] = executions(record);
		expect(root?.links.map((link) => link.attributes)).toEqual([
			{ "flatstate.link": "resumes" },
			{ "flatstate.link": "resumed_by" },
		]);
		expect(root?.links[1]?.context.spanId).toBe(request.spanContext().spanId);
	});

	it("begins a trace where its first life had none", async () => {
		const store = openMemoryStore();
		const waits =
			"states: { wait: { type: initial, wait_for: go, transitions: [{ to: done }] }, done: { type: final } }";
		await traced(waits, false, { store }).run({}, { executionId: "run-1" });
		await store.signals.send("go", null);
		const record = recording();
		expect((await traced(waits, record.telemetry, { store }).resume("run-1")).status).toBe("done");
		const root = record.span("invoke_workflow test");
		expect(root.parentSpanContext).toBeUndefined();
		expect(root.links).toEqual([]);
		expect(root.attributes["flatstate.execution.resumed"]).toBe(true);
	});

	it("takes what it has launched along, below itself and linked to the launched machine's first life", async () => {
		const store = openMemoryStore();
		const later = "states: { work: { type: initial, agent: v, transitions: [{ to: end }] }, end: { type: final } }";
		const data = `
machines: { later: ./later.yml }
states:
  start: { type: initial, launch: later, transitions: [{ to: wait }] }
  wait: { wait_for: go, transitions: [{ to: done }] }
  done: { type: final }
`;
		const options = { use: ["v"], files: { "later.yml": later }, store };
		const before = recording();
		const controller = new AbortController();
		const stuck = () => {
			controller.abort();
			return new Promise<string>(() => undefined);
		};
		await traced(data, before.telemetry, { ...options, script: { v: stuck } }).run(
			{},
			{ executionId: "run-1", signal: controller.signal },
		);
		await store.signals.send("go", null);
		const record = recording();
		const machine = traced(data, record.telemetry, { ...options, script: { v: "there" } });
		expect((await machine.resume("run-1")).status).toBe("done");
		const isLaunched = ({ attributes }: { attributes: Record<string, unknown> }) =>
			attributes["flatstate.execution.parent_id"] === "run-1";
		const launched = executions(record).find(isLaunched);
		const first = executions(before).find(isLaunched);
		expect(launched?.spanContext().traceId).toBe(first?.spanContext().traceId);
		expect(launched?.links.map((link) => link.context.spanId)).toEqual([idOf(first)]);
	});

	it("of another program's making, or with a trace that cannot be read, runs all the same", async () => {
		const { readTraceparent } = await import("../../adapters/telemetry/traceparent.ts");
		const trace = "1".repeat(32);
		expect(readTraceparent(`00-${trace}-${"2".repeat(16)}-01`)).toMatchObject({ traceId: trace, traceFlags: 1 });
		for (const text of ["", "00", `00-${"0".repeat(32)}-${"2".repeat(16)}-01`, `01-${trace}-2-01`, undefined]) {
			expect(readTraceparent(text)).toBeUndefined();
		}
	});
});
