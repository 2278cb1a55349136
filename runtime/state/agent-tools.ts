/** Tools of an agent that runs a loop of its own: it calls those of the machine, and tells of those that it runs itself. */
import { createHash } from "node:crypto";
import type { AgentPlan } from "../../compiler/plan/plan.ts";
import { actorName } from "../../compiler/xstate/names.ts";
import type { AgentCall, AgentToolCall, MachineTools, ToolEnded } from "../agents/agent.ts";
import { RuntimeError } from "../agents/errors.ts";
import { askToolProvider } from "../hooks/call.ts";
import { joinedProvider } from "../tools/joined-provider.ts";
import { isAllowed, notAllowedText } from "../tools/permission.ts";
import { StateTools } from "../tools/state-tools.ts";
import type { ToolProvider } from "../tools/tool-provider.ts";
import { serverToolsOf } from "./server-tools.ts";
import { runTool } from "./tool-loop/run-tool.ts";
import type { Visit } from "./visit.ts";

/**
 * What one call of an agent is given for tools.
 * @param attempt names the call of the agent within the visit
 */
export function agentTools(
	visit: Visit,
	agent: AgentPlan,
	attempt: string,
): Required<Pick<AgentCall, "machineTools" | "onToolCall">> {
	return {
		machineTools: machineTools(visit, agent, attempt),
		onToolCall: (call) => tellOf(visit, agent.name, call),
	};
}

function machineTools(visit: Visit, plan: AgentPlan, attempt: string): MachineTools {
	const { name: agent } = plan;
	let provider: Promise<ToolProvider | undefined> | undefined;
	const providerOfVisit = () => {
		provider ??= readyProvider(visit, plan);
		return provider;
	};
	const repeated = new Map<string, number>();
	const tools = new StateTools(visit.state.tools);
	const permission = { allowed: tools.names, denied: [] };
	return {
		definitions: async () => tools.offered((await providerOfVisit())?.getToolDefinitions() ?? []),
		async call(call) {
			if (!isAllowed(permission, call.name)) return { content: notAllowedText(call.name), is_error: true };
			const turn = `${agent}.${attempt}.${digestOf(call)}`;
			const position = repeated.get(turn) ?? 0;
			repeated.set(turn, position + 1);
			return runTool(visit, { agent, call, turn, position, provider: await providerOfVisit(), timeout: 0 });
		},
	};
}

async function readyProvider(visit: Visit, agent: AgentPlan): Promise<ToolProvider | undefined> {
	const given = askToolProvider(await visit.hooks(), visit.state.name) ?? visit.services.tools;
	const connect = serverToolsOf(visit, agent);
	const provider = connect ? joinedProvider(given, (await connect()).provider) : given;
	await provider?.prepare?.();
	return provider;
}

/** A model that is asked again after a crash may answer otherwise: only the same call is the same step. */
function digestOf({ id, name, arguments: args }: AgentToolCall): string {
	return createHash("sha256")
		.update(JSON.stringify([id, name, args]))
		.digest("hex")
		.slice(0, 16);
}

function tellOf(visit: Visit, agent: string, call: AgentToolCall): ToolEnded {
	const { environment, meta, state, steps } = visit;
	const { id, name, arguments: args } = call;
	const told = { executionId: meta.execution_id, state: state.name, agent, tool: name, callId: id };
	environment.emit?.({ type: "tool_start", ...told });
	const span = visit.span?.begin({ kind: "tool", tool: name, callId: id, arguments: args });
	const shown = environment.inspected
		? steps.show(actorName.tool(name.slice(0, 64)), `tool.${id}`, { id, arguments: args })
		: undefined;
	return (result) => {
		const { content, is_error: isError = false } = result;
		span?.end({ output: content, ...(isError && { error: new RuntimeError(content) }) });
		shown?.(result);
		environment.emit?.({ type: "tool_end", ...told, isError });
	};
}
