/** What answers for an agent: the type that is written, or the one that its profile names. */
import { own } from "../document/plain-data.ts";
import type { AgentPlan } from "../plan/plan.ts";
import { ProfileError, resolveProfile } from "../profiles/resolve.ts";

export interface AgentRuntime {
	/** `flatagent` for language models. */
	readonly type: string;
	/** What is configured of it; of a `flatagent` its document. */
	readonly config: Readonly<Record<string, unknown>>;
	readonly isOfProfile: boolean;
}

export function agentRuntime({ type, config, profiles }: AgentPlan): AgentRuntime {
	const written: AgentRuntime = { type, config, isOfProfile: false };
	const profile = own(own(config, "data"), "profile");
	if (type !== "flatagent" || profile === undefined) return written;
	try {
		const resolved = resolveProfile(profiles, profile);
		return resolved.type === "llm" ? written : { type: resolved.type, config: resolved.model, isOfProfile: true };
	} catch (error) {
		// That the profile cannot be used is said where it is named.
		if (error instanceof ProfileError) return written;
		throw error;
	}
}
