/** What the machines of a command line run with: hooks, scripted answers, the mock model, the console's logger. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { openAiAgentsAdapter } from "../../adapters/openai-agents/index.ts";
import { type AgentScript, loadAgentScript } from "../../adapters/scripted/index.ts";
import type { AgentAdapter } from "../../runtime/agents/agent.ts";
import { defaultHooksRegistry } from "../../runtime/hooks/default-registry.ts";
import { type LoadedHooks, loadHooksModule } from "../../runtime/hooks/load-hooks-module.ts";
import type { ResumeOptions } from "../../runtime/machine/run-result.ts";
import type { RunEvent } from "../../runtime/state/run-event.ts";
import type { Store } from "../../runtime/store/store.ts";
import type { CompileOptions } from "../compile.ts";
import { machineProcesses } from "../machine-processes.ts";
import { isScenario } from "../testing/scenario/read-scenario.ts";
import { type AgentGrantsCommandOptions, agentGrantsOf } from "./agent-grants-option.ts";
import { type CodingToolsCommandOptions, codingToolsOf } from "./coding-tools-option.ts";
import { orUsageError, requireFile } from "./or-usage-error.ts";
import { type RateLimitCommandOptions, rateLimitsOf } from "./rate-limit-option.ts";
import { givenOptions } from "./resume-hint.ts";
import type { RunConsole } from "./run-console.ts";
import { logRunEvent } from "./run-log.ts";
import type { RunProgress } from "./run-progress.ts";
import { startRunTelemetry, type TelemetryCommandOptions } from "./run-telemetry.ts";
import { StreamPrinter } from "./stream-printer.ts";

export interface ServicesCommandOptions
	extends TelemetryCommandOptions,
		RateLimitCommandOptions,
		CodingToolsCommandOptions,
		AgentGrantsCommandOptions {
	readonly hooks?: string;
	readonly profiles?: string;
	readonly model?: string;
	readonly script?: string;
	readonly mock?: string;
	/** Whether MCP servers that documents name are connected. */
	readonly allowMcp?: boolean;
}

export interface LimitCommandOptions {
	readonly maxSteps?: number;
	readonly maxAgentCalls?: number;
	readonly maxCost?: number;
	readonly maxTokens?: number;
	/** Go on while the machine waits for signals and timeouts. */
	readonly wait?: boolean;
	/** Seconds: longer sleeps leave memory. */
	readonly parkSleeps?: number;
	/** Show what models write while they write it. */
	readonly stream?: boolean;
}

export type RunServices = AsyncDisposable & { readonly compileOptions: CompileOptions };

/**
 * Loads what the options name. Disposing closes the mock model, and exports what is left of telemetry.
 * @param storeOf gives the store of the executions, once a call is made
 * @throws UsageError
 */
export async function openRunServices(
	options: ServicesCommandOptions,
	console: RunConsole,
	storeOf: () => Promise<Store | undefined> = async () => undefined,
): Promise<RunServices> {
	const rateLimits = rateLimitsOf(options, storeOf, console.logger);
	const tools = codingToolsOf(options, console);
	const codingAgents = agentGrantsOf(options);
	const script = options.script === undefined ? undefined : await loadScript(options.script);
	const hooks = await loadHooks(options.hooks, console);
	const exported = await startRunTelemetry(options, console);
	const mock = options.mock === undefined ? undefined : await startMock(options.mock, console);
	return {
		compileOptions: {
			logger: console.logger,
			hooks,
			knownHooks: new Set(hooks.registry.names()),
			...(options.profiles !== undefined && { profilesFile: resolve(options.profiles) }),
			...(options.model !== undefined && { model: options.model }),
			...(script !== undefined && { script }),
			...(tools && { tools }),
			...(options.allowMcp && { mcp: true }),
			processes: machineProcesses({
				options: [
					...givenOptions(options),
					...(options.profiles === undefined ? [] : ["--profiles", options.profiles]),
				],
			}),
			...(codingAgents && { codingAgents }),
			...(rateLimits && { rateLimits }),
			agents: [
				openAiAgentsAdapter({ modules: { roots: [process.cwd()] }, ...(mock && { baseUrl: mock.url }) }),
				...(mock ? [mock.adapter] : []),
			],
			...(options.telemetry === "none" && { telemetry: false as const }),
			...(exported?.telemetry && { telemetry: exported.telemetry }),
		},
		async [Symbol.asyncDispose]() {
			await mock?.[Symbol.asyncDispose]();
			await exported?.shutdown();
		},
	};
}

/** Limits, Ctrl-C and what is told while the machine runs. */
export function runOptionsOf(
	{ wait, stream, ...limits }: LimitCommandOptions,
	signal: AbortSignal,
	console: RunConsole,
	progress: RunProgress,
): ResumeOptions {
	const printer = stream ? new StreamPrinter((text) => console.write(text)) : undefined;
	return {
		signal,
		...(stream && { stream }),
		onEvent: (event) => {
			printer?.accept(event);
			progress.accept(event);
			logRunEvent(event, console.logger);
			if (event.type === "retry" && console.tellsRetries) tellRetry(event, console);
		},
		...limitsOf(limits),
		...(wait && { awaitSignals: true, awaitTimeouts: true }),
	};
}

/** What a run may spend, and how long it may sleep in memory. */
export function limitsOf({
	maxSteps,
	maxAgentCalls,
	maxCost,
	maxTokens,
	parkSleeps,
}: Omit<LimitCommandOptions, "wait" | "stream">): ResumeOptions {
	return {
		...(maxSteps !== undefined && { maxSteps }),
		...(maxAgentCalls !== undefined && { maxAgentCalls }),
		...(maxCost !== undefined && { maxCost }),
		...(maxTokens !== undefined && { maxTokens }),
		...(parkSleeps !== undefined && { parkSleepsOverSeconds: parkSleeps }),
	};
}

/** The module's hooks, or the built-in ones; `{file, class}` references may also name modules of the working directory. */
async function loadHooks(module: string | undefined, console: RunConsole): Promise<LoadedHooks> {
	const registry = defaultHooksRegistry({ logger: console.hooksLogger, modules: { roots: [process.cwd()] } });
	if (module === undefined) return { registry, hooks: null };
	requireFile(module);
	return orUsageError(`Cannot use the hooks of ${module}`, () => loadHooksModule(module, { registry }));
}

function loadScript(file: string): Promise<AgentScript> {
	return orUsageError(`Cannot use ${file} as a script`, async () => {
		const script = loadAgentScript(await readFile(file, "utf8"));
		if (!isScenario(script)) return script;
		throw new Error("it has a scenario, which `flatstate run` alone replays.");
	});
}

/** A mock model in this process, and the adapter that asks it. */
async function startMock(
	file: string,
	console: RunConsole,
): Promise<AsyncDisposable & { readonly adapter: AgentAdapter; readonly url: string }> {
	const { loadScriptFile, startMockModel } = await import("../../adapters/mock-model/index.ts");
	const { mockAgentAdapter } = await import("./mock-agents.ts");
	const script = await orUsageError(`Cannot use ${file} as a script`, () => loadScriptFile(file));
	const server = await startMockModel({ script });
	return {
		adapter: mockAgentAdapter(server, console.logger),
		url: server.url,
		[Symbol.asyncDispose]: () => server.close(),
	};
}

/** Tells on the console that a state is tried again. */
export function tellRetry(event: Extract<RunEvent, { type: "retry" }>, console: RunConsole): void {
	const { state, attempt, error, delaySeconds } = event;
	const reason = error.replace(/[\s.]+$/, "");
	console.logger.warn(`State ${state}, attempt ${attempt} failed: ${reason}. Next in ${delaySeconds.toFixed(1)} s.`);
}
