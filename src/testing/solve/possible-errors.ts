/** With which errors a state can fail, as far as that is certain; most work can fail with any. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { ExpressionError } from "../../../compiler/expression/index.ts";
import type { MachinePlan, StatePlan, Structure } from "../../../compiler/plan/plan.ts";
import { NoTransitionError } from "../../../compiler/xstate/errors.ts";
import { shapeOf } from "../../../compiler/xstate/shape.ts";
import { errorNames } from "../../../runtime/agents/errors.ts";
import {
	FileNotFoundError,
	MachineDepthError,
	MaxRetriesExceeded,
	TimeoutError,
	ValueError,
} from "../../../runtime/state/errors.ts";
import { mayFail } from "./may-fail.ts";
import type { Choice } from "./transition-cases.ts";

/** The names of one error that `on_error` may match, best first. */
export type ErrorNames = readonly string[];

/**
 * Every error that the state can fail with.
 * @param choice what can come of its transitions; undefined where nothing is known of the values
 * @returns "any" where something may throw what it likes: actions, hooks, agents, a child machine
 */
export function possibleErrors(
	plan: MachinePlan,
	state: StatePlan,
	choice: Choice | undefined,
): readonly ErrorNames[] | "any" {
	if (plan.machineHooks.length > 0 || state.hooks.length > 0 || state.action !== undefined) return "any";
	const missing = missingFileOf(plan, state);
	const isJudged = state.keyResults?.items.some(({ check }) => check.kind === "judged");
	if (missing === undefined && (failsFreely(state) || isJudged)) return "any";
	const found: Error[] = missing === undefined ? [] : [new FileNotFoundError("agent", "", "")];
	if (rendered(state).some(mayFail) || choicesMayFail(plan, state, choice)) found.push(expressionError);
	if (mayHaveNoTransition(plan, state, choice)) found.push(new NoTransitionError(state.name, []));
	if (state.timeout !== null && (works(state) || state.waitFor !== undefined)) {
		found.push(new TimeoutError(state.name, state.timeout));
	}
	if (state.waitFor !== undefined && !hasText(state.waitFor)) found.push(new TypeError());
	if (state.keyResults !== undefined) {
		found.push(new MaxRetriesExceeded(state.name, state.keyResults.maxRetries, ""));
	}
	if (mayBeNoMapping(state) || mayBeNoList(state)) found.push(new ValueError(""));
	if (state.foreach !== undefined || state.machine !== undefined || state.launch.length > 0) {
		found.push(new MachineDepthError(1, 0));
	}
	return found.map(errorNames);
}

const expressionError = new ExpressionError("", "", { start: 0, end: 0 });

/** The agent or machine of the state whose file does not exist, for a sentence. */
export function missingFileOf({ agents, machines }: MachinePlan, state: StatePlan): string | undefined {
	const { agent, machine, foreach, launch } = state;
	const called = machine?.kind === "single" ? [machine.name] : (machine?.entries.map(({ name }) => name) ?? []);
	const children = [...launch, ...called, ...(foreach ? [foreach.machine] : [])];
	const child = children.find((name) => machines[name]?.missingFile !== undefined);
	if (child !== undefined) return `machine \`${child}\``;
	return agent !== undefined && agents[agent]?.missingFile !== undefined ? `agent \`${agent}\`` : undefined;
}

/** Samples that fail are left out, and children among others become values; a vote needs an agent that can be set up. */
function failsFreely({ agent, execution, machine, toolLoop }: StatePlan): boolean {
	if (machine?.kind === "single") return true;
	return agent !== undefined && (toolLoop !== undefined || execution.type !== "parallel");
}

function works({ agent, foreach, machine }: StatePlan): boolean {
	return agent !== undefined || foreach !== undefined || machine !== undefined;
}

/** What the work of the state renders. */
function rendered(state: StatePlan): readonly (Structure | undefined)[] {
	const { machine, foreach, waitFor } = state;
	const own = machine?.kind === "list" ? machine.entries.map(({ input }) => input) : [];
	return [
		// The input of an item fails that item alone.
		...(foreach === undefined || state.agent !== undefined ? [state.input] : []),
		...(foreach === undefined ? [] : [foreach.items, foreach.key]),
		...(works(state) ? [state.sessionId, ...own] : []),
		...(state.launch.length > 0 ? [state.launchInput] : []),
		...(works(state) || waitFor ? state.outputToContext.map(([, structure]) => structure) : []),
		waitFor,
		...(endsAt(state) ? [state.output] : []),
	];
}

function endsAt({ kind, transitions }: StatePlan): boolean {
	return kind === "final" || transitions.length === 0;
}

function choicesMayFail(plan: MachinePlan, state: StatePlan, choice: Choice | undefined): boolean {
	if (shapeOf(plan, state, { state: false, lifecycle: false }).ends) return false;
	if (choice !== undefined) return choice.mayFail;
	return state.transitions.some(({ when }) => when !== undefined && when !== "never" && when.canThrow);
}

function mayHaveNoTransition(plan: MachinePlan, state: StatePlan, choice: Choice | undefined): boolean {
	if (shapeOf(plan, state, { state: false, lifecycle: false }).ends) return false;
	return choice === undefined ? state.transitions.every(({ when }) => when !== undefined) : choice.mayBeNone;
}

/** Whether a block that has to be a mapping may be something else. */
function mayBeNoMapping({ input, launch, launchInput, machine, foreach, agent }: StatePlan): boolean {
	const own = machine?.kind === "list" ? machine.entries.map((entry) => entry.input) : [];
	const blocks = [
		...(agent !== undefined || (machine !== undefined && foreach === undefined) ? [input] : []),
		...(launch.length > 0 ? [launchInput] : []),
		...own,
	];
	return blocks.some((block) => block !== undefined && block.kind !== "map" && !isMapping(block));
}

function isMapping(block: Structure): boolean {
	return block.kind === "constant" && isRecord(block.value);
}

function mayBeNoList({ foreach, mode }: StatePlan): boolean {
	if (foreach === undefined) return false;
	const { items } = foreach;
	const list = items.kind === "list" ? items.items : items.kind === "constant" ? items.value : undefined;
	// In mode `any` an empty list is a ValueError, too.
	return !Array.isArray(list) || (mode === "any" && list.length === 0);
}

/** Whether a channel's name has text in it, whatever is printed beside. */
function hasText(channel: NonNullable<StatePlan["waitFor"]>): boolean {
	if (channel.kind === "constant") return channel.value !== null && channel.value !== "";
	const { node } = channel;
	if (node.kind === "literal") return node.text !== "";
	return node.kind === "jinja" && node.body.some((part) => part.kind === "text" && part.text !== "");
}

/** The routes that these errors take: names under `on_error`, and `default`. */
export function routesOf(errors: readonly ErrorNames[], { onError }: StatePlan): ReadonlySet<string> {
	const among = onError?.byType.map(([name]) => name) ?? [];
	return new Set(errors.map((names) => names.find((name) => among.includes(name)) ?? "default"));
}
