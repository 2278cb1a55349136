/** The servers of tools that a state's agent names: one set of connections for each run (spec section 19.6). */
import type { AnyActorRef } from "xstate";
import type { AgentPlan } from "../../compiler/plan/plan.ts";
import {
	type ServerTools,
	serverNames,
	serversInDocument,
	type ToolServerConnections,
	ToolServersNotAllowedError,
} from "../tools/tool-servers.ts";
import type { RuntimeServices } from "./services.ts";
import type { Visit } from "./visit.ts";

/**
 * What connects to the servers of the agent's document and gives their tools; undefined where it names none, and in a
 * replay, which runs no tools.
 */
export function serverToolsOf(visit: Visit, agent: AgentPlan): (() => Promise<ServerTools>) | undefined {
	const mcp = serversInDocument(agent.config);
	if (!mcp || visit.services.standIns) return undefined;
	return async () => {
		const connections = visit.environment.toolServers ?? connectionsOfMachine(visit.machine, visit.services);
		if (!connections) throw new ToolServersNotAllowedError(agent.name, serverNames(mcp));
		return connections.toolsOf(agent.name, mcp);
	};
}

const ofMachines = new WeakMap<AnyActorRef, ToolServerConnections>();

/** A machine inside of a foreign app has no run: its connections end with itself. */
function connectionsOfMachine(
	machine: AnyActorRef,
	{ toolServers, logger }: RuntimeServices,
): ToolServerConnections | undefined {
	const known = ofMachines.get(machine);
	if (known || !toolServers) return known;
	const connections = toolServers.open(logger);
	ofMachines.set(machine, connections);
	const close = () => {
		connections[Symbol.asyncDispose]().catch((error: unknown) => {
			logger.warn(`Connections to servers of tools could not be closed: ${String(error)}`);
		});
	};
	machine.subscribe({ complete: close, error: close });
	return connections;
}
