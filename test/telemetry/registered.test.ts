/** Runs tell whichever SDK the process has registered, and nothing is loaded or followed where there is none. */
import { context, metrics, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { afterEach, expect, it } from "vitest";
import { openTelemetry } from "../../adapters/telemetry/open-telemetry.ts";
import { hasOpenTelemetry } from "../../adapters/telemetry/registered.ts";
import { createServices } from "../../src/services.ts";
import { flat } from "../runtime/flat.ts";
import { recording } from "./traced.ts";

const work = `
states:
  work: { type: initial, agent: w, transitions: [{ to: done }] }
  done: { type: final }
`;

afterEach(() => {
	for (const api of [trace, metrics, context]) api.disable();
});

it("finds nobody before anything is registered, though the API is loaded", () => {
	// Nothing before this test registers anything: what is asked for here must stay the first.
	expect(hasOpenTelemetry()).toBe(false);
	expect(createServices({}).telemetry?.()).toBeUndefined();
	expect(createServices({ telemetry: false }).telemetry).toBeUndefined();
	expect(openTelemetry()).toBeUndefined();
});

it("finds an SDK that is registered after the machine was made", async () => {
	const { machine } = flat(work, { use: ["w"], script: { w: "hello" } });
	await machine.run();
	const record = recording();
	const { tracerProvider, meterProvider } = record.telemetry;
	if (!tracerProvider || !meterProvider) throw new Error("no providers");
	trace.setGlobalTracerProvider(tracerProvider);
	metrics.setGlobalMeterProvider(meterProvider);
	expect(hasOpenTelemetry()).toBe(true);
	await machine.run();
	expect(record.tree().split("\n")).toEqual([
		"invoke_workflow test",
		"  state work",
		"    invoke_agent w",
		"  state done",
	]);
	expect(await record.metric("flatagents.agent.executions")).toMatchObject([{ value: 1 }]);
});

it("begins below what is active, and is itself active while an agent or an action is called", async () => {
	context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
	const record = recording();
	const { tracerProvider } = record.telemetry;
	const tracer = tracerProvider?.getTracer("test");
	if (!tracer) throw new Error("no tracer");
	const http = (name: string) => tracer.startSpan(name).end();
	const { machine } = flat(
		`
states:
  work: { type: initial, agent: w, transitions: [{ to: act }] }
  act: { action: go, hooks: h, transitions: [{ to: done }] }
  done: { type: final }
`,
		{
			use: ["w"],
			script: {
				async w() {
					await Promise.resolve();
					http("POST model");
					return "hello";
				},
			},
			hooks: {
				h: {
					onAction: (_name: string, given: object) => {
						http("POST action");
						return { ...given };
					},
				},
			},
			telemetry: record.telemetry,
		},
	);
	const request = tracer.startSpan("GET /");
	await context.with(trace.setSpan(context.active(), request), () => machine.run());
	request.end();
	expect(record.tree().split("\n")).toEqual([
		"GET /",
		"  invoke_workflow test",
		"    state work",
		"      invoke_agent w",
		"        POST model",
		"    state act",
		"      action go",
		"        POST action",
		"    state done",
	]);
});
