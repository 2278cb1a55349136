/** The reference's metrics (spec section 20). */
import { expect, it } from "vitest";
import { recording, traced } from "./traced.ts";

const machineOf = (record: ReturnType<typeof recording>, answers: readonly Record<string, unknown>[]) =>
	traced(
		`
states:
  work: { type: initial, agent: w, execution: { type: retry, backoffs: [0, 0], jitter: 0 }, transitions: [{ to: done }] }
  done: { type: final }
`,
		record.telemetry,
		{ use: ["w"], script: { w: answers } },
	);

const success = {
	content: "hello",
	cost: 0.25,
	usage: { api_calls: 1, input_tokens: 7, output_tokens: 2, cache_read_tokens: 3 },
	provider_data: { model: "m" },
	rate_limit: {
		limited: false,
		windows: [
			{ name: "requests_per_minute", resource: "requests", remaining: 4, limit: 5 },
			{ name: "tokens_per_minute", resource: "tokens", remaining: 40 },
		],
	},
};
const failure = { error: { type: "RateLimitError", code: "rate_limit", retryable: true } };

it("counts calls, tokens and cost, and measures time, by agent, model, adapter, status and error", async () => {
	const record = recording();
	await machineOf(record, [failure, success]).run();
	const ok = { agent_id: "w", backend: "flatagent", model: "m", status: "success" };
	const failed = { agent_id: "w", backend: "flatagent", status: "error", error_type: "RateLimitError" };
	const one = async (name: string) => record.metric(`flatagents.${name}`);
	expect(await one("agent.executions")).toEqual([
		{ attributes: failed, value: 1 },
		{ attributes: ok, value: 1 },
	]);
	expect(await one("agent.input_tokens")).toEqual([{ attributes: ok, value: 7 }]);
	expect(await one("agent.output_tokens")).toEqual([{ attributes: ok, value: 2 }]);
	expect(await one("agent.tokens")).toEqual([{ attributes: ok, value: 9 }]);
	expect(await one("agent.cache_read_tokens")).toEqual([{ attributes: ok, value: 3 }]);
	expect(await one("agent.cache_write_tokens")).toEqual([]);
	expect(await one("agent.cost")).toContainEqual({ attributes: ok, value: 0.25 });
	const times = await one("agent.duration");
	expect(times).toMatchObject([
		{ attributes: failed, value: { count: 1 } },
		{ attributes: ok, value: { count: 1 } },
	]);
	const who = { agent_id: "w", backend: "flatagent", model: "m" };
	expect(await one("ratelimit.remaining_requests")).toEqual([
		{ attributes: { ...who, window: "requests_per_minute" }, value: 4 },
	]);
	expect(await one("ratelimit.limit_requests")).toEqual([
		{ attributes: { ...who, window: "requests_per_minute" }, value: 5 },
	]);
	expect(await one("ratelimit.remaining_tokens")).toEqual([
		{ attributes: { ...who, window: "tokens_per_minute" }, value: 40 },
	]);
	expect(await one("ratelimit.limit_tokens")).toEqual([]);
});

it.each(["false", "0", "No"])(
	"records none with FLATAGENTS_METRICS_ENABLED=%s, and traces all the same",
	async (value) => {
		const record = recording({ environment: { FLATAGENTS_METRICS_ENABLED: value } });
		await machineOf(record, [success]).run();
		expect(await record.metric("flatagents.agent.executions")).toEqual([]);
		expect(record.span("invoke_agent w").ended).toBe(true);
	},
);

it("records them without a tracer, too", async () => {
	const { telemetry, metric } = recording();
	const { tracerProvider: _, ...metricsOnly } = telemetry;
	const record = { ...recording(), telemetry: metricsOnly };
	await machineOf(record, [success]).run();
	expect(await metric("flatagents.agent.executions")).toMatchObject([{ value: 1 }]);
});
