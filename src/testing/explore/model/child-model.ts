/** Child machines of a state: one, a list, and the items of a `foreach`; and machines that are launched. */
import { isRecord } from "../../../../compiler/document/plain-data.ts";
import type { ForeachPlan, MachineCallPlan } from "../../../../compiler/plan/plan.ts";
import { errorValue } from "../../../../runtime/state/child.ts";
import { FileNotFoundError, MachineDepthError, ValueError } from "../../../../runtime/state/errors.ts";
import { type Item, itemsOf } from "../../../../runtime/state/foreach-items.ts";
import type { ChildAnswer } from "../../scenario/scenario.ts";
import { childSets, firstToEndSets } from "./child-sets.ts";
import { errorOf, failure, machineErrors, valueErrors } from "./given-errors.ts";
import type { ModelVisit } from "./model-visit.ts";
import { outcome } from "./outcomes.ts";

/** Checks that a child may be started from this state. @throws what the runtime throws where it may not */
function checkChild({ plan, state, context }: ModelVisit, name: string): void {
	const reference = Object.hasOwn(plan.machines, name) ? plan.machines[name] : undefined;
	if (!reference) throw new ValueError(`Unknown machine \`${name}\` in state \`${state.name}\`.`);
	if (reference.missingFile !== undefined) throw new FileNotFoundError("machine", name, reference.missingFile);
	const depth = context.machine.depth + 1;
	const { max_depth: maxDepth } = context.machine.run.limits;
	if (depth > maxDepth) throw new MachineDepthError(depth, maxDepth);
}

/** Launches the state's machines, which only start. */
export function runLaunches(visit: ModelVisit): void {
	visit.renderMapping(visit.state.launchInput, "launch_input");
	for (const name of visit.state.launch) checkChild(visit, name);
	visit.outcomes.push(outcome.launched);
}

/** What the children answer where it is given for all of them at once. */
function togetherOf({ space }: ModelVisit, count: number): readonly ChildAnswer[] | undefined {
	const given = space.together?.();
	return given && Array.from({ length: count }, (_, place) => given[place] ?? { output: {} });
}

/** Outputs of a child, one at least. */
function outputsOf({ space, state, flat }: ModelVisit, machine: string): readonly unknown[] {
	const found = space.childOutputs(state, machine, flat);
	return found.length === 0 ? [{}] : found;
}

/** How a child may fail whose failure fails the state. */
function failuresOf({ space, state, flat }: ModelVisit): readonly ChildAnswer[] {
	return machineErrors(space, state, flat).map(failure);
}

/** How a child may fail whose failure becomes a value. */
function valueFailures({ space, state, flat }: ModelVisit, machine: string): readonly ChildAnswer[] {
	return valueErrors(space, state, machine, flat).map(failure);
}

/** Runs the child or children; the value is the state's output. @throws what a single child threw */
export function runMachines(visit: ModelVisit, call: MachineCallPlan): unknown {
	visit.renderMapping(visit.state.input, "input");
	if (call.kind === "single") {
		checkChild(visit, call.name);
		const answers: ChildAnswer[] = outputsOf(visit, call.name).map((output) => ({ output }));
		const answer = visit.choices.pick([...answers, ...failuresOf(visit)]);
		visit.give({ kind: "machine", name: call.name, answer });
		visit.outcomes.push("throw" in answer ? outcome.childFailed : outcome.childEnded);
		if ("throw" in answer) throw errorOf(answer);
		return answer.output;
	}
	const names = new Set<string>();
	for (const { name, input: own } of call.entries) {
		const more = own === undefined ? {} : visit.render(own);
		if (!isRecord(more)) throw new ValueError(`\`input\` of machine \`${name}\` is no mapping.`);
		names.add(name);
	}
	for (const name of names) checkChild(visit, name);
	const keys = [...names];
	const outputs = keys.map((name) => outputsOf(visit, name));
	const failures = keys.map((name) => valueFailures(visit, name));
	if (visit.state.mode === "any") {
		const { first, answers } = visit.choices.pick(firstToEndSets(outputs, failures));
		for (const [index, name] of keys.entries()) give(visit, name, answers[index]);
		return { [keys[first] ?? ""]: firstValue(visit, answers[first]) };
	}
	const answers = togetherOf(visit, keys.length) ?? visit.choices.pick(childSets(outputs, failures));
	for (const [index, name] of keys.entries()) give(visit, name, answers[index]);
	visit.outcomes.push(howMany(answers, outcome.allChildren, outcome.someChildren, outcome.noChild));
	return Object.fromEntries(keys.map((name, index) => [name, childValueOf(answers[index])]));
}

/** What the first to end gives. */
function firstValue(visit: ModelVisit, answer: ChildAnswer | undefined): unknown {
	visit.outcomes.push(answer && "output" in answer ? outcome.firstEnded : outcome.firstFailed);
	return childValueOf(answer);
}

/** Runs a child for every item. @throws ValueError where the value is no list */
export function runForeach(visit: ModelVisit, foreach: ForeachPlan): unknown {
	checkChild(visit, foreach.machine);
	const items = itemsOf(visit, foreach);
	const isKeyed = foreach.key !== undefined;
	if (visit.state.mode === "any") {
		const { item, value } = firstItem(visit, foreach, items);
		return isKeyed ? { [item.key]: value } : [value];
	}
	const values = answerItems(visit, foreach, items);
	return isKeyed ? Object.fromEntries(items.map(({ key }, index) => [key, values[index]])) : values;
}

/** The first item to end; one whose input cannot be made fails before any child has ended. */
function firstItem(
	visit: ModelVisit,
	foreach: ForeachPlan,
	all: readonly Item[],
): { readonly item: Item; readonly value: unknown } {
	if (all.length === 0) {
		visit.outcomes.push(outcome.noItems);
		throw new ValueError(`\`foreach\` of state \`${visit.state.name}\` with mode \`any\` got no items.`);
	}
	const { maxConcurrency } = foreach;
	const items = all.slice(0, maxConcurrency ?? all.length);
	// When the first one ends, the next in the queue has just begun.
	const begun = all.slice(items.length, items.length + 1);
	const problems = items.map((item) => inputProblem(visit, foreach, item));
	const outputs = outputsOf(visit, foreach.machine);
	const failures = valueFailures(visit, foreach.machine);
	const started = items.filter((_, index) => problems[index] === undefined);
	const { first, answers } = visit.choices.pick(
		firstToEndSets(
			started.map(() => outputs),
			started.map(() => failures),
		),
	);
	const failed = items.find((_, index) => problems[index] !== undefined);
	for (const answer of answers) give(visit, foreach.machine, failed ? { ...answer, late: true } : answer);
	for (const item of begun) {
		if (inputProblem(visit, foreach, item) === undefined)
			give(visit, foreach.machine, { output: outputs[0], late: true });
	}
	const item = failed ?? started[first];
	if (!item) throw new RangeError("no item is the first");
	if (!failed) return { item, value: firstValue(visit, answers[first]) };
	visit.outcomes.push(outcome.firstFailed);
	return { item, value: errorValue(problems[items.indexOf(failed)]) };
}

/** What the items give: an item whose input cannot be made fails alone, and asks for no answer. */
function answerItems(visit: ModelVisit, foreach: ForeachPlan, items: readonly Item[]): unknown[] {
	if (items.length === 0) {
		visit.outcomes.push(outcome.noItems);
		return [];
	}
	const problems = items.map((item) => inputProblem(visit, foreach, item));
	const started = problems.filter((problem) => problem === undefined).length;
	const outputs = outputsOf(visit, foreach.machine);
	const failures = valueFailures(visit, foreach.machine);
	const each = <Answer>(answers: readonly Answer[]) => Array.from({ length: started }, () => answers);
	const answers = togetherOf(visit, started) ?? visit.choices.pick(childSets(each(outputs), each(failures)));
	for (const answer of answers) give(visit, foreach.machine, answer);
	const left = [...answers];
	const ended: (ChildAnswer | undefined)[] = problems.map((problem) =>
		problem === undefined ? left.shift() : undefined,
	);
	const isFine = ended.map((answer) => answer !== undefined && "output" in answer);
	if (isFine.every(Boolean)) visit.outcomes.push(outcome.allItems);
	else visit.outcomes.push(isFine.some(Boolean) ? outcome.someItems : outcome.noItem);
	return ended.map((answer, index) => (answer ? childValueOf(answer) : errorValue(problems[index])));
}

function inputProblem(visit: ModelVisit, { as, machine }: ForeachPlan, item: Item): unknown {
	const { input } = visit.state;
	try {
		const value = input === undefined ? {} : visit.render(input, undefined, { [as]: item.value });
		return isRecord(value) ? undefined : new ValueError(`The input of machine \`${machine}\` is no mapping.`);
	} catch (error) {
		return error;
	}
}

function give(visit: ModelVisit, name: string, answer: ChildAnswer | undefined): void {
	if (answer) visit.give({ kind: "machine", name, answer });
}

/** What stands for a child among its siblings. */
function childValueOf(answer: ChildAnswer | undefined): unknown {
	if (answer === undefined) return undefined;
	return "throw" in answer ? errorValue(errorOf(answer)) : answer.output;
}

function howMany(answers: readonly ChildAnswer[], all: string, some: string, none: string): string {
	const good = answers.filter((answer) => "output" in answer).length;
	return good === answers.length ? all : good > 0 ? some : none;
}
