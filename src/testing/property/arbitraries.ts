/** Arbitraries of what a machine gets from outside: its input, and the answers of everything around it. */
import type { Arbitrary } from "fast-check";
import { isRecord } from "../../../compiler/document/plain-data.ts";
import type { StatePlan } from "../../../compiler/plan/plan.ts";
import type { FlatContext } from "../solve/answer-space.ts";
import { type AnswerArbitraries, type AnswerKind, asksFor, machinesOf } from "./answer-arbitraries.ts";
import { UnknownNameError } from "./errors.ts";
import { fastCheck } from "./fast-check.ts";
import { inputArbitrary } from "./input-arbitrary.ts";
import { type CompiledMachine, runSubject } from "./run-arbitrary.ts";

/**
 * Inputs with the keys that the machine reads, often with values that decide its conditions.
 * @throws MissingPackageError without fast-check, as all functions of this file
 */
export function inputOf(compiled: CompiledMachine): Arbitrary<FlatContext> {
	return inputArbitrary(answersOf(compiled));
}

/**
 * What templates see as `output` after an answer of the agent: any that its `output` schema allows, often with values on
 * both sides of the conditions that it reaches.
 * @throws UnknownNameError for an agent that no state calls
 */
export function outputOf(compiled: CompiledMachine, agent: string): Arbitrary<unknown> {
	return valuesOf(compiled, "agents", agent);
}

/**
 * Outputs of a child machine, by its name under `data.machines`.
 * @throws UnknownNameError for a machine that no state waits for
 */
export function childOutputOf(compiled: CompiledMachine, machine: string): Arbitrary<unknown> {
	return valuesOf(compiled, "machines", machine);
}

/**
 * Context keys that an action sets, as `metadata.effects` declares them or conditions read them.
 * @throws UnknownNameError for an action that no state has
 */
export function actionEffectOf(compiled: CompiledMachine, action: string): Arbitrary<FlatContext> {
	return valuesOf(compiled, "actions", action).map((value) => (isRecord(value) ? value : {}));
}

/**
 * Data of the signal that ends a state's waiting.
 * @throws UnknownNameError for a state that does not wait
 */
export function signalOf(compiled: CompiledMachine, state: string): Arbitrary<unknown> {
	return valuesOf(compiled, "waits", state);
}

/**
 * Names of errors with which what a state calls may fail: those that its `on_error` names, and another.
 * @throws UnknownNameError for a state that the machine does not have
 */
export function errorOf(compiled: CompiledMachine, state: string): Arbitrary<string> {
	const answers = answersOf(compiled);
	const { states } = answers.plan;
	const plan = states.find(({ name }) => name === state);
	if (plan) return fastCheck().constantFrom(...answers.errorsOf(plan));
	const known = states.map(({ name }) => name);
	throw new UnknownNameError("state", state, known);
}

function valuesOf(compiled: CompiledMachine, kind: AnswerKind, name: string): Arbitrary<unknown> {
	const answers = answersOf(compiled);
	const { states } = answers.plan;
	if (states.some((state) => asksFor(state, kind, name))) return answers.valuesOf(kind, name);
	const [what, namesOf] = askers[kind];
	throw new UnknownNameError(what, name, [...new Set(states.flatMap(namesOf))]);
}

const askers: Readonly<Record<AnswerKind, readonly [what: string, namesOf: (state: StatePlan) => readonly string[]]>> =
	{
		agents: ["state that calls the agent", ({ agent }) => (agent === undefined ? [] : [agent])],
		machines: ["state that waits for the machine", machinesOf],
		actions: ["state with the action", ({ action }) => (action === undefined ? [] : [action])],
		waits: ["waiting state", ({ name, waitFor }) => (waitFor === undefined ? [] : [name])],
	};

function answersOf(compiled: CompiledMachine): AnswerArbitraries {
	return runSubject(compiled).answers;
}
