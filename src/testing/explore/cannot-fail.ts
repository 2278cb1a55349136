/** Error routes that nothing can take, since nothing in the state fails with such an error. */

import { ExpressionError } from "../../../compiler/expression/index.ts";
import type { MachinePlan, PlannedCondition, StatePlan, Structure } from "../../../compiler/plan/plan.ts";
import { NoTransitionError } from "../../../compiler/xstate/errors.ts";
import { errorNames } from "../../../runtime/agents/errors.ts";
import {
	FileNotFoundError,
	MachineDepthError,
	NotSupportedError,
	TimeoutError,
	ValueError,
} from "../../../runtime/state/errors.ts";
import type { TransitionId } from "../scenario/scenario.ts";
import type { DeadReason } from "./exploration.ts";
import type { MachineModel } from "./model/machine-model.ts";
import { mayFail } from "./search/read-paths.ts";

/** Why the route of an error is dead; undefined where it is not proven. */
export function cannotFail(
	plan: MachinePlan,
	model: MachineModel,
	state: StatePlan,
	{ error }: Extract<TransitionId, { kind: "error" }>,
): DeadReason | undefined {
	if (failsByItself(plan, state)) return undefined;
	// What hooks do around a state may fail, too.
	if (plan.machineHooks.length > 0 || state.hooks.length > 0) return undefined;
	const possible = possibleErrors(plan, model, state);
	const routed = new Set(state.onError?.byType.map(([name]) => name));
	const arrives = possible.some((names) => {
		const first = names.find((name) => routed.has(name));
		return error === "default" ? first === undefined : first === error;
	});
	if (arrives) return undefined;
	const text =
		possible.length === 0
			? `Nothing in \`${state.name}\` can fail.`
			: error === "default"
				? `\`${state.name}\` can only fail with errors that on_error names.`
				: `Nothing in \`${state.name}\` fails with ${error}.`;
	return { code: "cannot_fail", text };
}

/** Whether the state runs what may fail in ways of its own. */
function failsByItself(plan: MachinePlan, state: StatePlan): boolean {
	const { agent, action, execution, machine, toolLoop } = state;
	if (action !== undefined) return true;
	if (missingFileOf(plan, state) !== undefined) return false;
	if (machine?.kind === "single") return true;
	if (agent === undefined || toolLoop) return false;
	return execution.type === "default" || execution.type === "retry";
}

/** The agent or machine of the state whose file does not exist, for a sentence. */
export function missingFileOf({ agents, machines }: MachinePlan, state: StatePlan): string | undefined {
	const { agent, machine, foreach, launch } = state;
	const called = machine?.kind === "single" ? [machine.name] : (machine?.entries.map(({ name }) => name) ?? []);
	const children = [...launch, ...called, ...(foreach ? [foreach.machine] : [])];
	const child = children.find((name) => machines[name]?.missingFile !== undefined);
	if (child !== undefined) return `machine \`${child}\``;
	return agent !== undefined && agents[agent]?.missingFile !== undefined ? `agent \`${agent}\`` : undefined;
}

/** Errors of the runtime's own that the state may meet, by the names that `on_error` matches. */
function possibleErrors(plan: MachinePlan, model: MachineModel, state: StatePlan): readonly (readonly string[])[] {
	const missing = missingFileOf(plan, state);
	if (missing !== undefined) return [errorNames(new FileNotFoundError("agent", "", ""))];
	const { name, waitFor, foreach, machine, launch, timeout, toolLoop } = state;
	const errors: Error[] = [];
	if (blocksOf(model, state).some(mayFail) || conditionsOf(model, state).some(({ canThrow }) => canThrow)) {
		errors.push(new ExpressionError("", "", { start: 0, end: 0 }));
	}
	if (!model.isEnd(state) && state.transitions.every(({ when }) => when !== undefined)) {
		errors.push(new NoTransitionError(name, []));
	}
	if (timeout !== null && (works(state) || waitFor)) errors.push(new TimeoutError(name, timeout));
	// A channel without a name, and what is no list or no mapping.
	if (waitFor?.kind === "template") errors.push(new TypeError());
	if (foreach || [state.input, state.launchInput].some((block) => block !== undefined && block.kind !== "map")) {
		errors.push(new ValueError(""));
	}
	if (toolLoop) errors.push(new NotSupportedError(""));
	const startsMachines = foreach !== undefined || machine !== undefined || launch.length > 0;
	if (startsMachines && plan.settings.maxDepth !== null) errors.push(new MachineDepthError(1, 0));
	return errors.map(errorNames);
}

function works({ agent, foreach, machine }: StatePlan): boolean {
	return agent !== undefined || foreach !== undefined || machine !== undefined;
}

function conditionsOf(model: MachineModel, state: StatePlan): readonly PlannedCondition[] {
	if (model.isEnd(state)) return [];
	return state.transitions.flatMap(({ when }) => (when === undefined || when === "never" ? [] : [when]));
}

/** What the visit of the state renders. */
function blocksOf(model: MachineModel, state: StatePlan): readonly (Structure | undefined)[] {
	const { machine, foreach, waitFor } = state;
	const own = machine?.kind === "list" ? machine.entries.map(({ input }) => input) : [];
	return [
		...(works(state) ? [state.input, state.sessionId, foreach?.items, foreach?.key, ...own] : []),
		...(state.launch.length > 0 ? [state.launchInput] : []),
		...(works(state) || waitFor ? state.outputToContext.map(([, structure]) => structure) : []),
		...(waitFor?.kind === "template" ? [waitFor] : []),
		...(model.isEnd(state) ? [state.output] : []),
	];
}
