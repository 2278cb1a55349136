/** One call of an agent: an actor `agent:<name>` that users may override, a budget check before it, its totals after. */
import { type AnyActorLogic, fromPromise, type PromiseActorLogic } from "xstate";
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { AgentPlan } from "../../compiler/plan/plan.ts";
import { actorName } from "../../compiler/xstate/names.ts";
import type { AgentCall, AgentExecutor, AgentResult, ToolAgentCall } from "../agents/agent.ts";
import { describeError, errorFromAgentResult, RuntimeError } from "../agents/errors.ts";
import type { TraceModelCall } from "../agents/model-call.ts";
import { apiCallsOf, coerceAgentResult, costOf, totalTokensOf } from "../agents/result.ts";
import { callAgentStreamEvent } from "../hooks/call.ts";
import { hasMethod } from "../hooks/methods.ts";
import type { ChildOutcome } from "../steps/spawn.ts";
import { type AgentStart, inSpan, type TelemetrySpan } from "../telemetry/telemetry.ts";
import { agentTools } from "./agent-tools.ts";
import { FileNotFoundError, ValueError } from "./errors.ts";
import { answerInterruption } from "./interruptions.ts";
import { serverToolsOf } from "./server-tools.ts";
import { stepKey } from "./step-keys.ts";
import type { Totals, Visit } from "./visit.ts";

/** What an agent actor is told beside its input; it is not part of the input, so that overrides see only that. */
type CallOptions = Omit<AgentCall, "input" | "signal"> & CallAdditions & { readonly traced?: TracedCall };

/** Where the span of a call belongs, and what is known of the call before it is made. */
interface TracedCall extends Pick<AgentStart, "agent" | "type" | "attempt"> {
	readonly above: TelemetrySpan;
}

/** What a tool loop adds to a call. */
export type Conversation = Pick<ToolAgentCall, "tools" | "messages">;

/** What some calls have beside their input. */
export interface CallAdditions extends Pick<AgentCall, "correction" | "outputFields" | "resume"> {
	/** Whether the call is no part of the state's session. */
	readonly isApart?: true;
	/** Of a tool loop; an actor in place of the agent finds it in its input. */
	readonly conversation?: Conversation;
}

const callOptions = new WeakMap<object, CallOptions>();

/** The actor logic `agent:<name>`: input = the rendered `input` of the state, output = what the agent gives. */
export function agentLogic(
	executorOf: () => Promise<AgentExecutor>,
): PromiseActorLogic<unknown, Readonly<Record<string, unknown>>> {
	const logic = fromPromise<unknown, Readonly<Record<string, unknown>>>(async ({ input, signal }) => {
		const given = isRecord(input) ? input : {};
		const { traced, ...options } = callOptions.get(given) ?? { context: {} };
		const executor = await executorOf();
		return coerceAgentResult(await execute(executor, { ...options, input: given, signal }, traced));
	});
	ownLogic.add(logic);
	return logic;
}

/** Agent logic that nobody has overridden. */
const ownLogic = new WeakSet<AnyActorLogic>();

type ExecutorCall = AgentCall & Pick<CallAdditions, "conversation">;

function ask(executor: AgentExecutor, call: ExecutorCall): unknown {
	if (!call.conversation) return executor.execute(call);
	if (!executor.executeWithTools)
		throw new RuntimeError("The agent does not support tools: it has no executeWithTools.");
	const { conversation, ...rest } = call;
	return executor.executeWithTools({ ...rest, ...conversation });
}

/** @throws RuntimeError where the state's agent cannot be used in a tool loop (spec section 12.2) */
export async function checkSupportsTools(visit: Visit, agent: AgentPlan): Promise<AgentExecutor | undefined> {
	const logic = visit.actor(actorName.agent(agent.name));
	if (!logic || !ownLogic.has(logic)) return undefined;
	const executor = await visit.host.executorOf(agent);
	if (executor.executeWithTools) return executor;
	throw new RuntimeError(
		`Agent \`${agent.name}\` of type \`${agent.type}\` does not support tool loops: its executor has no executeWithTools.`,
	);
}

/**
 * Whether the agent calls the state's tools in a loop of its own: it cannot be given the machine's (`MachineTools`).
 * @throws RuntimeError where a tool of the state would have to pause in that loop
 */
export async function runsOwnLoop(visit: Visit, agent: AgentPlan): Promise<boolean> {
	const { steps, state } = visit;
	// What has begun one way goes on so: a replay has no executors.
	if (steps.has(stepKey.agent(agent.name, "turn.1"))) return false;
	if (["1", "sample.1", "vote.1"].some((attempt) => steps.has(stepKey.agent(agent.name, attempt)))) return true;
	const logic = visit.actor(actorName.agent(agent.name));
	if (!logic || !ownLogic.has(logic) || (await visit.host.executorOf(agent)).executeWithTools) return false;
	const pausing = state.tools?.find(({ pause }) => pause !== undefined);
	if (!pausing) return true;
	throw new RuntimeError(
		`Tool \`${pausing.name}\` cannot pause: agent \`${agent.name}\` of type \`${agent.type}\` runs its tools in a loop of its own.`,
	);
}

/** How one call went; an executor's exception is data here, so that execution types may retry it. */
export type CallOutcome = { readonly result: AgentResult } | { readonly thrown: unknown };

/**
 * Calls the state's agent. Where it stops for answers, the state pauses, and it is called again with them; what such calls
 * have spent is added to the visit.
 * @param attempt names the call within this visit; the same for a call that is made again after a crash
 * @param more what the call has beside its input
 * @throws LimitReachedError when the run's budget is spent
 */
export async function callAgent(
	visit: Visit,
	agent: AgentPlan,
	input: Readonly<Record<string, unknown>>,
	attempt: string,
	more: CallAdditions = {},
): Promise<CallOutcome> {
	let outcome = await callOnce(visit, agent, input, attempt, more);
	for (let round = 1; ; round++) {
		if ("thrown" in outcome || outcome.result.error) return outcome;
		const { interruption, ...result } = outcome.result;
		if (!interruption) return outcome;
		visit.addCalls(agent.name, totalsOf(result));
		const key = stepKey.agent(agent.name, `${attempt}.${round}`);
		const resume = await answerInterruption(visit, agent.name, interruption, key);
		outcome = await callOnce(visit, agent, input, `${attempt}.resume.${round}`, { ...more, resume });
	}
}

/**
 * One call.
 * @param attempt names the call within this visit; the same for a call that is made again after a crash
 * @param more what the call has beside its input
 * @throws LimitReachedError when the run's budget is spent
 */
async function callOnce(
	visit: Visit,
	agent: AgentPlan,
	input: Readonly<Record<string, unknown>>,
	attempt: string,
	more: CallAdditions,
): Promise<CallOutcome> {
	const { environment, meta, state } = visit;
	const logic = visit.actor(actorName.agent(agent.name));
	if (!logic) throw new ValueError(`Unknown agent \`${agent.name}\` in state \`${state.name}\`.`);
	environment.ledger.check();
	const started = { executionId: meta.execution_id, state: state.name, agent: agent.name };
	environment.emit?.({ type: "agent_start", ...started });
	const { isApart = false, ...added } = more;
	const options = { ...(await optionsOf(visit, agent, attempt, isApart)), ...added };
	const isOwn = ownLogic.has(logic);
	const outcome =
		isOwn && !environment.inspected
			? await callDirectly(visit, agent, { ...options, input }, attempt)
			: await callAsActor(
					visit,
					agent,
					logic,
					options,
					{ ...input, ...(!isOwn && { ...more.conversation, ...(more.resume && { resume: more.resume }) }) },
					attempt,
				);
	if ("error" in outcome) {
		environment.emit?.({ type: "agent_end", ...started, calls: 0, cost: 0, error: textOf(outcome.error) });
		return { thrown: outcome.error };
	}
	const result = coerceAgentResult(outcome.output);
	const totals = totalsOf(result);
	environment.ledger.add(totals.calls, totals.cost, totals.usage.total_tokens);
	const error = result.error ? { error: errorFromAgentResult(result.error).message } : {};
	environment.emit?.({ type: "agent_end", ...started, calls: totals.calls, cost: totals.cost, ...error });
	return { result };
}

function callAsActor(
	{ steps }: Visit,
	agent: AgentPlan,
	logic: AnyActorLogic,
	options: CallOptions,
	input: Readonly<Record<string, unknown>>,
	attempt: string,
): Promise<ChildOutcome> {
	callOptions.set(input, options);
	const src = actorName.agent(agent.name);
	const id = `${agent.name}.${attempt}`;
	const { traced } = options;
	let span: TelemetrySpan | undefined;
	const { outcome } = steps.spawn(stepKey.agent(agent.name, attempt), {
		logic,
		id,
		src,
		input,
		kind: "leaf",
		// Logic of ours has its span around the executor's call, and tells of its stream itself.
		...(!ownLogic.has(logic) && {
			created: (child) => {
				span = traced?.above.begin(startOf(traced, { ...options, input }));
				child.on("*", (event) => options.onStreamEvent?.(event));
			},
		}),
	});
	if (!traced) return outcome;
	return outcome.then((ended) => {
		span?.end("error" in ended ? { error: ended.error } : { result: coerceAgentResult(ended.output) });
		return ended;
	});
}

/** The same call without an actor around it, where nobody would see the actor: half the cost of a step. */
async function callDirectly(
	{ steps, host }: Visit,
	agent: AgentPlan,
	{ traced, ...call }: Omit<AgentCall, "signal"> & CallOptions,
	attempt: string,
): Promise<ChildOutcome> {
	return steps.attempt(stepKey.agent(agent.name, attempt), async (signalOf) => {
		const executor = await host.executorOf(agent);
		const signalled = {
			...call,
			get signal() {
				return signalOf();
			},
		};
		return execute(executor, signalled, traced);
	});
}

/** The call itself, in a span where somebody traces. */
function execute(executor: AgentExecutor, call: ExecutorCall, traced: TracedCall | undefined): unknown {
	if (!traced) return ask(executor, call);
	return inSpan(
		traced.above,
		startOf(traced, call, executor),
		(span) => ask(executor, withModelCalls(call, span)),
		(given) => ({ result: coerceAgentResult(given) }),
	);
}

/** The call with the means to show its requests beneath its span. */
function withModelCalls(call: ExecutorCall, agentSpan: TelemetrySpan): ExecutorCall {
	const traceModelCall: TraceModelCall = async (request, work, { answered, failed }) => {
		const span = agentSpan.begin({ kind: "model", ...request });
		try {
			const answer = await span.within(work);
			span.end({ answer: answered(answer) });
			return answer;
		} catch (error) {
			span.end({ error: errorFromAgentResult(failed(error)) });
			throw error;
		}
	};
	return { ...call, traceModelCall };
}

function startOf(
	{ agent, type, attempt }: TracedCall,
	{ input, sessionId }: AgentCall,
	executor?: AgentExecutor,
): AgentStart {
	const model = executor?.model;
	return {
		kind: "agent",
		agent,
		type,
		attempt,
		input,
		...(model && { model }),
		...(sessionId !== undefined && { sessionId }),
	};
}

async function optionsOf(visit: Visit, agent: AgentPlan, attempt: string, isApart: boolean): Promise<CallOptions> {
	const { meta, state, context, environment, span } = visit;
	const hooks = await visit.hooks();
	const sessionId = isApart || state.sessionId === undefined ? null : visit.render(state.sessionId);
	const serverTools = isApart ? undefined : serverToolsOf(visit, agent);
	const hasSession = sessionId !== null && sessionId !== undefined && String(sessionId).trim() !== "";
	return {
		context,
		state: state.name,
		idempotencyKey: `${meta.execution_id}/${meta.step}/${state.name}/${visit.prefix}${attempt}`,
		...(hasSession && { sessionId: String(sessionId) }),
		...(environment.streams && { stream: true }),
		...(span && { traced: { above: span, agent: agent.name, type: agent.type, attempt: visit.prefix + attempt } }),
		...(serverTools && { serverTools: async () => (await serverTools()).tools }),
		...(!isApart && agentTools(visit, agent, attempt)),
		onStreamEvent: (event) => {
			const place = { executionId: meta.execution_id, state: state.name, agent: agent.name };
			environment.emit?.({ type: "agent_stream", ...place, event });
			if (!hasMethod(hooks, "onAgentStreamEvent")) return;
			callAgentStreamEvent(hooks, state.name, event, context).catch((error: unknown) => {
				visit.services.logger.warn(`onAgentStreamEvent failed: ${textOf(error)}`, { state: state.name });
			});
		},
	};
}

/** What the machine counts of a result (spec section 6.5). */
export function totalsOf(result: AgentResult): Totals {
	const { input_tokens = 0, output_tokens = 0 } = result.usage ?? {};
	return {
		calls: apiCallsOf(result),
		cost: costOf(result),
		usage: { input_tokens, output_tokens, total_tokens: totalTokensOf(result) },
	};
}

/** The plan of the state's agent. @throws FileNotFoundError where its file is missing */
export function agentOf({ plan, state }: Visit, name: string): AgentPlan {
	const agent = Object.hasOwn(plan.agents, name) ? plan.agents[name] : undefined;
	if (!agent) throw new ValueError(`Unknown agent \`${name}\` in state \`${state.name}\`.`);
	if (agent.missingFile !== undefined) throw new FileNotFoundError("agent", name, agent.missingFile);
	return agent;
}

function textOf(error: unknown): string {
	const { type, text } = describeError(error);
	return `${type}: ${text}`;
}
