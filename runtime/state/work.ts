/** What a state does, in order: action, launch, machines, agent, output (spec section 7). */
import { truthy } from "../../compiler/expression/index.ts";
import type { StatePlan } from "../../compiler/plan/plan.ts";
import { shapeOf } from "../../compiler/xstate/shape.ts";
import { errorFromAgentResult } from "../agents/errors.ts";
import { payloadOf } from "../agents/result.ts";
import { callToolCalls, callToolResult } from "../hooks/call.ts";
import { runAction } from "./action.ts";
import { agentOf, runsOwnLoop, totalsOf } from "./agent-call.ts";
import { runAttempts } from "./attempts/attempts.ts";
import { TimeoutError } from "./errors.ts";
import { executeAgent } from "./execution/execute.ts";
import { runForeach } from "./foreach.ts";
import { runLaunches } from "./launch.ts";
import { renderInput, runMachines } from "./machines.ts";
import { applyOutput } from "./output.ts";
import { isLongSleep } from "./sleep.ts";
import { stepKey } from "./step-keys.ts";
import { runToolLoop } from "./tool-loop/tool-loop.ts";
import type { Visit } from "./visit.ts";

/**
 * Does the state's work under its timeout.
 * @returns what templates of this state see as `output`
 */
export function doWork(visit: Visit): Promise<unknown> {
	const { timeout } = visit.state;
	return timeout === null ? workOf(visit) : workWithin(visit, timeout);
}

async function workWithin(visit: Visit, timeout: number): Promise<unknown> {
	const { name } = visit.state;
	const { steps, services, environment } = visit;
	if (services.standIns?.expires?.(name)) throw new TimeoutError(name, timeout);
	const isKnown = steps.has(stepKey.deadline);
	const deadline = Number(steps.value(stepKey.deadline, () => services.now() + timeout * 1000));
	const ended = new AbortController();
	const signal = AbortSignal.any([ended.signal, steps.signal]);
	// Time that was over before a restart leaves what was done in time, and nothing else.
	const isOver = isKnown && deadline <= services.now();
	const stopWaking = visit.wakeAt(deadline);
	// What the state does keeps the run going; where that is only a child that waits, the run parks, as it does there.
	const idle = !environment.awaitsTimeouts || isLongSleep(environment, deadline - services.now());
	const expiry = (isOver ? steps.onlyJournaled() : steps.sleepUntil(deadline, { signal, idle })).then(() => {
		visit.giveUp();
		throw new TimeoutError(name, timeout);
	});
	try {
		return await Promise.race([workOf(visit), expiry]);
	} finally {
		ended.abort();
		expiry.catch(() => undefined);
		steps.allowNew();
		steps.cancelAll();
		stopWaking();
	}
}

async function workOf(visit: Visit): Promise<unknown> {
	const { keyResults } = visit.state;
	visit.throwIfGivenUp();
	if (keyResults === undefined) {
		const { output, gives } = await produce(visit);
		if (gives) applyOutput(visit, gives.output);
		visit.note(output);
		return output;
	}
	const { work, verdict, attempts } = await runAttempts(visit, keyResults, produce);
	if (work.gives) applyOutput(visit, work.gives.output);
	visit.note(work.output, { verdict, attempts });
	return work.output;
}

/** What the work of a state has given. */
interface Produced {
	readonly output: unknown;
	/** What `output_to_context` sees as `output`; absent where it is not asked. */
	readonly gives?: { readonly output: unknown };
}

async function produce(visit: Visit): Promise<Produced> {
	const { state } = visit;
	visit.throwIfGivenUp();
	if (state.action !== undefined) {
		await runAction(visit, state.action);
		visit.throwIfGivenUp();
	}
	if (state.launch.length > 0) {
		await runLaunches(visit);
		visit.throwIfGivenUp();
	}
	if (state.foreach || state.machine) {
		const output = state.foreach ? await runForeach(visit, state.foreach) : await runMachines(visit, machineOf(state));
		visit.throwIfGivenUp();
		const gives = { output: truthy(output) ? output : {} };
		if (state.agent === undefined) return { output, gives };
		applyOutput(visit, gives.output);
	}
	if (state.agent === undefined) return { output: undefined };
	const output = await runAgent(visit, state.agent);
	return { output, gives: { output } };
}

function machineOf({ machine, name }: StatePlan): NonNullable<StatePlan["machine"]> {
	if (!machine) throw new TypeError(`state ${name} has no machine`);
	return machine;
}

async function runAgent(visit: Visit, name: string): Promise<unknown> {
	const agent = agentOf(visit, name);
	const { toolLoop } = visit.state;
	if (toolLoop && !(toolLoop.isImplied && (await runsOwnLoop(visit, agent)))) {
		return runToolLoop(visit, agent, toolLoop);
	}
	const result = await executeAgent(visit, agent, renderInput(visit));
	// Before the failure: an answer that cannot be used was paid for all the same.
	visit.addCalls(agent.name, totalsOf(result));
	if (result.error) throw errorFromAgentResult(result.error);
	await tellToolCalls(visit, result.tool_calls ?? [], result.metadata?.tool_results);
	return payloadOf(result);
}

/** Hooks hear of tool calls that an agent made by itself (spec section 7, "Observational tool hooks"). */
async function tellToolCalls(visit: Visit, calls: readonly unknown[], results: unknown): Promise<void> {
	const { state, steps } = visit;
	const toolResults: readonly unknown[] = Array.isArray(results) ? results : [];
	if (calls.length === 0 && toolResults.length === 0) return;
	const hooks = await visit.hooks();
	if (calls.length > 0) {
		const context = await steps.effect(stepKey.toolCalls, () => callToolCalls(hooks, state.name, calls, visit.context));
		visit.replaceContext(Object(context));
	}
	for (const [index, result] of toolResults.entries()) {
		const context = await steps.effect(stepKey.toolResult(index), () =>
			callToolResult(hooks, state.name, result, visit.context),
		);
		visit.replaceContext(Object(context));
	}
}

/** The run's output where the state ends the run: its `output` block, else for a final state what it gave, else `{}`. */
export function finalOutputOf(visit: Visit, output: unknown): unknown {
	const { state, plan } = visit;
	if (!shapeOf(plan, state, { state: false, lifecycle: false }).ends) return undefined;
	const rendered = state.output === undefined ? undefined : visit.render(state.output, output);
	if (truthy(rendered)) return rendered;
	return state.kind === "final" && truthy(output) ? output : {};
}
