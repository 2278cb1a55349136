/** The judge: one call of the agent of `settings.validator` for all key results without a check (fsm-agent-flow 4, 18.3). */
import { isRecord, own } from "../../../compiler/document/plain-data.ts";
import type { AgentPlan, KeyResultPlan } from "../../../compiler/plan/plan.ts";
import { type AgentResult, schemaErrorCode } from "../../agents/agent.ts";
import { errorFromAgentResult } from "../../agents/errors.ts";
import { agentOf, callAgent, totalsOf } from "../agent-call.ts";
import { ValueError } from "../errors.ts";
import { runRetry } from "../execution/retry.ts";
import { stepPrefix } from "../step-keys.ts";
import type { Visit } from "../visit.ts";
import type { KeyResultVerdict } from "./verdict.ts";

/** What the judge's prompt sees as `input`. */
export function judgeInput(
	visit: Visit,
	items: readonly KeyResultPlan[],
	output: unknown,
): Readonly<Record<string, unknown>> {
	const { state, plan, context } = visit;
	return {
		state: state.name,
		objective: state.objective ?? null,
		machine_objective: plan.settings.objective ?? null,
		key_results: items.map(({ name, description }) => ({ name, description: description ?? name })),
		output,
		attempt: context.attempt ?? null,
	};
}

/** The fields of the judge's answer, as an agent's `output` has them: for each key result whether it holds, and why. */
export function judgeFields(items: readonly KeyResultPlan[]): Readonly<Record<string, unknown>> {
	const properties = {
		passed: { type: "bool", description: "Whether it holds." },
		reason: { type: "str", description: "Why, in a sentence." },
	};
	return Object.fromEntries(
		items.map(({ name, description = name }) => [name, { type: "object", description, properties }]),
	);
}

/**
 * Has the key results judged. An answer that does not fit is a failed verdict with a reason, and never a pass; a call that
 * fails is the state's error, for `on_error`. Where the state retries its agent, the judge is retried likewise.
 * @throws what the agent throws, and its failures as data; LimitReachedError
 */
export async function askJudge(
	visit: Visit,
	items: readonly KeyResultPlan[],
	output: unknown,
): Promise<KeyResultVerdict[]> {
	const { validator } = visit.plan.settings;
	if (validator === undefined) throw new ValueError("No agent is named in settings.validator.");
	const agent = agentOf(visit, validator);
	const result = await callJudge(visit.part(stepPrefix.judge), agent, items, output);
	const answer = answerOf(result);
	return items.map(({ name }) => verdictIn(answer, name));
}

async function callJudge(
	visit: Visit,
	agent: AgentPlan,
	items: readonly KeyResultPlan[],
	output: unknown,
): Promise<AgentResult> {
	const { execution } = visit.state;
	const input = judgeInput(visit, items, output);
	const more = { outputFields: judgeFields(items), isApart: true } as const;
	let result: AgentResult;
	if (execution.type === "retry") result = await runRetry(visit, agent, input, execution, more);
	else {
		const outcome = await callAgent(visit, agent, input, "1", more);
		visit.throwIfGivenUp();
		if ("thrown" in outcome) throw outcome.thrown;
		result = outcome.result;
	}
	visit.addCalls(agent.name, totalsOf(result));
	if (result.error && result.error.code !== schemaErrorCode) throw errorFromAgentResult(result.error);
	return result;
}

type Answer = { readonly value: unknown } | { readonly problem: string };

/** The output, or the content where it is JSON and nothing else; a fence around it is taken off. */
function answerOf({ output, content }: AgentResult): Answer {
	const text = content ?? textIn(output);
	if (output !== null && output !== undefined && textIn(output) === undefined) return { value: output };
	if (text === null || text === undefined || text.trim() === "") return { problem: "the judge gave no answer" };
	const [, fenced = text] = /^\s*```(?:json)?\s*([\s\S]*?)\s*```\s*$/i.exec(text) ?? [];
	try {
		return { value: JSON.parse(fenced) };
	} catch {
		return { problem: "the judge's answer is not JSON" };
	}
}

/** The text of an output that is nothing but `{content}`. */
function textIn(output: unknown): string | undefined {
	return isRecord(output) && Object.keys(output).length === 1 && typeof output.content === "string"
		? output.content
		: undefined;
}

/** Strict: `"true"`, 1 and a missing item are no pass. A bare boolean stands for a verdict without a reason. */
function verdictIn(answer: Answer, name: string): KeyResultVerdict {
	if ("problem" in answer) return { name, passed: false, reason: answer.problem };
	const { value } = answer;
	if (!isRecord(value)) return { name, passed: false, reason: "the judge's answer is no map of verdicts" };
	if (!Object.hasOwn(value, name)) return { name, passed: false, reason: "the judge's answer says nothing of it" };
	const item = own(value, name);
	if (typeof item === "boolean") return { name, passed: item };
	const passed = own(item, "passed");
	const reason = own(item, "reason");
	if (typeof passed !== "boolean") {
		return { name, passed: false, reason: "the judge's verdict has no `passed` that is true or false" };
	}
	return { name, passed, ...(typeof reason === "string" && reason !== "" && { reason }) };
}
