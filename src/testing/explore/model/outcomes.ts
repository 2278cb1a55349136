/** The ways in which each kind of work can go, in words, and which of them a state can show. */
import { pathOf, soleExpression } from "../../../../compiler/checks/visit.ts";
import { isRecord } from "../../../../compiler/document/plain-data.ts";
import type { TemplateNode } from "../../../../compiler/expression/index.ts";
import type { AgentPlan, ExecutionPlan, ForeachPlan, MachinePlan, StatePlan } from "../../../../compiler/plan/plan.ts";
import { votingSettings } from "../../../../runtime/agents/voting.ts";

export const outcome = {
	agentAnswered: "agent answered",
	agentFailed: "agent failed",
	answeredAfterRetry: "answered after a retry",
	retriesExhausted: "retries exhausted",
	allSamples: "all samples answered",
	someSamples: "some samples failed",
	noSample: "all samples failed",
	candidateWon: "a candidate won",
	votesSplit: "no candidate won by its margin",
	noCandidate: "no valid candidate",
	childEnded: "child ended",
	childFailed: "child failed",
	allChildren: "all children ended",
	someChildren: "some children failed",
	noChild: "all children failed",
	firstEnded: "the first to end succeeded",
	firstFailed: "the first to end failed",
	noItems: "no items",
	allItems: "all items succeeded",
	someItems: "some items failed",
	noItem: "all items failed",
	launched: "launched",
	actionDone: "action done",
	actionFailed: "action failed",
	signal: "signal received",
	timeout: "timed out",
	keyResultsHold: "key results held at once",
	keyResultsHoldLater: "key results held in a later attempt",
	attemptsUsedUp: "attempts used up",
} as const;

/** What an exploration tries to show of a state, in the order of its work. */
export function outcomesOf(plan: MachinePlan, state: StatePlan): readonly string[] {
	if (state.waitFor !== undefined) return [outcome.signal, ...(state.timeout === null ? [] : [outcome.timeout])];
	return [
		...(state.action === undefined ? [] : [outcome.actionDone, outcome.actionFailed]),
		...(state.launch.length === 0 ? [] : [outcome.launched]),
		...childOutcomes(plan, state),
		...agentOutcomes(plan, state),
		...attemptOutcomes(state),
		...(state.timeout !== null && hasTimedWork(state) ? [outcome.timeout] : []),
	];
}

/** Whether the state does what takes time. */
export function hasTimedWork({ action, machine, foreach, agent }: StatePlan): boolean {
	return action !== undefined || machine !== undefined || foreach !== undefined || agent !== undefined;
}

function childOutcomes(plan: MachinePlan, { machine, foreach, mode }: StatePlan): readonly string[] {
	if (foreach) {
		if (mode === "any") return [outcome.firstEnded, outcome.firstFailed];
		const size = knownItems(plan, foreach);
		return [
			...(size === undefined || size === 0 ? [outcome.noItems] : []),
			...(size === 0 ? [] : [outcome.allItems]),
			...(size === undefined || size > 1 ? [outcome.someItems] : []),
			...(size === 0 ? [] : [outcome.noItem]),
		];
	}
	if (!machine) return [];
	if (machine.kind === "single") return [outcome.childEnded, outcome.childFailed];
	if (mode === "any") return [outcome.firstEnded, outcome.firstFailed];
	const names = new Set(machine.entries.map(({ name }) => name));
	return [outcome.allChildren, ...(names.size > 1 ? [outcome.someChildren] : []), outcome.noChild];
}

/** How many items a `foreach` has in every run: where its list is written in the file and nothing changes it. */
function knownItems(plan: MachinePlan, { items, key: itemKey }: ForeachPlan): number | undefined {
	if (itemKey !== undefined) return undefined;
	if (items.kind === "constant") return Array.isArray(items.value) ? items.value.length : undefined;
	const [root, name, ...deeper] = items.kind === "template" ? pathIn(items.node) : [];
	const initial = plan.context.find(([key]) => key === name)?.[1];
	if (root !== "context" || deeper.length > 0 || initial?.kind !== "constant") return undefined;
	const changes = plan.states.some(
		({ action, hooks, outputToContext }) =>
			action !== undefined || hooks.length > 0 || outputToContext.some(([key]) => key === name),
	);
	const isHooked = plan.machineHooks.length > 0 || plan.lifecycleHooks.length > 0;
	return changes || isHooked || !Array.isArray(initial.value) ? undefined : initial.value.length;
}

/** The keys of a template that is nothing but one path. */
function pathIn(node: TemplateNode): readonly string[] {
	if (node.kind === "path") return [node.root, ...node.keys];
	const expression = soleExpression(node);
	return (expression && pathOf(expression)) ?? [];
}

function agentOutcomes({ agents }: MachinePlan, { agent, execution, toolLoop }: StatePlan): readonly string[] {
	if (agent === undefined || agents[agent]?.missingFile !== undefined) return [];
	if (toolLoop) return [outcome.agentAnswered, outcome.agentFailed];
	switch (execution.type) {
		case "default":
			return [outcome.agentAnswered, outcome.agentFailed];
		case "retry":
			return [
				outcome.agentAnswered,
				...(execution.backoffs.length > 0 ? [outcome.answeredAfterRetry] : []),
				outcome.retriesExhausted,
			];
		case "parallel":
			return [outcome.allSamples, ...(execution.nSamples > 1 ? [outcome.someSamples] : []), outcome.noSample];
		case "mdap_voting":
			return [
				outcome.candidateWon,
				...(marginOf(agents[agent], execution) > 1 ? [outcome.votesSplit] : []),
				outcome.noCandidate,
			];
	}
}

function attemptOutcomes({ keyResults }: StatePlan): readonly string[] {
	if (keyResults === undefined) return [];
	const later = keyResults.maxRetries > 0 ? [outcome.keyResultsHoldLater] : [];
	return [outcome.keyResultsHold, ...later, outcome.attemptsUsedUp];
}

function marginOf(agent: AgentPlan | undefined, execution: Extract<ExecutionPlan, { type: "mdap_voting" }>): number {
	const { metadata } = agent?.config ?? {};
	return votingSettings(execution, isRecord(metadata) ? metadata : {}).kMargin;
}
