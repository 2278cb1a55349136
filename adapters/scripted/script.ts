/** The script format: answers in place of agents, from code or from a YAML or JSON file. */

import { parse } from "yaml";
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { AgentCall, AgentErrorInfo, AgentResult } from "../../runtime/agents/agent.ts";
import { InvalidScriptError } from "./errors.ts";

/**
 * One answer:
 * - a text is the content, any other mapping is the output;
 * - a mapping of which every key is a field of `AgentResult` is the whole result (`{ output, usage, cost }`,
 *   `{ error: { code: rate_limit, retryable: true } }`);
 * - an `Error`, or `{ throw: "TypeName: message" }`, is thrown.
 */
export type ScriptedAnswer =
	| string
	| Error
	| AgentResult
	| { readonly throw: string }
	| { readonly error: AgentErrorInfo | string }
	| Readonly<Record<string, unknown>>;

export interface ScriptedCallInfo {
	readonly agentName: string;
	/** How many calls of this agent came before, from 0. */
	readonly n: number;
}

export type AnswerFunction = (
	call: AgentCall,
	info: ScriptedCallInfo,
) => ScriptedAnswer | null | undefined | Promise<ScriptedAnswer | null | undefined>;

/** A list is used up in order, a single answer repeats for ever, a function makes the answer. */
export type AgentAnswers = readonly ScriptedAnswer[] | ScriptedAnswer | AnswerFunction;

/** A list that all agents use up together, answers by agent name (`*` for the others), or a function for all agents. */
export type AgentScript = readonly ScriptedAnswer[] | AnswerFunction | { readonly [agentName: string]: AgentAnswers };

/**
 * Reads a script from YAML or JSON text: a list of answers, or a map from agent names to answers.
 * @throws InvalidScriptError
 */
export function loadAgentScript(text: string): AgentScript {
	let value: unknown;
	try {
		value = parse(text);
	} catch (cause) {
		throw new InvalidScriptError(
			`The script is not YAML or JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
			{
				cause,
			},
		);
	}
	if (Array.isArray(value)) return value.map((answer, index) => readAnswer(answer, `answer ${index + 1}`));
	if (typeof value !== "object" || value === null) {
		throw new InvalidScriptError(`The script is ${value === null ? "empty" : `a ${typeof value}`}.`);
	}
	const script: [string, AgentAnswers][] = [];
	for (const [agentName, answers] of Object.entries(value)) {
		script.push([
			agentName,
			Array.isArray(answers)
				? answers.map((answer, index) => readAnswer(answer, `answer ${index + 1} of "${agentName}"`))
				: readAnswer(answers, `the answer of "${agentName}"`),
		]);
	}
	return Object.fromEntries(script);
}

function readAnswer(value: unknown, place: string): ScriptedAnswer {
	if (typeof value === "string") return value;
	if (typeof value === "number" || typeof value === "boolean") return String(value);
	if (isRecord(value)) return value;
	throw new InvalidScriptError(
		`${place} is ${Array.isArray(value) ? "a list" : "empty"}: expected a text or a mapping.`,
	);
}
