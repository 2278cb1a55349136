/** A flatagent whose profile names another runtime: its prompts are rendered here, the runtime answers (spec 19.7). */
import type { ProfilesPlan } from "../../compiler/plan/plan.ts";
import { resolveProfile } from "../../compiler/profiles/resolve.ts";
import type { AgentAdapter, AgentAdapterContext, AgentExecutor } from "../../runtime/agents/agent.ts";
import type { AgentDefinition, Mapping } from "./definition.ts";
import { Prompt } from "./prompt.ts";

/** Gives the adapter of a type. */
export type Runtimes = (type: string, agentName: string) => Promise<AgentAdapter>;

/** The runtime that a profile names; undefined where it is a language model. @throws ProfileError */
export function runtimeOf(
	{ source }: AgentDefinition,
	profiles: ProfilesPlan | undefined,
): { readonly type: string; readonly config: Mapping } | undefined {
	if (source.kind !== "profile") return undefined;
	const { type, model } = resolveProfile(profiles, source.value);
	return type === "llm" ? undefined : { type, config: model };
}

/** An executor of the runtime that is given the agent's prompts with each call. */
export async function promptedRuntime(
	adapter: AgentAdapter,
	{ type, config }: { readonly type: string; readonly config: Mapping },
	agentName: string,
	definition: AgentDefinition,
	context: AgentAdapterContext,
): Promise<AgentExecutor> {
	const executor = await adapter.createExecutor(agentName, { type, config }, context);
	const prompt = new Prompt(definition.prompt);
	return {
		...(executor.model && { model: executor.model }),
		metadata: definition.metadata,
		execute(call) {
			const variables = { input: call.input, model: config, context: call.context, tools: [] };
			const { messages, renderedUserPrompt } = prompt.messages(variables);
			const system = definition.prompt.system === null ? undefined : messages[0]?.content;
			const prompts = { ...(typeof system === "string" && { system }), user: renderedUserPrompt ?? "" };
			return executor.execute({ ...call, prompts });
		},
		...(executor.executeWithTools && {
			executeWithTools: (call) => executor.executeWithTools?.(call),
		}),
	};
}
