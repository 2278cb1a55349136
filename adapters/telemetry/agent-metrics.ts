/** The reference's metrics of agent calls, under its names (spec section 20). */
import type { Attributes, Meter } from "@opentelemetry/api";
import type { AgentResult } from "../../runtime/agents/agent.ts";
import { costOf } from "../../runtime/agents/result.ts";
import type { AgentStart } from "../../runtime/telemetry/telemetry.ts";
import { modelIn } from "./attributes.ts";
import type { SafeText } from "./safe-text.ts";

/** One call that has ended. */
export interface MeasuredCall {
	readonly start: AgentStart;
	readonly milliseconds: number;
	/** Absent where the executor threw. */
	readonly result: AgentResult | undefined;
	/** Undefined for a call that succeeded. */
	readonly error: unknown;
}

/** Records a call. */
export type AgentMetrics = (call: MeasuredCall) => void;

export function agentMetrics(meter: Meter, safe: SafeText): AgentMetrics {
	const prefix = "flatagents.agent.";
	const duration = meter.createHistogram(`${prefix}duration`, { unit: "ms", description: "Time of an agent call" });
	const executions = meter.createCounter(`${prefix}executions`, { description: "Agent calls" });
	const cost = meter.createCounter(`${prefix}cost`, { unit: "USD", description: "Cost of agent calls" });
	const tokenCounters = tokenNames.map((name) => ({
		name,
		counter: meter.createCounter(`${prefix}${name}`, { unit: "{token}", description: "Tokens of agent calls" }),
	}));
	const limits = windowKinds.flatMap((resource) =>
		windowFields.map((field) => {
			const name = `flatagents.ratelimit.${field}_${resource}`;
			const description = "What the provider said last of its rate limits";
			return { resource, field, gauge: meter.createGauge(name, { description }) };
		}),
	);
	return ({ start, milliseconds, result, error }) => {
		const model = (result && modelIn(result)) ?? start.model?.name ?? undefined;
		const who: Attributes = {
			agent_id: safe.text(start.agent),
			backend: start.type,
			...(model && { model: safe.text(model) }),
		};
		const attributes: Attributes = {
			...who,
			status: error === undefined ? "success" : "error",
			...(error !== undefined && { error_type: safe.errorType(error) }),
		};
		duration.record(milliseconds, attributes);
		executions.add(1, attributes);
		if (!result) return;
		cost.add(costOf(result), attributes);
		const { input_tokens = 0, output_tokens = 0, ...usage } = result.usage ?? {};
		const counts = {
			input_tokens,
			output_tokens,
			tokens: usage.total_tokens ?? input_tokens + output_tokens,
			cache_read_tokens: usage.cache_read_tokens ?? 0,
			cache_write_tokens: usage.cache_write_tokens ?? 0,
		};
		for (const { name, counter } of tokenCounters) if (counts[name] > 0) counter.add(counts[name], attributes);
		for (const window of result.rate_limit?.windows ?? []) {
			for (const { resource, field, gauge } of limits) {
				const value = window[field];
				if (window.resource === resource && value !== undefined) gauge.record(value, { ...who, window: window.name });
			}
		}
	};
}

const tokenNames = ["tokens", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"] as const;
const windowKinds = ["requests", "tokens"] as const;
const windowFields = ["remaining", "limit"] as const;
