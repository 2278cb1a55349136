/** Child machines: an actor each, `machine:<name>`, that users may override (spec section 10). */
import type { AnyActorRef } from "xstate";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { type MachineContext, withStartOptions } from "../../compiler/xstate/machine-context.ts";
import { actorName } from "../../compiler/xstate/names.ts";
import { describeError } from "../agents/errors.ts";
import { resultUri } from "../results/result-uri.ts";
import type { ChildOutcome, SpawnedChild } from "../steps/steps.ts";
import { FileNotFoundError, MachineDepthError, ValueError } from "./errors.ts";
import { isMachineContext, type Totals, type Visit } from "./visit.ts";

/** Checks that a child may be started from this state. @throws MachineDepthError, FileNotFoundError, ValueError */
export function checkChild(
	{ plan, meta, state }: Visit,
	name: string,
): { readonly planId: string; readonly depth: number } {
	const reference = Object.hasOwn(plan.machines, name) ? plan.machines[name] : undefined;
	if (!reference) throw new ValueError(`Unknown machine \`${name}\` in state \`${state.name}\`.`);
	if (reference.missingFile !== undefined) throw new FileNotFoundError("machine", name, reference.missingFile);
	const depth = meta.depth + 1;
	const { max_depth: maxDepth } = meta.run.limits;
	if (depth > maxDepth) throw new MachineDepthError(depth, maxDepth);
	return { planId: reference.id, depth };
}

export interface RunningChild {
	readonly outcome: Promise<ChildOutcome>;
	cancel(): void;
}

/** Starts machine `name` as a child of this state. */
export function startChild(visit: Visit, key: string, name: string, input: unknown): RunningChild {
	const { host, meta, steps, environment, services } = visit;
	const { depth } = checkChild(visit, name);
	if (!isRecord(input)) throw new ValueError(`The input of machine \`${name}\` is no mapping.`);
	const childId = String(steps.value(`${key}.id`, () => services.newId()));
	const logic = visit.actor(actorName.machine(name));
	if (!logic) throw new ValueError(`Unknown machine \`${name}\` in state \`${visit.state.name}\`.`);
	const { max_agent_calls, max_cost, max_tokens, max_depth } = meta.run.limits;
	const event = { executionId: meta.execution_id, childId, machine: name };
	environment.emit?.({ type: "child_start", ...event });
	const options = {
		executionId: childId,
		parentExecutionId: meta.execution_id,
		depth,
		limits: { max_agent_calls, max_cost, max_tokens, max_depth },
	};
	const machine = host.machineBehind(logic);
	const child: SpawnedChild = steps.spawn(key, {
		logic: machine ?? logic,
		src: actorName.machine(name),
		// A stand-in that the user provided is given its input and no more.
		input: machine ? withStartOptions(input, options) : input,
		kind: "machine",
		summarize: totalsOfChild,
	});
	const outcome = child.outcome.then(async (ended) => {
		const totals = readTotals(ended.summary);
		if (totals) visit.addTotals(totals);
		environment.emit?.({ type: "child_end", ...event });
		const result = "error" in ended ? errorValue(ended.error) : ended.output;
		await services.results.write(resultUri(childId), result).catch((error: unknown) => {
			services.logger.warn(`The result of machine \`${name}\` is not kept: ${describeError(error).text}`, { childId });
		});
		return ended;
	});
	return { outcome, cancel: child.cancel };
}

/** A failed child as a value among the results of its siblings (spec section 8.4). */
export function errorValue(error: unknown): { readonly _error: string; readonly _error_type: string } {
	const { text, type } = describeError(error);
	return { _error: text, _error_type: type };
}

function totalsOfChild(child: AnyActorRef): Totals | null {
	const { context } = child.getSnapshot();
	return isMachineContext(context) ? totalsOfContext(context) : null;
}

/** The totals of a machine, its own children included. */
export function totalsOfContext({ machine }: MachineContext): Totals {
	return { calls: machine.total_api_calls, cost: machine.total_cost, usage: machine.run.usage };
}

function readTotals(summary: unknown): Totals | undefined {
	if (!isRecord(summary) || !isRecord(summary.usage)) return undefined;
	const number = (value: unknown): number => (typeof value === "number" ? value : 0);
	const { input_tokens, output_tokens, total_tokens } = summary.usage;
	return {
		calls: number(summary.calls),
		cost: number(summary.cost),
		usage: {
			input_tokens: number(input_tokens),
			output_tokens: number(output_tokens),
			total_tokens: number(total_tokens),
		},
	};
}
