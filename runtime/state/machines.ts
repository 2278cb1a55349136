/** `machine:` of a state: one child, or a list of children in parallel (spec sections 10.2 and 10.3). */

import { isRecord } from "../../compiler/document/plain-data.ts";
import type { MachineCallPlan } from "../../compiler/plan/plan.ts";
import { errorValue, type RunningChild, startChild } from "./child.ts";
import { ValueError } from "./errors.ts";
import { turnToStart } from "./turns.ts";
import type { Visit } from "./visit.ts";

/** Runs the child or children; the value is the state's output. @throws what a single child threw */
export async function runMachines(visit: Visit, call: MachineCallPlan): Promise<unknown> {
	const input = renderInput(visit);
	if (call.kind === "single") {
		await turnToStart(visit);
		const ended = await startChild(visit, call.name, call.name, input).outcome;
		if ("error" in ended) throw ended.error;
		return ended.output;
	}
	const children = new Map<string, RunningChild>();
	for (const { name, input: own } of call.entries) {
		const more = own === undefined ? {} : visit.render(own);
		if (!isRecord(more)) throw new ValueError(`\`input\` of machine \`${name}\` is no mapping.`);
		if (children.has(name)) continue;
		await turnToStart(visit);
		children.set(name, startChild(visit, name, name, { ...input, ...more }));
	}
	return visit.state.mode === "any" ? firstOf(children) : allOf(children);
}

/** The state's rendered `input`. */
export function renderInput(visit: Visit): Record<string, unknown> {
	const input = visit.state.input === undefined ? {} : visit.render(visit.state.input);
	if (!isRecord(input)) throw new ValueError(`\`input\` of state \`${visit.state.name}\` is no mapping.`);
	return input;
}

/** All outputs by key, with failures in place. */
export async function allOf(children: ReadonlyMap<string, RunningChild>): Promise<Record<string, unknown>> {
	const entries = [...children].map(async ([key, { outcome }]) => [key, childValue(await outcome)] as const);
	return Object.fromEntries(await Promise.all(entries));
}

/** The first to end, whether it succeeds or fails, under its key; the others are given up. */
export async function firstOf(children: ReadonlyMap<string, RunningChild>): Promise<Record<string, unknown>> {
	const ended = [...children].map(async ([key, { outcome }]) => [key, childValue(await outcome)] as const);
	const [key, value] = await Promise.race(ended);
	for (const [other, { cancel }] of children) if (other !== key) cancel();
	return { [key]: value };
}

function childValue(outcome: Awaited<RunningChild["outcome"]>): unknown {
	return "error" in outcome ? errorValue(outcome.error) : outcome.output;
}
