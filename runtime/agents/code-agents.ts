/** Agents that are given in code, by their names in the machine: functions, and actor logic of XState. */
import type { AnyActorLogic, Snapshot } from "xstate";
import { FlatstateError } from "../errors.ts";
import type { AgentAdapter, AgentCall, AgentExecutor } from "./agent.ts";

/** What a function is told of its call beside the input. */
export type AgentCallInfo = Omit<AgentCall, "input">;

/**
 * An agent as a function.
 * @param input the state's rendered `input`
 * @param info the call's `signal`, `idempotencyKey`, `context`, and what else `AgentCall` has
 * @returns an agent result, or any value that `coerceAgentResult` takes
 */
export type AgentFunction = (input: Readonly<Record<string, unknown>>, info: AgentCallInfo) => unknown;

/**
 * An agent given in code. Actor logic gets the rendered `input`, is stopped when the call is aborted, and its output is
 * the agent's; logic without outputs, as of `fromObservable`, gives its last value. What it emits is told as pieces of
 * its answer.
 */
export type CodeAgent = AgentFunction | AnyActorLogic;

/** Agents by name. Those of the type `code` in the document have no other. */
export type CodeAgents = Readonly<Record<string, CodeAgent>>;

/** An agent has the type `code`, and no code was given for it. */
export class MissingCodeAgentError extends FlatstateError {
	constructor(agentName: string) {
		super(
			"missing_code_agent",
			`Agent "${agentName}" has the type \`code\`, and none was given in code. Give one with the option ` +
				`\`agents: { ${agentName}: fromPromise(…) }\`, or a function \`(input, info) => …\`.`,
		);
	}
}

/** The adapter of agents that must be given in code, and were not. */
export const codeAdapter: AgentAdapter = {
	typeName: "code",
	createExecutor(agentName) {
		throw new MissingCodeAgentError(agentName);
	},
};

/** Whether an agent is actor logic. */
export function isActorLogic(value: unknown): value is AnyActorLogic {
	return (
		typeof value === "object" &&
		value !== null &&
		"transition" in value &&
		typeof value.transition === "function" &&
		"getInitialSnapshot" in value &&
		typeof value.getInitialSnapshot === "function"
	);
}

/** A function behind the port. */
export function functionExecutor(run: AgentFunction): AgentExecutor {
	return { execute: ({ input, ...info }) => run(input, info) };
}

/**
 * The logic of an agent as the runtime runs it: where it ends without an output, as observables do, its last value is the
 * output.
 */
export function agentActorLogic(logic: AnyActorLogic): AnyActorLogic {
	// A machine says its output itself, and is more than its own keys.
	if (Object.getPrototypeOf(logic) !== Object.prototype) return logic;
	return {
		...logic,
		transition: (snapshot, event, scope) => withLastValue(logic.transition(snapshot, event, scope)),
	};
}

function withLastValue(snapshot: Snapshot<unknown>): Snapshot<unknown> {
	const isOver = snapshot.status === "done" && snapshot.output === undefined;
	return isOver && "context" in snapshot ? { ...snapshot, output: snapshot.context } : snapshot;
}
