/** One call of a tool within a visit: a journaled step, with an event for its start and its end. */
import { fromPromise } from "xstate";
import { actorName } from "../../../compiler/xstate/names.ts";
import { RuntimeError } from "../../agents/errors.ts";
import type { ChildOutcome } from "../../steps/spawn.ts";
import { inSpan } from "../../telemetry/telemetry.ts";
import { callTool, type FullToolResult, readToolResult } from "../../tools/call-tool.ts";
import type { PlacedCall } from "../../tools/chain.ts";
import type { ToolProvider } from "../../tools/tool-provider.ts";
import { stepKey } from "../step-keys.ts";
import type { Visit } from "../visit.ts";

export interface ToolRun extends PlacedCall {
	readonly agent: string;
	/** The answer that asks for it: its number in a tool loop, else what sets it apart within the visit. */
	readonly turn: number | string;
	readonly provider: ToolProvider | undefined;
	/** Seconds; 0 = any time. */
	readonly timeout: number;
}

/** Runs the tool, unless it has finished in an earlier life. @throws where the visit was given up */
export async function runTool(visit: Visit, run: ToolRun): Promise<FullToolResult> {
	const { environment, meta, state, steps } = visit;
	const { call, turn, position } = run;
	const key = stepKey.tool(call.name, turn, position);
	const isNew = !steps.has(key);
	const told = {
		executionId: meta.execution_id,
		state: state.name,
		agent: run.agent,
		tool: call.name,
		callId: call.id,
	};
	if (isNew) environment.emit?.({ type: "tool_start", ...told });
	const outcome = await (environment.inspected ? asActor(visit, run, key) : directly(visit, run, key));
	if ("error" in outcome) throw outcome.error;
	const result = readToolResult(outcome.output);
	if (isNew) environment.emit?.({ type: "tool_end", ...told, isError: result.is_error });
	return result;
}

function directly(visit: Visit, run: ToolRun, key: string): Promise<ChildOutcome> {
	return visit.steps.attempt(key, (signalOf) => call(visit, run, signalOf()));
}

/** The same call as an actor, where somebody looks. */
function asActor(visit: Visit, run: ToolRun, key: string): Promise<ChildOutcome> {
	const { name, id, arguments: args } = run.call;
	const logic = fromPromise(({ signal }) => call(visit, run, signal));
	const src = actorName.tool(name.slice(0, 64));
	return visit.steps.spawn(key, { logic, src, input: { id, arguments: args }, kind: "leaf" }).outcome;
}

function call(visit: Visit, run: ToolRun, signal: AbortSignal): Promise<FullToolResult> {
	const { meta, state, steps, services, span } = visit;
	const { provider, timeout, turn, position } = run;
	const work = () =>
		callTool({
			provider,
			call: run.call,
			timeout,
			signal,
			idempotencyKey: `${meta.execution_id}/${meta.step}/${state.name}/${visit.prefix}tool.${turn}.${position}`,
			// The call itself keeps the run going; its time only matters where it does not end.
			sleep: (seconds, ended) => steps.sleepUntil(services.now() + seconds * 1000, { signal: ended, idle: true }),
		});
	if (!span) return work();
	const { name, id, arguments: args } = run.call;
	return inSpan(span, { kind: "tool", tool: name, callId: id, arguments: args }, work, ({ content, is_error }) => ({
		output: content,
		...(is_error && { error: new RuntimeError(content) }),
	}));
}
