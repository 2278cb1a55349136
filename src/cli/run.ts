/** `flatstate run FILE`: runs a machine and prints its output. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type AgentScript, loadAgentScript } from "../../adapters/scripted/index.ts";
import type { MachinePlan } from "../../compiler/plan/plan.ts";
import type { AgentAdapter } from "../../runtime/agents/agent.ts";
import { defaultHooksRegistry } from "../../runtime/hooks/default-registry.ts";
import { type LoadedHooks, loadHooksModule } from "../../runtime/hooks/load-hooks-module.ts";
import type { RunResult } from "../../runtime/machine/run-machine.ts";
import type { RunEvent } from "../../runtime/state/run-event.ts";
import { FlatMachine } from "../flat-machine.ts";
import { compileOrExplain } from "./compile-or-explain.ts";
import type { ExitCode } from "./exit-codes.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { orUsageError, requireFile } from "./or-usage-error.ts";
import { counted } from "./print-diagnostics.ts";
import { readInput } from "./read-input.ts";
import { reportResult } from "./report-result.ts";
import { openRunConsole, type RunConsole } from "./run-console.ts";
import { logRunEvent } from "./run-log.ts";
import { RunProgress } from "./run-progress.ts";

export interface RunCommandOptions {
	readonly input: string;
	readonly hooks?: string;
	readonly profiles?: string;
	readonly model?: string;
	readonly script?: string;
	readonly mock?: string;
	readonly maxSteps?: number;
	readonly maxAgentCalls?: number;
	readonly maxCost?: number;
	readonly maxTokens?: number;
	readonly json?: boolean;
	readonly quiet?: boolean;
}

/**
 * Runs a machine; its output is all that goes to stdout.
 * @throws CompileError, UsageError for what the command line names
 */
export async function runCommand(file: string, options: RunCommandOptions): Promise<ExitCode> {
	const input = await readInput(options.input);
	const progress = new RunProgress(() => performance.now());
	const { result, machine } = await execute(file, input, options, progress);
	return reportResult(result, {
		json: options.json === true,
		plans: plansOf(machine),
		lastState: result.steps > 0 ? result.state : undefined,
		isOffline: options.mock !== undefined || options.script !== undefined,
	});
}

interface Execution {
	readonly machine: FlatMachine;
	readonly result: RunResult;
}

/** Everything that it opens is closed again when it returns: the console, the mock model, the listening for Ctrl-C. */
async function execute(
	file: string,
	input: Readonly<Record<string, unknown>>,
	options: RunCommandOptions,
	progress: RunProgress,
): Promise<Execution> {
	using console = openRunConsole({ quiet: options.quiet === true, progress: () => progress.text() });
	using interrupt = listenForInterrupt(
		() => console.write("Stopping. Press Ctrl-C again to exit at once.\n"),
		() => console[Symbol.dispose](),
	);
	const script = options.script === undefined ? undefined : await loadScript(options.script);
	await using mock = options.mock === undefined ? null : await startMock(options.mock, console);
	const hooks = await loadHooks(options.hooks, console);
	const machine = compileOrExplain(
		file,
		() =>
			new FlatMachine({
				file,
				logger: console.logger,
				hooks,
				knownHooks: new Set(hooks.registry.names()),
				...(options.profiles !== undefined && { profilesFile: resolve(options.profiles) }),
				...(options.model !== undefined && { model: options.model }),
				...(script !== undefined && { script }),
				...(mock && { agents: [mock.adapter] }),
			}),
	);
	const warnings = machine.diagnostics.length;
	if (warnings > 0 && !options.quiet) {
		console.write(`${counted(warnings, "warning")} in the machine: \`flatstate validate ${file}\` shows them.\n`);
	}
	const { maxSteps, maxAgentCalls, maxCost, maxTokens } = options;
	const result = await machine.run(input, {
		signal: interrupt.signal,
		onEvent: (event) => {
			progress.accept(event);
			logRunEvent(event, console.logger);
			if (event.type === "retry" && console.tellsRetries) tellRetry(event, console);
		},
		...(maxSteps !== undefined && { maxSteps }),
		...(maxAgentCalls !== undefined && { maxAgentCalls }),
		...(maxCost !== undefined && { maxCost }),
		...(maxTokens !== undefined && { maxTokens }),
	});
	return { machine, result };
}

/** The plan of a machine, then those of the machines that it calls. */
function plansOf({ plan, set }: FlatMachine): MachinePlan[] {
	const plans = new Map([[plan.id, plan]]);
	// A map also visits what is added while it is walked.
	for (const { machines } of plans.values()) {
		for (const { id, missingFile } of Object.values(machines)) {
			if (missingFile === undefined && !plans.has(id)) plans.set(id, set.plan(id));
		}
	}
	return [...plans.values()];
}

/** The module's hooks, or the built-in ones; `{file, class}` references may also name modules of the working directory. */
async function loadHooks(module: string | undefined, console: RunConsole): Promise<LoadedHooks> {
	const registry = defaultHooksRegistry({ logger: console.hooksLogger, modules: { roots: [process.cwd()] } });
	if (module === undefined) return { registry, hooks: null };
	requireFile(module);
	return orUsageError(`Cannot use the hooks of ${module}`, () => loadHooksModule(module, { registry }));
}

function loadScript(file: string): Promise<AgentScript> {
	return orUsageError(`Cannot use ${file} as a script`, async () => loadAgentScript(await readFile(file, "utf8")));
}

/** A mock model in this process, and the adapter that asks it. */
async function startMock(
	file: string,
	console: RunConsole,
): Promise<AsyncDisposable & { readonly adapter: AgentAdapter }> {
	const { loadScriptFile, startMockModel } = await import("../../adapters/mock-model/index.ts");
	const { mockAgentAdapter } = await import("./mock-agents.ts");
	const script = await orUsageError(`Cannot use ${file} as a script`, () => loadScriptFile(file));
	const server = await startMockModel({ script });
	return {
		adapter: mockAgentAdapter(server, console.logger),
		[Symbol.asyncDispose]: () => server.close(),
	};
}

function tellRetry(event: Extract<RunEvent, { type: "retry" }>, console: RunConsole): void {
	const { state, attempt, error, delaySeconds } = event;
	const reason = error.replace(/[\s.]+$/, "");
	console.logger.warn(`State ${state}, attempt ${attempt} failed: ${reason}. Next in ${delaySeconds.toFixed(1)} s.`);
}
