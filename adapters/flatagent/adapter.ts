/** The agent adapter `flatagent`: makes a `FlatAgent` for each agent of a machine. */
import type { AgentAdapter } from "../../runtime/agents/agent.ts";
import { fileLoader } from "../files/file-loader.ts";
import { readAgentDefinition } from "./definition.ts";
import type { FlatAgentOptions } from "./flat-agent.ts";
import { FlatAgent } from "./flat-agent.ts";
import { loadAgentConfig } from "./load.ts";
import { promptedRuntime, type Runtimes, runtimeOf } from "./prompted-runtime.ts";

export interface FlatAgentAdapterOptions
	extends Pick<FlatAgentOptions, "client" | "env" | "logger" | "now" | "prices" | "rateGates"> {
	/** Adapters for profiles that are no language models. Default: such a profile is an error. */
	readonly runtimes?: Runtimes;
}

/** The adapter for agents of the type `flatagent`. Executors throw what `FlatAgent`'s constructor does. */
export function flatAgentAdapter({ runtimes, ...options }: FlatAgentAdapterOptions = {}): AgentAdapter {
	return {
		typeName: "flatagent",
		createExecutor: async (agentName, reference, context) => {
			// The compiler has read all that may lie elsewhere; what is left to read must not lead out of the folder.
			const loader = (context.loader ?? fileLoader()).confined(context.configDir);
			const isLoaded = reference.ref === undefined || Object.keys(reference.config).length > 0;
			const config = isLoaded ? reference.config : loadAgentConfig(reference.ref, context.configDir, loader);
			if (runtimes && context.modelOverride === undefined) {
				const definition = readAgentDefinition(config, context.configDir, loader);
				const runtime = runtimeOf(definition, context.profiles);
				if (runtime) {
					const adapter = await runtimes(runtime.type, agentName);
					return promptedRuntime(adapter, runtime, agentName, definition, context);
				}
			}
			return new FlatAgent({
				...options,
				agentName,
				config,
				configDir: context.configDir,
				loader,
				profiles: context.profiles,
				modelOverride: context.modelOverride,
				rateLimiter: context.rateLimiter,
			});
		},
	};
}
