/** Actions of a compiled machine: all of them pure changes of the context, and the one that sets the machine's output. */

import { sendTo } from "xstate";
import { isRecord } from "../document/plain-data.ts";
import { truthy } from "../expression/index.ts";
import type { MachinePlan, StatePlan } from "../plan/plan.ts";
import { compileStructure, type RenderOptions } from "../render/structure.ts";
import { type ContextChange, contextAction, type MachineAction } from "./context-action.ts";
import { LimitReachedError, NoTransitionError, UnknownStateError } from "./errors.ts";
import { failureOf } from "./failure.ts";
import { conditionErrorOf } from "./guards.ts";
import {
	addUsage,
	type MachineContext,
	type MachineMeta,
	type RunData,
	reachedLimit,
	type StartOptions,
	type StateResult,
	splitStartOptions,
	withSpending,
} from "./machine-context.ts";
import { actionName } from "./names.ts";
import { setOutput } from "./output.ts";
import { readPause } from "./pause.ts";
import { conditionsReadOutput, scopeOf, structureReadsInput } from "./scope.ts";
import type { CompilerServices } from "./services.ts";

/** All actions of `plan` by name. */
export function buildActions(plan: MachinePlan, services: CompilerServices): Record<string, MachineAction> {
	const changes = buildChanges(plan, services);
	return { ...mapValues(changes, contextAction), [actionName.finish]: setOutput, [actionName.deliver]: deliver };
}

/** Hands the event on to the actor of the state that works. */
const deliver = sendTo(
	({ context }: { context: MachineContext }) => context.machine.current_state,
	({ event }) => event,
);

function buildChanges(plan: MachinePlan, services: CompilerServices): Record<string, ContextChange> {
	const render: RenderOptions = { parsesRendered: plan.parsesRendered };
	const states = new Map(plan.states.map((state) => [state.name, state]));
	const readsOutput = new Set(plan.states.filter(conditionsReadOutput).map(({ name }) => name));
	const initialContext = plan.context.map(([key, value]) => [key, compileStructure(value, render)] as const);
	const stateOf = (params: unknown): StatePlan => {
		const state = isRecord(params) && typeof params.state === "string" ? states.get(params.state) : undefined;
		if (!state) throw new TypeError(`action without a known state: ${JSON.stringify(params)}`);
		return state;
	};
	const failed = (context: MachineContext, error: unknown): Partial<MachineContext> => {
		const names = services.errorNames(error);
		const changed = { machine: withRun(context.machine, { failure: error, failure_names: names }) };
		if (error instanceof LimitReachedError) return changed;
		const { text, type } = services.describeError(error);
		return { ...changed, last_error: text, last_error_type: type };
	};

	return {
		[actionName.start]: ({ context, event }) => {
			const given = isRecord(event) && isRecord(event.input) ? event.input : {};
			const { input, options } = splitStartOptions(given);
			const machine = startMeta(context.machine, services, input, options);
			const started: Record<string, unknown> = { ...context };
			const scope = { input };
			for (const [key, value] of initialContext) started[key] = value(scope);
			return { ...started, machine };
		},
		[actionName.enter]: ({ context: { machine } }, params) => {
			const { name } = stateOf(params);
			const { run } = machine;
			if (run.resuming) {
				return { machine: withRun(machine, { resuming: false, effect_step: machine.step, next: undefined }) };
			}
			return {
				machine: {
					...machine,
					step: machine.step + 1,
					current_state: name,
					run: isClean(run) ? run : cleaned(run),
				},
			};
		},
		[actionName.settle]: ({ context, event }) => {
			const result: Partial<StateResult> = isRecord(event) && isRecord(event.output) ? event.output : {};
			const { machine } = context;
			const { run } = machine;
			return {
				...(isRecord(result.patch) && result.patch),
				machine: {
					...machine,
					total_api_calls: machine.total_api_calls + (result.calls ?? 0),
					total_cost: machine.total_cost + (result.cost ?? 0),
					run: {
						...run,
						effect_step: machine.step,
						asks: result.asks ?? false,
						usage: addUsage(run.usage, result.usage),
						...withSpending(run, result.spent),
						output: readsOutput.has(machine.current_state) ? result.output : undefined,
						final: result.final,
						next: result.next,
						pause: undefined,
						...(result.held !== undefined && { held: result.held }),
					},
				},
			};
		},
		[actionName.fail]: ({ context, event }) => {
			const error = isRecord(event) && "error" in event ? event.error : new Error("The state failed without an error.");
			const { patch = {}, calls = 0, cost = 0, usage, spent } = failureOf(error) ?? {};
			const machine: MachineMeta = {
				...context.machine,
				total_api_calls: context.machine.total_api_calls + calls,
				total_cost: context.machine.total_cost + cost,
				run: {
					...context.machine.run,
					effect_step: context.machine.step,
					pause: undefined,
					usage: addUsage(context.machine.run.usage, usage),
					...withSpending(context.machine.run, spent),
				},
			};
			return { ...patch, ...failed({ ...context, machine }, error) };
		},
		[actionName.conditionFailed]: ({ context }) => failed(context, conditionErrorOf(context)),
		[actionName.noTransition]: ({ context }, params) => {
			const { name, transitions } = stateOf(params);
			const conditions = transitions.map(({ when }) => (when === "never" ? "false" : (when?.text ?? "")));
			return failed(context, new NoTransitionError(name, conditions));
		},
		[actionName.unknownNext]: ({ context, event }) => {
			const { current_state: from, run } = context.machine;
			const result = isRecord(event) && isRecord(event.output) ? event.output : {};
			return failed(context, new UnknownStateError(from, String(result.next ?? run.next)));
		},
		[actionName.next]: ({ context }, params) => ({
			machine: withRun(context.machine, { next: isRecord(params) ? String(params.to) : null }),
		}),
		[actionName.pause]: ({ context }, params) => ({
			machine: withRun(context.machine, { next: stateOf(params).name, resuming: true }),
		}),
		[actionName.stop]: ({ context: { machine } }) => {
			const { failure } = machine.run;
			const limit = failure instanceof LimitReachedError ? failure.limit : reachedLimit(machine);
			// Where an error was on its way, the state's work is not done: there is no next state yet.
			const undecided = failure === undefined ? {} : { next: undefined, resuming: false };
			return { machine: withRun(machine, { stopped: limit, final: {}, failure: undefined, ...undecided }) };
		},
		[actionName.channel]: ({ context }, params) => {
			const { waitFor } = stateOf(params);
			try {
				const channel = waitFor
					? compileStructure(waitFor, render)(scopeOf(context, undefined, structureReadsInput(waitFor)))
					: null;
				if (channel === null || channel === undefined || channel === "") {
					throw new TypeError("`wait_for` gives no channel name.");
				}
				return { machine: withRun(context.machine, { channel: String(channel), signal: undefined }) };
			} catch (error) {
				return failed(context, error);
			}
		},
		[actionName.signal]: ({ context, event }) => ({
			machine: withRun(context.machine, { channel: null, signal: isRecord(event) ? (event.data ?? null) : null }),
		}),
		[actionName.paused]: ({ context, event }) => ({
			machine: withRun(context.machine, { pause: isRecord(event) ? readPause(event.pause) : undefined }),
		}),
		[actionName.answered]: ({ context }) => ({ machine: withRun(context.machine, { pause: undefined }) }),
		[actionName.finalOutput]: ({ context }, params) => {
			const { output } = stateOf(params);
			if (!output) return { machine: withRun(context.machine, { final: {} }) };
			try {
				const final = compileStructure(output, render)(scopeOf(context, null, structureReadsInput(output)));
				return { machine: withRun(context.machine, { final: truthy(final) ? final : {} }) };
			} catch (error) {
				return failed(context, error);
			}
		},
	};
}

function startMeta(
	initial: MachineMeta,
	services: CompilerServices,
	input: Readonly<Record<string, unknown>>,
	options: StartOptions,
): MachineMeta {
	const given = Object.entries(options.limits ?? {}).filter(([, limit]) => limit !== null && limit !== undefined);
	return {
		...initial,
		execution_id: options.executionId ?? services.newId(),
		parent_execution_id: options.parentExecutionId ?? null,
		depth: options.depth ?? 0,
		run: { ...initial.run, input, limits: { ...initial.run.limits, ...Object.fromEntries(given) } },
	};
}

/** Whether nothing of the state before is left. */
function isClean({ failure, output, held, tool_loop, pause }: RunData): boolean {
	const isUndecided = failure === undefined && output === undefined && held === undefined;
	return isUndecided && tool_loop === undefined && pause === undefined;
}

function cleaned({ held: _, tool_loop: __, pause: ___, ...run }: RunData): RunData {
	return { ...run, failure: undefined, output: undefined };
}

function withRun(machine: MachineMeta, change: Partial<RunData>): MachineMeta {
	return { ...machine, run: { ...machine.run, ...change } };
}

function mapValues<V, W>(record: Readonly<Record<string, V>>, map: (value: V) => W): Record<string, W> {
	return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
