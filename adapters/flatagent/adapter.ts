/** The agent adapter `flatagent`: makes a `FlatAgent` for each agent of a machine. */
import type { AgentAdapter } from "../../runtime/agents/agent.ts";
import { fileLoader } from "../files/file-loader.ts";
import type { FlatAgentOptions } from "./flat-agent.ts";
import { FlatAgent } from "./flat-agent.ts";
import { loadAgentConfig } from "./load.ts";

export type FlatAgentAdapterOptions = Pick<
	FlatAgentOptions,
	"client" | "env" | "logger" | "now" | "prices" | "rateGates"
>;

/** The adapter for agents of the type `flatagent`. Executors throw what `FlatAgent`'s constructor does. */
export function flatAgentAdapter(options: FlatAgentAdapterOptions = {}): AgentAdapter {
	return {
		typeName: "flatagent",
		createExecutor: async (agentName, reference, context) => {
			// The compiler has read all that may lie elsewhere; what is left to read must not lead out of the folder.
			const loader = (context.loader ?? fileLoader()).confined(context.configDir);
			const isLoaded = reference.ref === undefined || Object.keys(reference.config).length > 0;
			return new FlatAgent({
				...options,
				agentName,
				config: isLoaded ? reference.config : loadAgentConfig(reference.ref, context.configDir, loader),
				configDir: context.configDir,
				loader,
				profiles: context.profiles,
				modelOverride: context.modelOverride,
			});
		},
	};
}
