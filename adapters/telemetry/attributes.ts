/** Names and attributes of spans, by the GenAI semantic conventions where they have a word, else under `flatstate.`. */
import type { Attributes } from "@opentelemetry/api";
import { isRecord, ownString } from "../../compiler/document/plain-data.ts";
import type { AgentResult } from "../../runtime/agents/agent.ts";
import type { ModelAnswerInfo } from "../../runtime/agents/model-call.ts";
import { costOf } from "../../runtime/agents/result.ts";
import type { ExecutionEnd, ModelStart, SpanEvent, SpanStart } from "../../runtime/telemetry/telemetry.ts";

/** Attributes as they are found; those that are undefined are left out by `clean`. */
type Found = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

export function spanName(start: SpanStart): string {
	switch (start.kind) {
		case "execution":
			return `invoke_workflow ${start.machine}`;
		case "state":
			return `state ${start.state}`;
		case "agent":
			return `invoke_agent ${start.agent}`;
		case "model":
			return `chat ${start.model}`;
		case "tool":
			return `execute_tool ${start.tool}`;
		case "action":
			return `action ${start.action}`;
	}
}

/** What is known when a span begins. */
export function startAttributes(start: SpanStart): Found {
	switch (start.kind) {
		case "execution":
			return {
				"gen_ai.operation.name": "invoke_workflow",
				"gen_ai.workflow.name": start.machine,
				"flatstate.execution.id": start.executionId,
				"flatstate.execution.parent_id": start.parentExecutionId,
				"flatstate.execution.depth": start.depth,
				"flatstate.execution.resumed": start.isResumed,
			};
		case "state":
			return {
				"flatstate.state": start.state,
				"flatstate.step": start.step,
				"flatstate.execution.id": start.executionId,
			};
		case "agent":
			return {
				"gen_ai.operation.name": "invoke_agent",
				"gen_ai.agent.name": start.agent,
				"gen_ai.provider.name": providerName(start.model?.provider),
				"gen_ai.request.model": start.model?.name || undefined,
				"gen_ai.conversation.id": start.sessionId,
				"flatstate.agent.type": start.type,
				"flatstate.agent.attempt": start.attempt,
			};
		case "model":
			return { ...addressAttributes(start.address), ...requestAttributes(start) };
		case "tool":
			return {
				"gen_ai.operation.name": "execute_tool",
				"gen_ai.tool.name": start.tool,
				"gen_ai.tool.call.id": start.callId,
				"gen_ai.tool.type": "function",
			};
		case "action":
			return { "flatstate.action": start.action };
	}
}

function requestAttributes({ provider, model, parameters, wantsJson }: ModelStart): Found {
	const number = (name: string) => (typeof parameters[name] === "number" ? parameters[name] : undefined);
	const { stop, n } = parameters;
	return {
		"gen_ai.operation.name": "chat",
		"gen_ai.provider.name": providerName(provider),
		"gen_ai.request.model": model,
		"gen_ai.output.type": wantsJson ? "json" : "text",
		"gen_ai.request.choice.count": typeof n === "number" && n !== 1 ? n : undefined,
		"gen_ai.request.frequency_penalty": number("frequency_penalty"),
		"gen_ai.request.max_tokens": number("max_tokens") ?? number("max_completion_tokens"),
		"gen_ai.request.presence_penalty": number("presence_penalty"),
		"gen_ai.request.seed": number("seed"),
		"gen_ai.request.stop_sequences": Array.isArray(stop) ? stop.filter((each) => typeof each === "string") : undefined,
		"gen_ai.request.temperature": number("temperature"),
		"gen_ai.request.top_k": number("top_k"),
		"gen_ai.request.top_p": number("top_p"),
	};
}

/** The host alone: an address may have a key in it. */
function addressAttributes(address: string | undefined): Found {
	if (address === undefined || !URL.canParse(address)) return {};
	const { hostname, port, protocol } = new URL(address);
	return { "server.address": hostname, "server.port": Number(port) || (protocol === "http:" ? 80 : 443) };
}

/** What the answer to a request says beside its content. */
export function answerAttributes({ id, model, finishReason, usage }: ModelAnswerInfo): Found {
	return {
		"gen_ai.response.id": id,
		"gen_ai.response.model": model,
		"gen_ai.response.finish_reasons": finishReason ? [finishReason] : undefined,
		...usageAttributes(usage),
	};
}

function usageAttributes(usage: AgentResult["usage"]): Found {
	return {
		"gen_ai.usage.input_tokens": usage?.input_tokens,
		"gen_ai.usage.output_tokens": usage?.output_tokens,
		"gen_ai.usage.cache_read.input_tokens": usage?.cache_read_tokens || undefined,
		"gen_ai.usage.cache_creation.input_tokens": usage?.cache_write_tokens || undefined,
	};
}

/** What an agent's answer says beside its content. */
export function resultAttributes(result: AgentResult): Found {
	const { usage, raw, finish_reason: reason } = result;
	return {
		"gen_ai.response.model": ownString(raw, "model") ?? modelIn(result),
		"gen_ai.response.id": ownString(raw, "id"),
		"gen_ai.response.finish_reasons": reason ? [reason] : undefined,
		...usageAttributes(usage),
		"flatstate.cost": costOf(result),
	};
}

export function executionAttributes(end: ExecutionEnd): Found {
	return {
		"flatstate.execution.status": end.status,
		"flatstate.execution.reason": end.reason,
		"flatstate.execution.steps": end.steps,
		"flatstate.execution.agent_calls": end.agentCalls,
		"flatstate.execution.input_tokens": end.inputTokens,
		"flatstate.execution.output_tokens": end.outputTokens,
		"flatstate.cost": end.cost,
	};
}

export function eventAttributes(event: SpanEvent): Found {
	if (event.kind === "attempt") {
		return {
			"flatstate.attempt.number": event.attempt,
			"flatstate.attempt.passed": event.passed,
			"flatstate.attempt.failed": event.failed.length > 0 ? event.failed.join(", ") : undefined,
		};
	}
	return {
		"flatstate.retry.attempt": event.attempt,
		"flatstate.retry.delay": event.delaySeconds,
		"error.type": event.errorType,
	};
}

/** The model as the provider knows it; undefined where the agent does not say. */
export function modelIn({ provider_data: data }: AgentResult): string | undefined {
	return ownString(data, "model");
}

/** Attributes as OpenTelemetry takes them. @param text takes secrets out */
export function clean(found: Found, text: (text: string) => string): Attributes {
	const attributes: Attributes = {};
	for (const [key, value] of Object.entries(found)) {
		if (value === undefined || value === null) continue;
		if (typeof value === "string") attributes[key] = text(value);
		else if (typeof value === "object") attributes[key] = value.map(text);
		else attributes[key] = value;
	}
	return attributes;
}

interface Part {
	readonly type: "text" | "tool_call";
	readonly [field: string]: unknown;
}

/** The question in the conventions' form: the rendered prompt where the agent tells it, else the state's input. */
export function inputMessages({ rendered_user_prompt: prompt }: AgentResult, input: unknown): unknown {
	const content = prompt ?? (isRecord(input) ? JSON.stringify(input) : "");
	return [{ role: "user", parts: [{ type: "text", content }] satisfies Part[] }];
}

/** The answer in the conventions' form. */
export function outputMessages({ output, content, tool_calls, finish_reason }: AgentResult): unknown {
	const text = content ?? (output === undefined || output === null ? undefined : JSON.stringify(output));
	const calls = (tool_calls ?? []).map((call): Part => ({ type: "tool_call", ...call }));
	const parts: Part[] = [...(text === undefined ? [] : [{ type: "text" as const, content: text }]), ...calls];
	return [{ role: "assistant", parts, finish_reason: finish_reason ?? "stop" }];
}

const conventionalNames: Readonly<Record<string, string>> = { mistral: "mistral_ai" };

function providerName(provider: string | null | undefined): string | undefined {
	if (!provider) return undefined;
	return (Object.hasOwn(conventionalNames, provider) ? conventionalNames[provider] : undefined) ?? provider;
}
