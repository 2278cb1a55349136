/** Has an agent's interruption answered: each of its requests is a pause of the state (runtime/agents/interruption.ts). */
import type { AgentResume, Decision, Interruption, InterruptionRequest } from "../agents/interruption.ts";
import { decisionOf } from "../agents/interruption.ts";
import { pause } from "./pause.ts";
import type { Visit } from "./visit.ts";

/**
 * Parks until every request is answered, one after the other.
 * @param key names the interruption within the visit
 * @throws an AbortError where the visit was given up
 */
export async function answerInterruption(
	visit: Visit,
	agent: string,
	{ requests, state }: Interruption,
	key: string,
): Promise<AgentResume> {
	const decisions: Decision[] = [];
	for (const [index, request] of requests.entries()) {
		const { data } = await pause(visit, `${key}.${index + 1}`, { request: asked(agent, request) });
		visit.throwIfGivenUp();
		decisions.push(decisionOf(request, data));
	}
	return { state, decisions };
}

function asked(agent: string, { id, kind, name, arguments: args, message }: InterruptionRequest) {
	return { kind, agent, id, name, arguments: args, ...(message !== undefined && { message }) };
}
