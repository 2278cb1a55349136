/** Turns the options of `compile` and `FlatMachine` into the services that compiled machines take. */
import { randomUUID } from "node:crypto";
import { type McpOptions, mcpServers } from "../adapters/mcp/mcp-servers.ts";
import { openAiAgentsAdapter } from "../adapters/openai-agents/index.ts";
import { type AgentScript, scriptedAdapter } from "../adapters/scripted/index.ts";
import type { TelemetryOptions } from "../adapters/telemetry/open-telemetry.ts";
import { hasOpenTelemetry } from "../adapters/telemetry/registered.ts";
import type { AgentAdapter } from "../runtime/agents/agent.ts";
import { type CodeAgent, codeAdapter } from "../runtime/agents/code-agents.ts";
import { AgentAdapterRegistry } from "../runtime/agents/registry.ts";
import { RateLimiter, type RateLimits } from "../runtime/fleet/rate-limiter.ts";
import { defaultHooksRegistry } from "../runtime/hooks/default-registry.ts";
import type { MachineHooks } from "../runtime/hooks/hooks.ts";
import type { LoadedHooks } from "../runtime/hooks/load-hooks-module.ts";
import type { HooksEntry } from "../runtime/hooks/make.ts";
import { looksLikeHooks } from "../runtime/hooks/methods.ts";
import { HooksRegistry } from "../runtime/hooks/registry.ts";
import { type Logger, silentLogger } from "../runtime/logging/logger.ts";
import { InMemoryResultBackend } from "../runtime/results/memory-result-backend.ts";
import type { ResultBackend } from "../runtime/results/result-backend.ts";
import type { RuntimeServices } from "../runtime/state/services.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import { providerOf, type Tools } from "../runtime/tools/function-tools.ts";
import type { MachineProcesses } from "../runtime/workers/machine-processes.ts";
import { type CodingAgentOptions, registerCodingAgents } from "./coding-agents.ts";
import { openStore } from "./open-store.ts";

export interface ServiceOptions {
	/**
	 * Hooks: a registry; a map from names to hooks, classes or factories; one hooks object, which then serves the
	 * machine and every state that names no hooks of its own; or what `loadHooksModule` gives.
	 */
	readonly hooks?: HooksRegistry | LoadedHooks | MachineHooks | Readonly<Record<string, HooksEntry>>;
	/**
	 * Agent adapters beside those that are there (`flatagent`, `openai-agents`, …), which are loaded when first used; a
	 * registry replaces those, too. Or agents in code, by their names in the machine: functions and actor logic; an adapter
	 * among them serves its type.
	 */
	readonly agents?: AgentAdapterRegistry | readonly AgentAdapter[] | Readonly<Record<string, CodeAgent | AgentAdapter>>;
	/** What documents may have coding agents do: where they work, what they may do unasked (docs/frameworks.md). */
	readonly codingAgents?: CodingAgentOptions;
	/** Scripted answers in place of every agent: for tests and offline runs. */
	readonly script?: AgentScript;
	/**
	 * Tools for tool loops: functions (`tool()`), or a provider of your own. A state whose hooks have a `getToolProvider`
	 * that gives one uses that.
	 */
	readonly tools?: Tools;
	/**
	 * Whether agents' documents may name MCP servers: programs, which are started, and addresses (docs/tools.md). Default:
	 * false, and an agent that names one fails, since documents are not trusted. Needs `@modelcontextprotocol/sdk`.
	 */
	readonly mcp?: boolean | McpOptions;
	/**
	 * Lets hooks start machines of the machine's own folder in processes of their own (`spawn_workers`, docs/workers.md):
	 * `machineProcesses()`. Default: they may not.
	 */
	readonly processes?: MachineProcesses;
	/** `provider/name` in place of every agent's model. */
	readonly model?: string;
	/**
	 * Limits on calls of models that all processes with one store share: so many requests in so many seconds, by the host
	 * of the address (docs/agents.md). Default: none but what providers say in their answers.
	 */
	readonly rateLimits?: RateLimits;
	/**
	 * Traces and metrics (docs/observability.md): false = none, else how. Default: whichever OpenTelemetry SDK the process
	 * has registered when a run begins hears of it.
	 */
	readonly telemetry?: false | TelemetryOptions;
	/** Default: silent. */
	readonly logger?: Logger;
	/** Where results of children and launched machines are kept; default: in memory. */
	readonly results?: ResultBackend;
	/** Milliseconds since 1970; default: the system's clock. */
	readonly now?: () => number;
	/** Numbers from 0 up to 1, for jitter; default: `Math.random`. */
	readonly random?: () => number;
	/** Execution ids; default: random UUIDs. */
	readonly newId?: () => string;
}

/** The services that `options` describe. */
export function createServices(options: ServiceOptions): RuntimeServices {
	const { registry, injected } = readHooks(options);
	return {
		...readAgents(options),
		hooks: registry,
		...(injected && { injectedHooks: injected }),
		logger: options.logger ?? silentLogger,
		results: options.results ?? new InMemoryResultBackend(),
		now: options.now ?? Date.now,
		random: options.random ?? Math.random,
		newId: options.newId ?? randomUUID,
		...(options.tools && { tools: providerOf(options.tools) }),
		...(options.mcp && { toolServers: mcpServers(options.mcp === true ? {} : options.mcp) }),
		openStore: (address) => openStore(address, options.now ? { now: options.now } : {}),
		...(options.processes && { processes: options.processes }),
		...(options.model !== undefined && { modelOverride: options.model }),
		...(options.rateLimits && { rateLimiter: rateLimiterOf(options.rateLimits, options.logger) }),
		...(options.telemetry !== false && { telemetry: telemetrySource(options.telemetry) }),
	};
}

function rateLimiterOf(limits: RateLimits, logger: Logger | undefined): RateLimiter {
	return new RateLimiter(limits, logger ? { logger } : {});
}

/** Loads OpenTelemetry's API once there is somebody to hear. */
function telemetrySource(options: TelemetryOptions = {}): NonNullable<RuntimeServices["telemetry"]> {
	const isGiven = options.tracerProvider !== undefined || options.meterProvider !== undefined;
	let opened: Telemetry | undefined;
	return () => {
		if (opened || !(isGiven || hasOpenTelemetry())) return opened;
		return import("../adapters/telemetry/open-telemetry.ts").then(({ openTelemetry }) => {
			opened = openTelemetry(options);
			return opened;
		});
	};
}

/** Adapters that are there without being asked for. */
export function defaultAgentRegistry(
	logger: Logger = silentLogger,
	codingAgents: CodingAgentOptions = {},
): AgentAdapterRegistry {
	const registry = new AgentAdapterRegistry([codeAdapter]);
	return registerCodingAgents(registry, codingAgents)
		.registerLazy("flatagent", async () => {
			const { flatAgentAdapter } = await import("../adapters/flatagent/index.ts");
			return flatAgentAdapter({ logger, runtimes: (type, agentName) => registry.get(type, agentName) });
		})
		.register(openAiAgentsAdapter());
}

function readAgents(options: ServiceOptions): Pick<RuntimeServices, "agents" | "codeAgents"> {
	const { agents = [], script, logger, codingAgents } = options;
	if (script !== undefined) return { agents: new AgentAdapterRegistry([scriptedAdapter(script)]) };
	if (agents instanceof AgentAdapterRegistry) return { agents };
	const registry = defaultAgentRegistry(logger, codingAgents);
	if (isList(agents)) {
		for (const adapter of agents) registry.register(adapter);
		return { agents: registry };
	}
	const codeAgents: Record<string, CodeAgent> = {};
	for (const [name, agent] of Object.entries(agents)) {
		if (isAdapter(agent)) registry.register(agent);
		else Object.defineProperty(codeAgents, name, { value: agent, enumerable: true });
	}
	return { agents: registry, codeAgents };
}

/** `Array.isArray` does not narrow readonly lists. */
function isList(agents: NonNullable<ServiceOptions["agents"]>): agents is readonly AgentAdapter[] {
	return Array.isArray(agents);
}

function isAdapter(agent: CodeAgent | AgentAdapter): agent is AgentAdapter {
	return "createExecutor" in agent && "typeName" in agent;
}

function readHooks({ hooks, logger }: ServiceOptions): {
	readonly registry: HooksRegistry;
	readonly injected?: MachineHooks;
} {
	if (hooks instanceof HooksRegistry) return { registry: hooks };
	if (hooks !== undefined && isLoaded(hooks)) {
		return { registry: hooks.registry, ...(hooks.hooks && { injected: hooks.hooks }) };
	}
	const registry = defaultHooksRegistry(logger ? { logger } : {});
	if (hooks === undefined) return { registry };
	if (looksLikeHooks(hooks)) return { registry, injected: hooks };
	for (const [name, entry] of Object.entries(hooks)) registry.register(name, entry);
	return { registry };
}

function isLoaded(hooks: NonNullable<ServiceOptions["hooks"]>): hooks is LoadedHooks {
	return "registry" in hooks && hooks.registry instanceof HooksRegistry;
}
