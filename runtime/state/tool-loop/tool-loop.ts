/**
 * A machine's tool loop: the agent is called, the tools that it asks for are run, and it is called again with what they
 * gave (spec section 12). Every call is a journaled step, so a resumed visit runs this from its top without any of them.
 */
import type { AgentPlan, ToolLoopPlan } from "../../../compiler/plan/plan.ts";
import { LimitReachedError } from "../../../compiler/xstate/errors.ts";
import type { AgentResult, AgentToolCall } from "../../agents/agent.ts";
import { describeError, errorFromAgentResult } from "../../agents/errors.ts";
import { costOf } from "../../agents/result.ts";
import { askToolProvider, callToolCalls, callToolResult } from "../../hooks/call.ts";
import type { MachineHooks } from "../../hooks/hooks.ts";
import { hasMethod } from "../../hooks/methods.ts";
import type { FullToolResult } from "../../tools/call-tool.ts";
import {
	answerText,
	assistantMessage,
	Chain,
	type ChainMessage,
	callsOf,
	openCalls,
	type PlacedCall,
	readChain,
	toolMessage,
	userMessage,
} from "../../tools/chain.ts";
import { joinedProvider } from "../../tools/joined-provider.ts";
import { isAllowed, notAllowedText, skippedText } from "../../tools/permission.ts";
import { StateTools } from "../../tools/state-tools.ts";
import { toolDefinitions, toolsOfAgent } from "../../tools/tool-definitions.ts";
import type { ToolDefinition, ToolProvider } from "../../tools/tool-provider.ts";
import { callAgent, checkSupportsTools, totalsOf } from "../agent-call.ts";
import { renderInput } from "../machines.ts";
import { serverToolsOf } from "../server-tools.ts";
import { stepKey } from "../step-keys.ts";
import type { Visit } from "../visit.ts";
import { type ToolLoopLimits, toolLoopLimits } from "./limits.ts";
import { chainKeys, type LoopOutput, type LoopStop, loopKey } from "./loop-keys.ts";
import { readLoopState, storedLoopState } from "./loop-state.ts";
import { type MidLoopTransition, midLoopTransition } from "./mid-loop-transition.ts";
import { runPausingTool } from "./pausing-tool.ts";
import { runTool, type ToolRun } from "./run-tool.ts";
import { asNames, steeringMessages } from "./steering.ts";

/**
 * Runs the state's tool loop.
 * @throws RuntimeError for an agent that cannot use tools, and for its failures as data; what it throws; ValueError and
 * TypeError for limits that are no numbers; LimitReachedError where the run's budget is spent
 */
export async function runToolLoop(visit: Visit, agent: AgentPlan, plan: ToolLoopPlan): Promise<LoopOutput> {
	const tools = new StateTools(visit.state.tools);
	const limits = toolLoopLimits(plan, (structure) => visit.render(structure), tools.names);
	const hooks = await visit.hooks();
	// A replay of a scenario runs no tools.
	const provider = visit.services.standIns
		? undefined
		: (askToolProvider(hooks, visit.state.name) ?? visit.services.tools);
	return new ToolLoop({ visit, agent, tools, limits, hooks, provider }).run();
}

interface Setting {
	readonly visit: Visit;
	readonly agent: AgentPlan;
	readonly tools: StateTools;
	readonly limits: ToolLoopLimits;
	readonly hooks: MachineHooks;
	readonly provider: ToolProvider | undefined;
}

/** What the model is offered, and who runs it. */
interface Offer {
	readonly definitions: readonly ToolDefinition[];
	readonly provider: ToolProvider | undefined;
}

/**
 * @throws RuntimeError for an agent that takes no tools, ToolServersNotAllowedError, and what the provider throws
 */
async function offeredTools({ visit, agent, tools, provider: given }: Setting): Promise<Offer> {
	const executor = await checkSupportsTools(visit, agent);
	const connect = serverToolsOf(visit, agent);
	const provider = connect ? joinedProvider(given, (await visit.steps.ready(connect)).provider) : given;
	await provider?.prepare?.();
	const known = toolDefinitions(provider, executor?.toolDefinitions ?? toolsOfAgent(agent.config));
	// A replay of a scenario has no tools but those that the state defines.
	return { definitions: visit.services.standIns ? known : await tools.offered(known), provider };
}

/** Limits after which the model is asked once more for an answer, without tools. */
const forcesAnswer: readonly LoopStop[] = ["max_tool_calls", "max_turns", "timeout", "cost_limit"];

const answerNow =
	"[System: The limit of this tool loop is reached. No more tools can be called. Answer now with what you know.]";

class ToolLoop {
	readonly #setting: Setting;
	readonly #visit: Visit;
	readonly #next: MidLoopTransition | undefined;
	readonly #chain = new Chain();
	#offered: Promise<Offer> | undefined;
	#turns = 0;
	#toolCalls = 0;
	#cost = 0;
	#content = "";
	/** Milliseconds that went by while answers were awaited, which are no time of the loop's. */
	#waited = 0;

	constructor(setting: Setting) {
		this.#setting = setting;
		const { visit } = setting;
		this.#visit = visit;
		this.#next = midLoopTransition(visit.state, (text) => visit.isOwnCondition(text));
	}

	async run(): Promise<LoopOutput> {
		const stop = await this.#cycle();
		this.#chain.close();
		if (forcesAnswer.includes(stop) && this.#content.trim() === "") await this.#finalAnswer();
		const { agent } = this.#setting;
		const visit = this.#visit;
		if (stop !== "complete" && stop !== "transition") visit.set(loopKey.stop, stop);
		visit.set(loopKey.chain, this.#chain.messages);
		visit.set(loopKey.chainState, visit.state.name);
		visit.set(loopKey.chainAgent, agent.name);
		return {
			content: this.#content,
			_tool_calls_count: this.#toolCalls,
			_tool_loop_turns: this.#turns,
			_tool_loop_cost: this.#cost,
			_tool_loop_stop: stop,
		};
	}

	async #cycle(): Promise<LoopStop> {
		const begun = this.#begin();
		if (begun) {
			const stop = await this.#runTools(begun);
			if (stop !== undefined) return stop;
		}
		for (;;) {
			const stop = this.#limitReached() ?? (await this.#turn());
			if (stop !== undefined) return stop;
		}
	}

	/** @returns the calls to go on with, where a snapshot without a log was taken in the middle of the loop */
	#begin(): readonly PlacedCall[] | undefined {
		const { agent } = this.#setting;
		const visit = this.#visit;
		const { before, steps, state } = visit;
		const { [loopKey.chain]: chain, [loopKey.chainState]: ofState, [loopKey.chainAgent]: ofAgent } = visit.context;
		visit.remove(chainKeys);
		// Left by an earlier loop: what was set in this visit counts.
		visit.remove([loopKey.stop, loopKey.abort].filter((key) => Object.is(before[key], visit.context[key])));
		const isLogged = steps.has(stepKey.agent(agent.name, turnName(1)));
		// A snapshot without a log is of the first attempt at key results.
		const stored = isLogged || visit.prefix !== "" ? undefined : readLoopState(visit.meta.run.tool_loop, agent.name);
		if (!stored) {
			if (ofState === state.name && ofAgent === agent.name) this.#chain.add(...readChain(chain));
			return undefined;
		}
		for (const [key, value] of Object.entries(stored.changed)) visit.set(key, value);
		visit.remove(stored.removed);
		this.#chain.add(...stored.chain);
		this.#turns = stored.turns;
		this.#toolCalls = stored.toolCalls;
		this.#cost = stored.cost;
		const { content } = stored.chain.findLast(({ role }) => role === "assistant") ?? {};
		this.#content = typeof content === "string" ? content : "";
		return openCalls(stored.chain);
	}

	/** The limits that are looked at before each call of the agent, in the specification's order. */
	#limitReached(): LoopStop | undefined {
		const { maxTurns, maxCost } = this.#setting.limits;
		if (this.#isLate()) return "timeout";
		if (maxTurns > 0 && this.#turns >= maxTurns) return "max_turns";
		if (maxCost > 0 && this.#cost >= maxCost) return "cost_limit";
		return undefined;
	}

	/** Journaled, since after a restart the clock says something else. */
	#isLate(): boolean {
		const { totalTimeout } = this.#setting.limits;
		if (totalTimeout <= 0) return false;
		const { steps, services } = this.#visit;
		const start = Number(steps.value(stepKey.loopStart, () => services.now()));
		return (
			steps.value(
				stepKey.loopIsLate(this.#turns + 1),
				() => services.now() - start - this.#waited >= totalTimeout * 1000,
			) === true
		);
	}

	/** One call of the agent, and the tools that it asks for. */
	async #turn(): Promise<LoopStop | undefined> {
		const { limits } = this.#setting;
		const { isEmpty: isFirst } = this.#chain;
		const result = await this.#call(isFirst ? renderInput(this.#visit) : {}, isFirst ? null : this.#chain.messages);
		if (isFirst && result.rendered_user_prompt) this.#chain.add(userMessage(result.rendered_user_prompt));
		const calls = callsOf(result, this.#turns);
		this.#chain.add(assistantMessage(this.#content, calls));
		if (result.finish_reason !== "tool_use") return "complete";
		if (limits.maxToolCalls > 0 && this.#toolCalls + calls.length > limits.maxToolCalls) return "max_tool_calls";
		await this.#tellCalls(calls);
		if (this.#isAborted()) return "aborted";
		return this.#runTools(calls.map((call, position) => ({ call, position })));
	}

	async #call(
		input: Readonly<Record<string, unknown>>,
		messages: readonly ChainMessage[] | null,
	): Promise<AgentResult> {
		const { agent } = this.#setting;
		const visit = this.#visit;
		const attempt = turnName(this.#turns + 1);
		const { definitions: tools } = await this.#readyFor(stepKey.agent(agent.name, attempt));
		const outcome = await callAgent(visit, agent, input, attempt, {
			conversation: { tools, messages: messages && [...messages] },
		});
		visit.throwIfGivenUp();
		if ("thrown" in outcome) throw outcome.thrown;
		const { result } = outcome;
		visit.addCalls(agent.name, totalsOf(result));
		this.#turns += 1;
		this.#cost += costOf(result);
		this.#content = answerText(result);
		visit.set(loopKey.turns, this.#turns);
		visit.set(loopKey.cost, this.#cost);
		visit.set(loopKey.calls, this.#toolCalls);
		visit.set(loopKey.content, this.#content);
		visit.set(loopKey.usage, result.usage ?? null);
		if (result.error) throw errorFromAgentResult(result.error);
		return result;
	}

	/** Nothing is made ready for a step that answers from the journal: a replay has neither models nor tools. */
	#readyFor(key: string): Promise<Offer> | Offer {
		if (this.#visit.steps.has(key)) return { definitions: [], provider: undefined };
		this.#offered ??= offeredTools(this.#setting);
		return this.#offered;
	}

	async #tellCalls(calls: readonly AgentToolCall[]): Promise<void> {
		const { hooks } = this.#setting;
		const visit = this.#visit;
		if (!hasMethod(hooks, "onToolCalls")) return;
		const context = await visit.steps.effect(stepKey.turnCalls(this.#turns), () =>
			callToolCalls(hooks, visit.state.name, calls, visit.context),
		);
		visit.replaceContext(Object(context));
		visit.throwIfGivenUp();
	}

	/** Runs the calls of one turn, one after the other; then the model gets what hooks want to tell it. */
	async #runTools(calls: readonly PlacedCall[]): Promise<LoopStop | undefined> {
		const { permission } = this.#setting.limits;
		const visit = this.#visit;
		const skipped = asNames(visit.context[loopKey.skip]);
		visit.remove([loopKey.skip]);
		for (const placed of calls) {
			const { call } = placed;
			if (skipped.has(call.id) || skipped.has(call.name)) this.#refuse(call, skippedText(call.name));
			else if (!isAllowed(permission, call.name)) this.#refuse(call, notAllowedText(call.name));
			else {
				const stop = await this.#runOne(placed);
				if (stop !== undefined) return stop;
			}
		}
		const { [loopKey.stop]: stop } = visit.context;
		if (stop) return String(stop);
		this.#chain.add(...steeringMessages(visit.context[loopKey.steering]));
		visit.remove([loopKey.steering]);
		return undefined;
	}

	#refuse({ id, name }: AgentToolCall, text: string): void {
		this.#visit.services.logger.info(text, { state: this.#visit.state.name, tool: name });
		this.#chain.add(toolMessage(id, text));
	}

	async #runOne(placed: PlacedCall): Promise<LoopStop | undefined> {
		const { agent, limits, hooks } = this.#setting;
		const visit = this.#visit;
		const { call, position } = placed;
		const { provider } = await this.#readyFor(stepKey.tool(call.name, this.#turns, position));
		const run = { ...placed, agent: agent.name, turn: this.#turns, provider, timeout: limits.toolTimeout };
		const { content, is_error } = await this.#result(run);
		visit.throwIfGivenUp();
		this.#toolCalls += 1;
		visit.set(loopKey.calls, this.#toolCalls);
		this.#chain.add(toolMessage(call.id, content));
		if (hasMethod(hooks, "onToolResult")) {
			const result = { tool_call_id: call.id, name: call.name, arguments: call.arguments, content, is_error };
			const context = await visit.steps.effect(stepKey.turnResult(this.#turns, position), () =>
				callToolResult(hooks, visit.state.name, result, visit.context),
			);
			visit.replaceContext(Object(context));
			visit.throwIfGivenUp();
		}
		this.#note("toolCalled");
		if (this.#isAborted()) return "aborted";
		visit.held = this.#next?.(visit.context);
		return visit.held === undefined ? undefined : "transition";
	}

	async #result(run: ToolRun): Promise<FullToolResult> {
		const { tools } = this.#setting;
		const plan = tools.pauseOf(run.call.name);
		if (!plan) return runTool(this.#visit, run);
		const parking = () => this.#note("toolPauses");
		const { waited, ...result } = await runPausingTool(this.#visit, { ...run, tools, plan, parking });
		this.#waited += waited;
		return result;
	}

	/** Has the loop stored with the next commit. */
	#note(what: "toolCalled" | "toolPauses"): void {
		const visit = this.#visit;
		const record = visit.environment.keeper?.recorder.executionOf(visit.machine);
		if (!record) return;
		const state = { chain: this.#chain.messages, turns: this.#turns, toolCalls: this.#toolCalls, cost: this.#cost };
		record[what](storedLoopState(state, this.#setting.agent.name, visit.before, visit.context), this.#chain.size);
	}

	/** The agent's last word, without tools; it counts as no turn, and where it fails there is none (spec section 12.4). */
	async #finalAnswer(): Promise<void> {
		const { agent } = this.#setting;
		const visit = this.#visit;
		this.#chain.add(userMessage(answerNow));
		const conversation = { tools: [], messages: [...this.#chain.messages] };
		const outcome = await callAgent(visit, agent, {}, "final", { conversation });
		visit.throwIfGivenUp();
		if ("thrown" in outcome) {
			if (outcome.thrown instanceof LimitReachedError) throw outcome.thrown;
			this.#warn(describeError(outcome.thrown).text);
			return;
		}
		const { result } = outcome;
		visit.addCalls(agent.name, totalsOf(result));
		if (result.error) this.#warn(errorFromAgentResult(result.error).message);
		const text = answerText(result);
		if (result.error || text.trim() === "") return;
		this.#chain.add(assistantMessage(text, []));
		this.#content = text;
		visit.set(loopKey.content, text);
	}

	#warn(reason: string): void {
		const { services, state } = this.#visit;
		services.logger.warn("The tool loop ends without an answer: the last call of the agent failed.", {
			state: state.name,
			reason,
		});
	}

	#isAborted(): boolean {
		return Boolean(this.#visit.context[loopKey.abort]);
	}
}

/** The attempt that a turn of the loop is. */
function turnName(turn: number): string {
	return `turn.${turn}`;
}
