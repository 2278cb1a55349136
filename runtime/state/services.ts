/** What compiled machines take from outside; the same for every execution of a compiled set. */
import type { AgentAdapterRegistry } from "../agents/registry.ts";
import type { MachineHooks } from "../hooks/hooks.ts";
import type { HooksRegistry } from "../hooks/registry.ts";
import type { Logger } from "../logging/logger.ts";
import type { ResultBackend } from "../results/result-backend.ts";

export interface RuntimeServices {
	readonly agents: AgentAdapterRegistry;
	readonly hooks: HooksRegistry;
	/** Hooks given in code: for every state without hooks of its own, and for the machine's start and end. */
	readonly injectedHooks?: MachineHooks;
	readonly logger: Logger;
	readonly results: ResultBackend;
	/** Milliseconds since 1970. */
	now(): number;
	/** From 0 up to 1. */
	random(): number;
	newId(): string;
	/** `provider/name` that replaces every agent's model. */
	readonly modelOverride?: string;
}
