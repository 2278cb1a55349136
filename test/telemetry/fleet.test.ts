/** A trace goes on from the process that starts an execution to the workers that run its children, and that resume it. */
import { randomUUID } from "node:crypto";
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openBullQueue } from "../../adapters/bullmq/index.ts";
import { startFleetWorker } from "../../runtime/fleet/fleet-worker.ts";
import { silentLogger } from "../../runtime/logging/logger.ts";
import type { CompileOptions } from "../../src/compile.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { capabilitiesOf, fleetMachines } from "../../src/fleet-machines.ts";
import { openStore } from "../../src/open-store.ts";
import { until } from "../fleet/fleet-on-redis.ts";
import { documentOf } from "../runtime/flat.ts";
import { redisForTests } from "../servers/redis.ts";
import { removeKeys } from "../stores/redis-harness.ts";
import { recording } from "./traced.ts";

beforeAll(() => {
	context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());

const server = await redisForTests();

if ("reason" in server) {
	describe("traces of a fleet", () => {
		it.skip(`is not tested: ${server.reason}`);
	});
} else {
	afterAll(() => server.stop());

	it("has the children on a worker and the resumed parent in the trace of the process that started it", async () => {
		const prefix = `test-${randomUUID()}`;
		const url = `${server.url}?prefix=${prefix}`;
		onTestFinished(() => removeKeys(server.url, prefix));
		const open = async () => {
			const store = await openStore(url);
			onTestFinished(() => store.close());
			const queue = await openBullQueue(url);
			onTestFinished(() => queue.close());
			return { store, queue };
		};
		const here = await open();
		const there = await open();
		const starter = recording();
		const worker = recording();

		const config = documentOf(`
machines:
  inner:
    spec: flatmachine
    spec_version: "4.2.1"
    data:
      name: inner
      agents: { w: { spec: flatagent, data: { model: { provider: openai, name: m }, user: hi } } }
      states:
        work: { type: initial, agent: w, transitions: [{ to: end }] }
        end: { type: final }
states:
  call: { type: initial, machine: inner, transitions: [{ to: done }] }
  done: { type: final }
`);
		const machine = new FlatMachine({ config, store: here.store, telemetry: starter.telemetry });
		const invoker = { kind: "queue", queue: here.queue, window: 10 } as const;
		const parked = await machine.run({}, { executionId: "p1", invoker });
		expect(parked.status).toBe("waiting");

		const options: CompileOptions = { script: { w: "yes" }, telemetry: worker.telemetry };
		await using running = await startFleetWorker({
			...there,
			machines: fleetMachines(there.store, options),
			capabilities: capabilitiesOf(options),
			workerId: "w1",
			logger: silentLogger,
		});
		await until("the parent ends", async () => {
			const stored = await there.store.persistence.loadExecution("p1");
			return stored?.summary.status === "done" || undefined;
		});
		await running.stop();

		const parent = starter.span("invoke_workflow test");
		const child = worker.span("invoke_workflow inner");
		const resumed = worker.span("invoke_workflow test");
		const { traceId, spanId } = parent.spanContext();
		const all = [...starter.spans(), ...worker.spans()];
		expect(new Set(all.map((span) => span.spanContext().traceId))).toEqual(new Set([traceId]));
		const starters = starter.spans().map((span) => span.spanContext().spanId);
		expect(starters).toContain(child.parentSpanContext?.spanId);
		expect(resumed.parentSpanContext?.spanId).toBe(spanId);
		expect(resumed.links.map((link) => [link.attributes?.["flatstate.link"], link.context.spanId])).toEqual([
			["resumes", spanId],
		]);
		expect(worker.span("invoke_agent w").spanContext().traceId).toBe(traceId);
	});
}
