/** The state's agent under each execution type: which answers it may get, and what the state sees of them. */
import type { AgentPlan, ExecutionPlan } from "../../../../compiler/plan/plan.ts";
import type { AgentResult } from "../../../../runtime/agents/agent.ts";
import { retryDelaySeconds } from "../../../../runtime/agents/backoff.ts";
import { errorInfoOf } from "../../../../runtime/agents/error-info.ts";
import { errorFromAgentResult } from "../../../../runtime/agents/errors.ts";
import { payloadOf } from "../../../../runtime/agents/result.ts";
import { FileNotFoundError, TimeoutError, ValueError } from "../../../../runtime/state/errors.ts";
import { isEmptyAnswer } from "../../../../runtime/state/execution/retry.ts";
import type { GivenError } from "../../solve/answer-space.ts";
import { answeredErrors, answerFor, errorOf, failure, plainError } from "./given-errors.ts";
import type { ModelVisit } from "./model-visit.ts";
import { outcome } from "./outcomes.ts";
import { sampleSets } from "./sample-sets.ts";
import { runToolLoopModel, textOfPayload } from "./tool-loop-model.ts";
import { runVotingModel } from "./voting-model.ts";

/** One call of an agent as the model sees it: a payload with what it costs, or the error it fails with. */
export type Call = { readonly payload: unknown; readonly cost?: number } | { readonly fails: GivenError };

/** Runs the state's agent. @throws what the runtime would throw */
export function runAgent(visit: ModelVisit, name: string): unknown {
	const { state, plan } = visit;
	const agent = Object.hasOwn(plan.agents, name) ? plan.agents[name] : undefined;
	if (!agent) throw new ValueError(`Unknown agent \`${name}\` in state \`${state.name}\`.`);
	if (agent.missingFile !== undefined) throw new FileNotFoundError("agent", name, agent.missingFile);
	if (state.toolLoop) {
		return runToolLoopModel(visit, agent, state.toolLoop, () => callOnce(visit, agent, texts(visit)));
	}
	visit.renderMapping(state.input, "input");
	const result = execute(visit, agent);
	if (result.error) throw errorFromAgentResult(result.error);
	return payloadOf(result);
}

function execute(visit: ModelVisit, agent: AgentPlan): AgentResult {
	const { execution } = visit.state;
	switch (execution.type) {
		case "default":
			return callOnce(visit, agent, payloads(visit));
		case "retry":
			return callWithRetries(visit, agent, execution);
		case "parallel":
			return callSamples(visit, agent, execution.nSamples);
		case "mdap_voting":
			return runVotingModel(visit, agent, execution);
	}
}

/** What precedes every call: the budget, and the session that is rendered for it. */
export function beforeCall(visit: ModelVisit): void {
	visit.checkBudget();
	if (visit.state.sessionId !== undefined) visit.render(visit.state.sessionId);
}

/** Payloads that the agent may answer with, one at least. */
export function payloads(visit: ModelVisit): readonly unknown[] {
	const found = visit.space.agentOutputs(visit.state, visit.flat);
	return found.length === 0 ? [{}] : found;
}

/** Errors that a call of the agent may fail with. */
export function errorsOf({ space, state, flat }: ModelVisit): readonly GivenError[] {
	return answeredErrors(space, state, flat);
}

/** Each payload for nothing, and at each cost that somebody asks for. */
function withCosts(visit: ModelVisit, found: readonly unknown[]): readonly Call[] {
	const costs = visit.space.costs(visit.state, visit.flat).flatMap((total) => {
		const cost = Number((total - visit.cost).toPrecision(12));
		return cost > 0 ? [cost] : [];
	});
	return [{}, ...costs.map((cost) => ({ cost }))].flatMap((more) => found.map((payload) => ({ payload, ...more })));
}

/** Answers for a tool loop, of which only the text counts. */
function texts(visit: ModelVisit): readonly unknown[] {
	return [...new Set(payloads(visit).map(textOfPayload))].map((content) => ({ content }));
}

function callOnce(visit: ModelVisit, agent: AgentPlan, found: readonly unknown[]): AgentResult {
	beforeCall(visit);
	const answers = withCosts(visit, found);
	const failures = errorsOf(visit).map((fails) => ({ fails }));
	const call = visit.choices.pick([...answers, ...failures]);
	if ("fails" in call) {
		visit.outcomes.push(outcome.agentFailed);
		const answer = failure(call.fails);
		visit.give({ kind: "agent", name: agent.name, answer });
		throw errorOf(answer);
	}
	visit.outcomes.push(outcome.agentAnswered);
	visit.give({ kind: "agent", name: agent.name, answer: answerFor(call.payload, call.cost) });
	visit.countCalls(1, call.cost);
	const { cost = 0, payload } = call;
	return { output: payload, content: textOfPayload(payload), cost };
}

type Retry = Extract<ExecutionPlan, { type: "retry" }>;

function callWithRetries(visit: ModelVisit, agent: AgentPlan, retry: Retry): AgentResult {
	beforeCall(visit);
	const attempts = retry.backoffs.length + 1;
	const isEnough = (payload: unknown) => !retry.retryOnEmpty || !isEmptyAnswer(payloadOf({ output: payload }));
	const found = payloads(visit).filter(isEnough);
	const good: readonly unknown[] = found.length > 0 ? found : [{ content: "an answer" }];
	const errors = errorsOf(visit);
	const [first = plainError] = errors;
	const courses: Call[][] = withCosts(visit, good).map((call) => [call]);
	if (attempts > 1) courses.push([{ fails: first }, { payload: good[0] }]);
	if (attempts > 1 && retry.retryOnEmpty) courses.push([{ payload: { content: "" } }, { payload: good[0] }]);
	for (const fails of errors) courses.push(Array.from({ length: attempts }, () => ({ fails })));
	return makeCalls(visit, agent, retry, visit.choices.pick(courses));
}

/** Makes the calls of one course; the last of them ends it. */
function makeCalls(visit: ModelVisit, agent: AgentPlan, retry: Retry, course: readonly Call[]): AgentResult {
	let elapsed = 0;
	for (const [index, call] of course.entries()) {
		if (index > 0) {
			beforeCall(visit);
		}
		if ("payload" in call) {
			visit.give({ kind: "agent", name: agent.name, answer: answerFor(call.payload, call.cost) });
			visit.countCalls(1, call.cost);
			if (index === course.length - 1) {
				visit.outcomes.push(index === 0 ? outcome.agentAnswered : outcome.answeredAfterRetry);
				return { output: call.payload };
			}
		} else visit.give({ kind: "agent", name: agent.name, answer: failure(call.fails) });
		if (index === course.length - 1 && "fails" in call) {
			visit.outcomes.push(outcome.retriesExhausted);
			return { error: { ...errorInfoOf(errorOf(failure(call.fails))), retryable: false } };
		}
		elapsed += retryDelaySeconds({ ...retry, attempt: index, random: () => 0.5 }) ?? 0;
		giveUpAfter(visit, elapsed);
	}
	throw new RangeError("a course of calls has one call at least");
}

/** Back-offs may take longer than the state's time. @throws TimeoutError */
function giveUpAfter({ state, outcomes }: ModelVisit, elapsed: number): void {
	if (state.timeout === null || elapsed < state.timeout) return;
	outcomes.push(outcome.timeout);
	throw new TimeoutError(state.name, state.timeout);
}

/** All samples at once; those that fail are dropped. */
function callSamples(visit: ModelVisit, agent: AgentPlan, count: number): AgentResult {
	for (let sample = 0; sample < count; sample++) beforeCall(visit);
	const [fails = plainError] = errorsOf(visit);
	const calls = visit.choices.pick(sampleSets(payloads(visit), count, fails));
	for (const call of calls) {
		const answer = "payload" in call ? answerFor(call.payload) : failure(call.fails);
		visit.give({ kind: "agent", name: agent.name, answer });
	}
	const results = calls.flatMap((call) => ("payload" in call ? [payloadOf({ output: call.payload })] : []));
	visit.countCalls(results.length);
	if (results.length === 0) {
		visit.outcomes.push(outcome.noSample);
		return {};
	}
	visit.outcomes.push(results.length === count ? outcome.allSamples : outcome.someSamples);
	return { output: { results, count: results.length } };
}
