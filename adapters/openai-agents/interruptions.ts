/** Tools that somebody must approve: the run of the SDK stops, and goes on from its state with the decisions. */
import type { AgentResult } from "../../runtime/agents/agent.ts";
import type { AgentResume } from "../../runtime/agents/interruption.ts";
import { spentOf } from "./answer.ts";
import type { Meter } from "./meter.ts";
import { readToolCall } from "./observe-run.ts";
import type { AgentsSdk, ApprovalItem, RunContext, RunState, SdkAgent } from "./sdk.ts";

/** What is read of a run that may have stopped. */
export interface InterruptedRun {
	readonly interruptions: readonly ApprovalItem[];
	readonly state: { toString(): string };
}

/** The result of a run that waits for approvals: one request for each call of a tool. */
export function interruptedResult({ interruptions, state }: InterruptedRun, meter: Meter): AgentResult {
	return {
		...spentOf(meter),
		interruption: {
			state: state.toString(),
			requests: interruptions.map((item) => {
				const { id, name, arguments: args } = callOf(item);
				return { id, kind: "approval", name, arguments: args, message: `May ${item.agent.name} call ${name}?` };
			}),
		},
	};
}

/**
 * The run as it was when it stopped, with what was decided. What is refused is told to the model, with the reason.
 * @param context of the new call: the stored one has nothing but the SDK's own
 * @throws the SDK's UserError where the agents have changed so that the state does not fit them
 */
export async function resumedRun(
	sdk: AgentsSdk,
	agent: SdkAgent,
	{ state: text, decisions }: AgentResume,
	context: RunContext<unknown>,
): Promise<RunState<unknown, SdkAgent>> {
	const state = await sdk.RunState.fromStringWithContext<unknown, SdkAgent>(agent, text, context);
	for (const item of state.getInterruptions()) {
		const { id, name } = callOf(item);
		const decision = decisions.find((one) => one.id === id);
		if (decision?.kind === "approval" && decision.approved) state.approve(item);
		else {
			const reason = decision?.kind === "approval" ? decision.message : undefined;
			state.reject(item, { message: `The call of ${name} was not approved${reason ? `: ${reason}` : "."}` });
		}
	}
	return state;
}

function callOf(item: ApprovalItem) {
	return readToolCall(item.name ?? "", item.rawItem);
}
