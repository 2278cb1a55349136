/** Agents that answer from a script, for tests and for running a machine without a model. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { AgentAdapter, AgentCall, AgentExecutor } from "../../runtime/agents/agent.ts";
import { RetryableError, RuntimeError } from "../../runtime/agents/errors.ts";
import { everyAgentType } from "../../runtime/agents/registry.ts";
import { agentResultFields } from "../../runtime/agents/result.ts";
import { ScriptExhaustedError, ScriptMissingAgentError } from "./errors.ts";
import type { AgentAnswers, AgentScript, ScriptedAnswer } from "./script.ts";

/** A call that a scripted agent got, for assertions. */
export interface RecordedCall {
	readonly agentName: string;
	readonly call: AgentCall;
}

export interface ScriptedAdapter extends AgentAdapter {
	/** Every call so far, in order. */
	readonly calls: readonly RecordedCall[];
}

/**
 * An adapter that answers every agent, whatever its type, from a script (see `AgentScript`). Answers count one API call
 * unless they say otherwise. Calls reject with `ScriptExhaustedError` or `ScriptMissingAgentError` when the script has
 * no answer, and with the signal's reason when the call was aborted.
 */
export function scriptedAdapter(script: AgentScript): ScriptedAdapter {
	const calls: RecordedCall[] = [];
	const callsOf = new Map<string, number>();

	async function answer(agentName: string, call: AgentCall): Promise<unknown> {
		call.signal?.throwIfAborted();
		const index = calls.length;
		const n = callsOf.get(agentName) ?? 0;
		callsOf.set(agentName, n + 1);
		calls.push({ agentName, call });
		const answers = answersFor(script, agentName);
		if (typeof answers === "function") return resultOf(await answers(call, { agentName, n }));
		if (!isList(answers)) return resultOf(answers);
		const position = isList(script) ? index : n;
		const next = answers[position];
		if (next === undefined) throw new ScriptExhaustedError(agentName, answers.length);
		return resultOf(next);
	}

	return {
		typeName: everyAgentType,
		calls,
		createExecutor: (agentName, reference): AgentExecutor => ({
			execute: (call) => answer(agentName, call),
			executeWithTools: (call) => answer(agentName, call),
			metadata: metadataOf(reference.config),
		}),
	};
}

function answersFor(script: AgentScript, agentName: string): AgentAnswers {
	if (typeof script === "function" || isList(script)) return script;
	for (const name of [agentName, everyAgentType]) {
		const answers = Object.hasOwn(script, name) ? script[name] : undefined;
		if (answers !== undefined) return answers;
	}
	throw new ScriptMissingAgentError(agentName, Object.keys(script));
}

function resultOf(answer: ScriptedAnswer | null | undefined): Readonly<Record<string, unknown>> {
	const usage = { api_calls: 1 };
	if (answer === null || answer === undefined) return { usage };
	if (typeof answer === "string") return { content: answer, usage };
	if (answer instanceof Error) throw answer;
	if (!isRecord(answer)) return { content: String(answer), usage };
	const keys = Object.keys(answer);
	const only: unknown = keys.length === 1 ? Object.values(answer)[0] : undefined;
	if (keys[0] === "throw" && typeof only === "string") throw errorFromText(only);
	const isResult = keys.length > 0 && keys.every((key) => agentResultFields.has(key));
	if (!isResult) return { output: answer, usage };
	// Who scripts tool calls means them to be made.
	const finish = "tool_calls" in answer && !("finish_reason" in answer) ? { finish_reason: "tool_use" } : {};
	return { ...answer, ...finish, ...("error" in answer || "usage" in answer ? {} : { usage }) };
}

/** The error of `{ throw: "TypeName: message" }`; a text without a type name is the message of an `Error`. */
export function errorFromText(text: string): Error {
	const [, name, message = ""] = /^([A-Za-z_$][\w$]*)(?::\s*([\s\S]*))?$/.exec(text) ?? [];
	if (name === "RetryableError") return new RetryableError(message);
	if (name === "RuntimeError") return new RuntimeError(message);
	const error = new Error(name === undefined ? text : message);
	if (name !== undefined) error.name = name;
	return error;
}

function metadataOf(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
	return isRecord(config.metadata) ? config.metadata : {};
}

/** `Array.isArray` does not narrow readonly lists. */
function isList(value: AgentScript | AgentAnswers): value is readonly ScriptedAnswer[] {
	return Array.isArray(value);
}
