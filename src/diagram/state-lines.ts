/** What a state does, in short lines: its agent, retries, votes, child machines, waits. */
import type { ExecutionPlan, KeyResultPlan, MachinePlan, StatePlan, Structure } from "../../compiler/plan/plan.ts";

/** The lines, not yet cut. */
export function linesOf(state: StatePlan, { machines }: MachinePlan): string[] {
	const missing = (name: string): string => (machines[name]?.missingFile === undefined ? name : `${name} (no file)`);
	return [
		...(state.objective === undefined ? [] : [`objective: ${state.objective}`]),
		...(state.agent === undefined ? [] : [`agent ${state.agent}`]),
		...executionLines(state.execution),
		...(state.toolLoop === undefined ? [] : [toolLine(state)]),
		...machineLines(state, missing),
		...(state.action === undefined ? [] : [`action ${state.action}`]),
		...(state.waitFor === undefined ? [] : [`wait for ${textOf(state.waitFor)}`]),
		...(state.timeout === null ? [] : [`timeout ${durationOf(state.timeout)}`]),
		...(state.launch.length === 0 ? [] : [`launch ${state.launch.map(missing).join(", ")}`]),
		...keyResultLines(state),
	];
}

function keyResultLines({ keyResults }: StatePlan): string[] {
	if (keyResults === undefined) return [];
	const { items, maxRetries } = keyResults;
	const attempts = maxRetries === 0 ? "one attempt" : `at most ${maxRetries + 1} attempts`;
	return [...items.map(keyResultLine), attempts];
}

/** What must hold, with who tells: nothing beside it for an expression. */
function keyResultLine({ name, description, check }: KeyResultPlan): string {
	const by = { expression: "", action: " (by an action)", judged: " (judged)" }[check.kind];
	return `• ${name}${description === undefined ? "" : `: ${description}`}${by}`;
}

function executionLines(execution: ExecutionPlan): string[] {
	switch (execution.type) {
		case "default":
			return [];
		case "retry":
			return [`retry ×${execution.backoffs.length}`];
		case "parallel":
			return [`${execution.nSamples} samples`];
		case "mdap_voting":
			return [`vote until ${execution.kMargin} agree, at most ${execution.maxCandidates}`];
	}
}

function toolLine({ toolLoop }: StatePlan): string {
	const turns = toolLoop?.maxTurns;
	return turns === undefined ? "tools" : `tools, ${textOf(turns)} turns`;
}

function machineLines({ foreach, machine, mode }: StatePlan, nameOf: (name: string) => string): string[] {
	const first = mode === "any" ? ["first to end counts"] : [];
	if (foreach) {
		const { as, items, maxConcurrency } = foreach;
		return [
			`foreach ${as} in ${textOf(items)} → ${nameOf(foreach.machine)}`,
			...(maxConcurrency === null ? [] : [`${maxConcurrency} at a time`]),
			...first,
		];
	}
	if (!machine) return [];
	if (machine.kind === "single") return [`machine ${nameOf(machine.name)}`];
	return [`machines ${machine.entries.map(({ name }) => nameOf(name)).join(", ")}`, ...first];
}

/** A value of the document as it was written, without the braces of a lone template. */
function textOf(structure: Structure): string {
	switch (structure.kind) {
		case "template":
			return /^\s*\{\{(?<inner>(?:(?!\}\}).)*)\}\}\s*$/s.exec(structure.text)?.groups?.inner?.trim() ?? structure.text;
		case "constant":
			if (Array.isArray(structure.value)) return items(structure.value.length);
			return typeof structure.value === "string" ? structure.value : JSON.stringify(structure.value);
		case "list":
			return items(structure.items.length);
		case "map":
			return items(structure.entries.length);
	}
}

function items(count: number): string {
	return count === 1 ? "1 item" : `${count} items`;
}

/** Seconds in the largest unit that gives a whole number. */
function durationOf(seconds: number): string {
	const units = [
		["d", 86_400],
		["h", 3600],
		["min", 60],
	] as const;
	const [name, size] = units.find(([, length]) => seconds % length === 0) ?? ["s", 1];
	return `${seconds / size} ${name}`;
}
