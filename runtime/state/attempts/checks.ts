/** The checks of key results that need no judge: expressions and actions (fsm-agent-flow 18.3). */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { compileCondition, ExpressionError } from "../../../compiler/expression/index.ts";
import type { KeyResultPlan, PlannedCondition } from "../../../compiler/plan/plan.ts";
import type { MachineContext } from "../../../compiler/xstate/machine-context.ts";
import { actorName } from "../../../compiler/xstate/names.ts";
import { reads, scopeOf } from "../../../compiler/xstate/scope.ts";
import { describeError } from "../../agents/errors.ts";
import { callCheck } from "../../hooks/call.ts";
import { hasMethod } from "../../hooks/methods.ts";
import { inSpan } from "../../telemetry/telemetry.ts";
import { stepKey } from "../step-keys.ts";
import type { Visit } from "../visit.ts";
import { type KeyResultVerdict, raisedReason } from "./verdict.ts";

/** Judges the key results that have a check, in their order. @throws where the visit was given up */
export async function runChecks(
	visit: Visit,
	items: readonly KeyResultPlan[],
	output: unknown,
): Promise<KeyResultVerdict[]> {
	const verdicts: KeyResultVerdict[] = [];
	for (const { name, check } of items) {
		if (check.kind === "expression") verdicts.push(checkExpression(name, check.condition, visit.context, output));
		if (check.kind === "action") verdicts.push(await checkByAction(visit, name, check.action, output));
	}
	return verdicts;
}

/** Only `true` is a pass: an empty list or a text would hide a mistake. */
export function checkExpression(
	name: string,
	{ node, text }: PlannedCondition,
	context: MachineContext,
	output: unknown,
): KeyResultVerdict {
	try {
		const value = compileCondition(node, text)(scopeOf(context, output, reads("input", node)));
		if (typeof value === "boolean") return { name, passed: value };
		return { name, passed: false, reason: `the check gives ${shortText(value)}, which is neither true nor false` };
	} catch (error) {
		if (!(error instanceof ExpressionError)) throw error;
		return { name, passed: false, reason: raisedReason(error.reason) };
	}
}

async function checkByAction(visit: Visit, name: string, action: string, output: unknown): Promise<KeyResultVerdict> {
	let answer: unknown;
	try {
		answer = await askAction(visit, name, action, output);
	} catch (error) {
		visit.throwIfGivenUp();
		return { name, passed: false, reason: raisedReason(describeError(error).text) };
	}
	visit.throwIfGivenUp();
	return verdictOfAction(name, action, answer);
}

/** What an action's answer says of a key result. */
export function verdictOfAction(name: string, action: string, answer: unknown): KeyResultVerdict {
	if (typeof answer === "boolean") return { name, passed: answer };
	if (isRecord(answer) && typeof answer.passed === "boolean") {
		const { passed, reason } = answer;
		return { name, passed, ...(typeof reason === "string" && reason !== "" && { reason }) };
	}
	const reason = `action \`${action}\` gave no verdict: it is to give true, false or { passed, reason }`;
	return { name, passed: false, reason };
}

async function askAction(visit: Visit, keyResult: string, action: string, output: unknown): Promise<unknown> {
	const { steps, state, context, span } = visit;
	const key = stepKey.check(keyResult);
	const info = { state: state.name, keyResult, output };
	const override = visit.actor(actorName.action(action));
	if (override) {
		const src = actorName.action(action);
		const input = { ...info, context };
		const outcome = await steps.spawn(key, { logic: override, src, input, kind: "leaf" }).outcome;
		if ("error" in outcome) throw outcome.error;
		return outcome.output;
	}
	const hooks = await visit.hooks();
	if (!hasMethod(hooks, "onAction")) return undefined;
	// A copy, so that an attempt that fails leaves nothing of what its checks did.
	const call = () => callCheck(hooks, action, structuredCopy(context), info);
	return steps.effect(key, () => (span ? inSpan(span, { kind: "action", action }, call) : call()));
}

/** The context is plain JSON but for what stands under `machine`, which hooks may only read. */
function structuredCopy({ machine, ...own }: MachineContext): MachineContext {
	return { ...structuredClone(own), machine };
}

const shownCharacters = 60;

function shortText(value: unknown): string {
	const text = JSON.stringify(value) ?? String(value);
	return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
}
