/** What compiled machines take from outside; the same for every execution of a compiled set. */
import type { CodeAgents } from "../agents/code-agents.ts";
import type { AgentAdapterRegistry } from "../agents/registry.ts";
import type { RateLimiter } from "../fleet/rate-limiter.ts";
import type { MachineHooks } from "../hooks/hooks.ts";
import type { HooksRegistry } from "../hooks/registry.ts";
import type { Logger } from "../logging/logger.ts";
import type { ResultBackend } from "../results/result-backend.ts";
import type { Sleep } from "../steps/timer.ts";
import type { Store } from "../store/store.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { ToolProvider } from "../tools/tool-provider.ts";
import type { ToolServers } from "../tools/tool-servers.ts";
import type { MachineProcesses } from "../workers/machine-processes.ts";
import type { StandIns } from "./stand-ins.ts";

export interface RuntimeServices {
	readonly agents: AgentAdapterRegistry;
	/** Agents given in code, in place of what the document says of them. */
	readonly codeAgents?: CodeAgents;
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
	/** How back-offs and timeouts wait; default: on the system's timers. */
	readonly sleep?: Sleep;
	/** Answers in place of child machines, actions and signals; then no hooks are loaded either. */
	readonly standIns?: StandIns;
	/** Tools for every tool loop whose hooks give none. */
	readonly tools?: ToolProvider;
	/** Connects to servers of tools that agents' documents name; absent = that is not allowed. */
	readonly toolServers?: ToolServers;
	/** Opens a store by its address, for hooks that have one of their own; absent = they cannot. */
	readonly openStore?: (address: string) => Promise<Store>;
	/** Starts machines in processes of their own for hooks that ask; absent = that is not allowed. */
	readonly processes?: MachineProcesses;
	/** `provider/name` that replaces every agent's model. */
	readonly modelOverride?: string;
	/** Limits on calls of models that all processes share; absent = none. */
	readonly rateLimiter?: RateLimiter;
	/** Asked when a run begins; undefined = nobody listens, and the run is not followed. */
	readonly telemetry?: () => Telemetry | undefined | Promise<Telemetry | undefined>;
}
