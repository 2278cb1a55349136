/** The actor that a compiled machine invokes for everything that a state does (docs/design.md, "Lowering one state"). */
import type { AnyActorRef } from "xstate";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { type FailureDetails, withFailureDetails } from "../../compiler/xstate/failure.ts";
import type { MachineContext, StateResult } from "../../compiler/xstate/machine-context.ts";
import type { StatePhase } from "../../compiler/xstate/names.ts";
import {
	callError,
	callMachineEnd,
	callMachineStart,
	callStateEnter,
	callStateExit,
	callTransition,
} from "../hooks/call.ts";
import { hasMethod } from "../hooks/methods.ts";
import { reviveError, type StoredError } from "../steps/journal.ts";
import type { StepsEnvironment } from "../steps/steps.ts";
import { fromSteps, type StepsArguments, type StepsLogic } from "../steps/steps-logic.ts";
import type { MachineHost } from "./machine-host.ts";
import { applyOutput } from "./output.ts";
import { environmentOf } from "./run-environment.ts";
import { stepKey } from "./step-keys.ts";
import { Visit } from "./visit.ts";
import { doWork, finalOutputOf } from "./work.ts";

export interface StateInput {
	readonly state: string;
	readonly phase: StatePhase;
}

/** The logic `flatstate:state` of one machine. */
export function stateLogic(host: MachineHost): StepsLogic<StateInput> {
	return fromSteps({
		readInput: readStateInput,
		environmentOf: (self) => stepsEnvironment(self, host),
		run: (args) => runPhase(host, args),
	});
}

/** The parts of the run's environment that steps need. */
export function stepsEnvironment(self: AnyActorRef, { services }: MachineHost): StepsEnvironment {
	const { activity, keeper, gate } = environmentOf(self);
	const record = keeper?.recorder.recordOf(self);
	const { sleep } = services;
	return {
		activity,
		now: () => services.now(),
		...(sleep && { sleep }),
		...(record && { record }),
		...(gate && { gate }),
	};
}

const phases: readonly StatePhase[] = ["start", "work", "enter", "received", "leave", "rescue", "finish", "exited"];

/** Reads the input of a state actor. */
export function readStateInput(value: unknown): StateInput {
	if (!isRecord(value) || typeof value.state !== "string") throw new TypeError("a state actor needs { state, phase }");
	const phase = phases.find((name) => name === value.phase) ?? "work";
	return { state: value.state, phase };
}

async function runPhase(host: MachineHost, { input, self, steps }: StepsArguments<StateInput>): Promise<StateResult> {
	const { _parent: machine } = self;
	if (!machine) throw new TypeError("A state actor runs only as the child of a compiled machine.");
	const visit = new Visit(host, host.stateOf(input.state), machine, steps);
	try {
		const result = await runs[input.phase](visit);
		return Object.assign(result, { patch: visit.patch() }, visit.totals());
	} catch (error) {
		const details: FailureDetails = { patch: visit.patch(), ...visit.totals() };
		throw withFailureDetails(error, details);
	}
}

type PhaseResult = Omit<StateResult, "patch">;

const runs: Readonly<Record<StatePhase, (visit: Visit) => Promise<PhaseResult>>> = {
	async start(visit) {
		const hooks = await visit.host.lifecycleHooks();
		visit.replaceContext(
			asContext(await visit.steps.effect(stepKey.start, () => callMachineStart(hooks, visit.context))),
		);
		return {};
	},

	async enter(visit) {
		await enterState(visit);
		return {};
	},

	async work(visit) {
		await enterState(visit);
		return endState(visit, await doWork(visit));
	},

	async received(visit) {
		const { signal } = visit.meta.run;
		applyOutput(visit, isRecord(signal) ? signal : { value: signal ?? null });
		visit.note(signal);
		return endState(visit, signal);
	},

	async leave(visit) {
		const { state, meta, context, steps } = visit;
		const hooks = await visit.hooks();
		const to = String(meta.run.next);
		const next = await steps.effect(stepKey.transition, () => callTransition(hooks, state.name, to, context));
		return { next: typeof next === "string" ? next : null };
	},

	async rescue(visit) {
		const { state, meta, context, steps } = visit;
		const hooks = await visit.hooks();
		const { failure } = meta.run;
		const error = failure instanceof Error ? failure : reviveError(storedFailure(context));
		const next = await steps.effect(stepKey.error, () => callError(hooks, state.name, error, context));
		return { next: typeof next === "string" ? next : null };
	},

	async finish(visit) {
		const hooks = await visit.host.lifecycleHooks();
		const { final = {} } = visit.meta.run;
		return { final: await visit.steps.effect(stepKey.end, () => callMachineEnd(hooks, visit.context, final)) };
	},

	async exited(visit) {
		// A MachineSnapshot alone does not say whether hooks are asked.
		const { run } = visit.meta;
		const { output, final, held, asks = visit.isHooked && hasMethod(await visit.hooks(), "onTransition") } = run;
		return { output, asks, ...(final !== undefined && { final }), ...(held !== undefined && { held }) };
	},
};

async function enterState(visit: Visit): Promise<void> {
	const { state, steps, meta, environment } = visit;
	environment.emit?.({
		type: "state",
		executionId: meta.execution_id,
		machine: meta.machine_name,
		state: state.name,
		step: meta.step,
	});
	if (!visit.isHooked) return;
	const hooks = await visit.hooks();
	if (!hasMethod(hooks, "onStateEnter")) return;
	visit.replaceContext(
		asContext(await steps.effect(stepKey.enter, () => callStateEnter(hooks, state.name, visit.context))),
	);
}

async function endState(visit: Visit, output: unknown): Promise<PhaseResult> {
	const { state, steps, held } = visit;
	const final = finalOutputOf(visit, output);
	const result = { output, ...(final !== undefined && { final }), ...(held !== undefined && { held }) };
	if (!visit.isHooked) return result;
	const hooks = await visit.hooks();
	if (hasMethod(hooks, "onStateExit")) {
		await steps.effect(stepKey.exit, () => callStateExit(hooks, state.name, visit.context, final ?? output));
	}
	return { ...result, asks: hasMethod(hooks, "onTransition") };
}

/** After a restart only what the context says of the error is left. */
function storedFailure({ last_error, last_error_type }: MachineContext): StoredError {
	return { name: String(last_error_type ?? "Error"), message: String(last_error ?? "") };
}

function asContext(value: unknown): Record<string, unknown> {
	if (!isRecord(value)) throw new TypeError("a hook's journaled context is no mapping");
	return value;
}
