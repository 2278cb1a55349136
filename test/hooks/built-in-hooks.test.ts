import { describe, expect, it } from "vitest";
import type { HookRef } from "../../compiler/plan/plan.ts";
import { defaultHooksRegistry } from "../../runtime/hooks/default-registry.ts";
import type { MachineHooks } from "../../runtime/hooks/hooks.ts";
import { LoggingHooks } from "../../runtime/hooks/logging-hooks.ts";
import { hasMethod } from "../../runtime/hooks/methods.ts";
import { MetricsHooks } from "../../runtime/hooks/metrics-hooks.ts";
import { WebhookHooks } from "../../runtime/hooks/webhook-hooks.ts";
import { createLogger } from "../../runtime/logging/logger.ts";

const named = (name: string, args: Record<string, unknown> = {}): HookRef => ({ kind: "named", name, args });

function recorder(level: "debug" | "info" = "debug") {
	const lines: string[] = [];
	const write = (line: string) => {
		lines.push(line.trimEnd());
	};
	return { lines, logger: createLogger({ level, format: "simple", write }) };
}

describe("the default registry", () => {
	it("knows distributed-worker, logging, metrics and webhook", async () => {
		const registry = defaultHooksRegistry({ logger: recorder().logger });
		expect(registry.names()).toEqual(["distributed-worker", "logging", "metrics", "webhook"]);
		expect(await registry.resolve(named("logging"))).toBeInstanceOf(LoggingHooks);
		expect(await registry.resolve(named("metrics"))).toBeInstanceOf(MetricsHooks);
		expect(await registry.resolve(named("webhook", { endpoint: "http://127.0.0.1:1/" }))).toBeInstanceOf(WebhookHooks);
	});

	it.each([
		["logging", { levle: "info" }, "there is no argument `levle`. Did you mean `level`?"],
		["logging", { level: "loud" }, "expected `level` to be debug, info, warning or error, got `loud`"],
		["logging", { level: 10 }, "expected `level` to be text, got number"],
		["metrics", { any: 1 }, "there is no argument `any`. Known: none."],
		["webhook", {}, "`endpoint` is missing"],
		["webhook", { endpoint: "ftp://host" }, "expected `endpoint` to be an http or https address"],
		["webhook", { url: "not an address" }, "expected `endpoint` to be an http or https address"],
		["webhook", { url: "http://host", timeout: 0 }, "expected `timeout` to be a number above 0"],
		["webhook", { url: "http://host", timeout: "5" }, "expected `timeout` to be a number above 0"],
		["webhook", { url: "http://host", api_key: 5 }, "expected `api_key` to be text"],
	])("refuses %s with %j", (name, args, message) => {
		const registry = defaultHooksRegistry({ logger: recorder().logger });
		const resolve = () => registry.resolve(named(name, args));
		expect(resolve).toThrow(message);
		expect(resolve).toThrow(expect.objectContaining({ code: "hook_invalid_args" }));
	});

	it("takes Python's level names for logging", async () => {
		const { lines, logger } = recorder("info");
		const hooks = await defaultHooksRegistry({ logger }).resolve(named("logging", { level: "WARNING" }));
		await hooks.onStateEnter?.("draft", {});
		expect(lines).toEqual(['WARNING: State entered {"state":"draft"}']);
	});
});

describe("logging hooks", () => {
	it("log every step at INFO with names only, and change nothing", async () => {
		const { lines, logger } = recorder();
		const hooks: MachineHooks = new LoggingHooks({ logger });
		const context = { secret_plan: "private", machine: { execution_id: "run-1" } };
		expect(await hooks.onMachineStart?.(context)).toBe(context);
		expect(await hooks.onStateEnter?.("draft", context)).toBe(context);
		expect(await hooks.onAction?.("save", context, { state: "draft" })).toBe(context);
		expect(await hooks.onToolCalls?.("draft", [{ name: "search" }], context)).toBe(context);
		expect(await hooks.onToolResult?.("draft", { name: "search" }, context)).toBe(context);
		expect(await hooks.onStateExit?.("draft", context, "private output")).toBe("private output");
		expect(await hooks.onTransition?.("draft", "done", context)).toBe("done");
		expect(await hooks.onMachineEnd?.(context, { a: 1 })).toEqual({ a: 1 });
		const id = '"execution_id":"run-1"';
		expect(lines).toEqual([
			`INFO: Machine started {${id}}`,
			`INFO: State entered {"state":"draft",${id}}`,
			`INFO: Action {"action":"save","state":"draft",${id}}`,
			`INFO: Tools called {"state":"draft","tools":["search"],${id}}`,
			`INFO: Tool answered {"state":"draft","tool":"search",${id}}`,
			`INFO: State left {"state":"draft",${id}}`,
			`INFO: Transition {"from":"draft","to":"done",${id}}`,
			`INFO: Machine ended {${id}}`,
		]);
		expect(lines.join()).not.toContain("private");
	});

	it("log errors as errors and leave the recovery to others", async () => {
		const { lines, logger } = recorder();
		const hooks: MachineHooks = new LoggingHooks({ logger, level: "debug" });
		expect(await hooks.onError?.("draft", new RangeError("boom"), {})).toBeNull();
		expect(lines[0]).toMatch(
			/^ERROR: State failed \{"state":"draft","error_type":"RangeError"\}\n {4}RangeError: boom/,
		);
	});

	it("do not make agents stream", () => {
		expect(hasMethod(new LoggingHooks({ logger: recorder().logger }), "onAgentStreamEvent")).toBe(false);
	});
});

describe("metrics hooks", () => {
	it("count states, transitions and errors, and change nothing", () => {
		const metrics = new MetricsHooks();
		const context = { a: 1 };
		expect(metrics.onStateEnter("a", context)).toBe(context);
		expect(metrics.onTransition("a", "__proto__")).toBe("__proto__");
		metrics.onStateEnter("__proto__", context);
		metrics.onTransition("__proto__", "a");
		metrics.onStateEnter("a", context);
		expect(metrics.onError()).toBeNull();
		const counts = metrics.getMetrics();
		expect(Object.entries(counts.state_counts)).toEqual([
			["a", 2],
			["__proto__", 1],
		]);
		expect(Object.entries(counts.transition_counts)).toEqual([
			["a->__proto__", 1],
			["__proto__->a", 1],
		]);
		expect(counts.total_states_executed).toBe(3);
		expect(counts.error_count).toBe(1);
	});

	it("give copies of their counts", () => {
		const metrics = new MetricsHooks();
		const before = metrics.getMetrics();
		metrics.onStateEnter("a", {});
		expect(before.state_counts).toEqual({});
	});
});
