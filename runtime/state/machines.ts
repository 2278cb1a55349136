/** `machine:` of a state: one child, or a list of children in parallel (spec sections 10.2 and 10.3). */

import { isRecord } from "../../compiler/document/plain-data.ts";
import type { MachineCallPlan } from "../../compiler/plan/plan.ts";
import { childValue, type IntendedChild, intendChild, type RunningChild, startChild } from "./child.ts";
import { ValueError } from "./errors.ts";
import { intendRemote, runRemotely, runsRemotely } from "./remote-children.ts";
import { stepKey } from "./step-keys.ts";
import { turnToStart } from "./turns.ts";
import type { Visit } from "./visit.ts";

/** Runs the child or children; the value is the state's output. @throws what a single child threw */
export async function runMachines(visit: Visit, call: MachineCallPlan): Promise<unknown> {
	const input = renderInput(visit);
	const names = call.kind === "single" ? [call.name] : call.entries.map(({ name }) => name);
	if (await runsRemotely(visit, names.map(stepKey.machine))) return runMachinesRemotely(visit, call, input);
	if (call.kind === "single") {
		const child = intendChild(visit, stepKey.machine(call.name), call.name, input);
		if (!visit.steps.has(child.key)) await turnToStart(visit);
		const ended = await startChild(visit, { ...child, actorId: child.name }).outcome;
		if ("error" in ended) throw ended.error;
		return ended.output;
	}
	const intended = intendList(visit, call.entries, input, intendChild);
	const children = new Map<string, RunningChild>();
	for (const [name, child] of intended) {
		if (!visit.steps.has(child.key)) await turnToStart(visit);
		children.set(name, startChild(visit, { ...child, actorId: child.name }));
	}
	return visit.state.mode === "any" ? firstOf(children) : allOf(children);
}

/** Of a name that is listed twice the first entry counts. */
function intendList(
	visit: Visit,
	entries: Extract<MachineCallPlan, { kind: "list" }>["entries"],
	input: Readonly<Record<string, unknown>>,
	intendOne: typeof intendRemote,
): Map<string, IntendedChild> {
	const intended = new Map<string, IntendedChild>();
	for (const { name, input: own } of entries) {
		const more = own === undefined ? {} : visit.render(own);
		if (!isRecord(more)) throw new ValueError(`\`input\` of machine \`${name}\` is no mapping.`);
		if (!intended.has(name)) intended.set(name, intendOne(visit, stepKey.machine(name), name, { ...input, ...more }));
	}
	return intended;
}

async function runMachinesRemotely(
	visit: Visit,
	call: MachineCallPlan,
	input: Readonly<Record<string, unknown>>,
): Promise<unknown> {
	if (call.kind === "single") {
		const child = intendRemote(visit, stepKey.machine(call.name), call.name, input);
		const outcome = (await runRemotely(visit, [child], { first: false, atOnce: null })).get(child.key);
		if (!outcome || "error" in outcome) throw outcome?.error;
		return outcome.output;
	}
	const children = [...intendList(visit, call.entries, input, intendRemote).values()];
	const first = visit.state.mode === "any";
	const outcomes = await runRemotely(visit, children, { first, atOnce: null });
	const [firstKey] = outcomes.keys();
	const shown = first ? children.filter(({ key }) => key === firstKey) : children;
	return Object.fromEntries(
		shown.flatMap(({ key, name }) => {
			const outcome = outcomes.get(key);
			return outcome ? [[name, childValue(outcome)]] : [];
		}),
	);
}

/** The state's rendered `input`. */
export function renderInput(visit: Visit): Record<string, unknown> {
	const input = visit.state.input === undefined ? {} : visit.render(visit.state.input);
	if (!isRecord(input)) throw new ValueError(`\`input\` of state \`${visit.state.name}\` is no mapping.`);
	return input;
}

/** All outputs by key, with failures in place. @throws LimitReachedError where one has stopped at a shared budget */
export async function allOf(children: ReadonlyMap<string, RunningChild>): Promise<Record<string, unknown>> {
	const ended = await Promise.all([...children].map(async ([key, { outcome }]) => [key, await outcome] as const));
	return Object.fromEntries(ended.map(([key, outcome]) => [key, childValue(outcome)]));
}

/** The first to end, whether it succeeds or fails, under its key; the others are given up. */
export async function firstOf(children: ReadonlyMap<string, RunningChild>): Promise<Record<string, unknown>> {
	const ended = [...children].map(async ([key, { outcome }]) => [key, await outcome] as const);
	const [key, outcome] = await Promise.race(ended);
	const value = childValue(outcome);
	for (const [other, { cancel }] of children) if (other !== key) cancel();
	return { [key]: value };
}
