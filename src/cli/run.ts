/** `flatstate run FILE`: runs a machine and prints its output. */
import { randomUUID } from "node:crypto";
import type { RunResult } from "../../runtime/machine/run-result.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../flat-machine.ts";
import { workAddressOf } from "../machine-invoker.ts";
import { storeAddressOf } from "../machine-store.ts";
import { type AskOptions, answerAtTerminal, mayAsk } from "./ask.ts";
import { compileOrExplain } from "./compile-or-explain.ts";
import {
	type DistributedCommandOptions,
	endInFleet,
	fromServer,
	LeftToFleet,
	openFleet,
	processesOf,
	queueAddress,
} from "./distributed.ts";
import { mendable } from "./executions-store.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { firstError } from "./first-error.ts";
import { listenBeside } from "./interrupt.ts";
import { counted } from "./print-diagnostics.ts";
import { readInput } from "./read-input.ts";
import { reportResult } from "./report-result.ts";
import { plansOf } from "./result-plans.ts";
import { dispatchHint, resumeHint, signalHint } from "./resume-hint.ts";
import { openRunConsole } from "./run-console.ts";
import { type InspectCommandOptions, openRunInspection, type RunInspection } from "./run-inspection.ts";
import { RunProgress } from "./run-progress.ts";
import {
	type LimitCommandOptions,
	openRunServices,
	runOptionsOf,
	type ServicesCommandOptions,
} from "./run-services.ts";
import { writeTo } from "./streams.ts";
import { UsageError } from "./usage-error.ts";

export interface RunCommandOptions
	extends ServicesCommandOptions,
		LimitCommandOptions,
		InspectCommandOptions,
		AskOptions,
		DistributedCommandOptions {
	/** Default: none, or the scenario's. */
	readonly input?: string;
	/** Address of the store; default: FLATSTATE_STORE, else what the document asks for. */
	readonly store?: string;
	/** The execution's id; default: a fresh one. */
	readonly id?: string;
	readonly json?: boolean;
	readonly quiet?: boolean;
}

/**
 * Runs a machine; its output is all that goes to stdout.
 * @throws CompileError, UsageError for what the command line names
 */
export async function runCommand(file: string, options: RunCommandOptions): Promise<ExitCode> {
	if (options.script !== undefined) {
		const { runScenario, scenarioIn } = await import("./run-scenario.ts");
		const scenario = await scenarioIn(options.script);
		if (scenario && options.inspect) throw new UsageError("A scenario is replayed at once: it cannot be inspected.");
		if (scenario && options.distributed) throw new UsageError("A scenario is replayed here: it cannot be distributed.");
		if (scenario) return runScenario(file, scenario, options);
	}
	const input = await readInput(options.input ?? "{}");
	if (options.detach) {
		const { runDetached } = await import("./detach.ts");
		return mendable(() => runDetached(file, input, options));
	}
	const progress = new RunProgress(() => performance.now());
	const executed = await orLeft(() => mendable(() => execute(file, input, options, progress)));
	if (executed instanceof LeftToFleet) return exitCodes.interrupted;
	const { result, machine, address, ...execution } = executed;
	await using inspection = execution.inspection;
	const code = await reportResult(result, {
		json: options.json === true,
		plans: plansOf(machine.plan, machine.set),
		lastState: result.steps > 0 ? result.state : undefined,
		isOffline: options.mock !== undefined || options.script !== undefined,
		...(address !== undefined && {
			resume: resumeHint(result.executionId, address, options),
			dispatch: dispatchHint(address, options),
			signal: (waiting) => signalHint(waiting, address),
		}),
	});
	await inspection.finished();
	return code;
}

/** Tells of an execution that was left to its workers. */
export async function orLeft<T>(work: () => Promise<T>): Promise<T | LeftToFleet> {
	try {
		return await work();
	} catch (thrown) {
		const error = firstError(thrown);
		if (!(error instanceof LeftToFleet)) throw thrown;
		await writeTo(process.stderr, `${error.message}\n`);
		return error;
	}
}

/** The address that a command line or the environment gives; undefined: as the machine asks for. */
export function givenStore(options: { readonly store?: string }): { readonly store?: string } {
	const given = options.store ?? process.env.FLATSTATE_STORE;
	return given === undefined || given.trim() === "" ? {} : { store: given };
}

interface Execution {
	readonly machine: FlatMachine;
	readonly result: RunResult;
	/** Of the store that keeps the execution after this process. */
	readonly address: string | undefined;
	/** To be closed by whoever reports the result. */
	readonly inspection: RunInspection;
}

/**
 * Everything else that it opens is closed again when it returns: the console, the mock model, the store, the listening
 * for Ctrl-C.
 */
async function execute(
	file: string,
	input: Readonly<Record<string, unknown>>,
	options: RunCommandOptions,
	progress: RunProgress,
): Promise<Execution> {
	using console = openRunConsole({
		quiet: options.quiet === true,
		streams: options.stream === true,
		progress: () => progress.text(),
	});
	using interrupt = listenBeside(console);
	// The services are there before the machine that knows its store.
	let opened = async (): Promise<Store | undefined> => undefined;
	await using services = await openRunServices(options, console, () => opened());
	const store = givenStore(options);
	const invoker = options.invoker === "inline" ? { invoker: options.invoker } : {};
	await using machine = compileOrExplain(
		file,
		() => new FlatMachine({ file, ...store, ...invoker, ...services.compileOptions }),
	);
	opened = () => machine.store();
	const warnings = machine.diagnostics.length;
	if (warnings > 0 && !options.quiet) {
		console.write(`${counted(warnings, "warning")} in the machine: \`flatstate validate ${file}\` shows them.\n`);
	}
	const address = store.store ?? storeAddressOf(machine.plan, process.env);
	const executionId = options.id ?? randomUUID();
	const isKept = address !== undefined && !/^\s*memory:/i.test(address);
	if (options.parkSleeps !== undefined && !isKept) {
		throw new UsageError("--park-sleeps needs a store that keeps the execution meanwhile: --store URL.");
	}
	const processes = processesOf(options, address);
	const fleetAt = queueAddress(options, address, workAddressOf(machine.plan, address, process.env));
	const shared = fleetAt === undefined ? undefined : await fromServer(fleetAt, () => machine.store());
	await using fleet =
		fleetAt === undefined || !shared
			? undefined
			: await openFleet(fleetAt, options, { store: shared, address }, console);
	if (isKept && !options.quiet) console.write(`Execution ${executionId}\n`);
	const inspected = { set: machine.set, executionId, signals: async () => (await machine.store())?.signals };
	const inspection = await openRunInspection(inspected, options, (text) => console.write(text));
	try {
		const given = runOptionsOf(options, interrupt.signal, console, progress);
		const runOptions = { ...given, ...fleet?.runOptions, ...processes, executionId };
		const { signal } = interrupt;
		const end = (run: () => Promise<RunResult>, mayBeBusy: boolean) =>
			fleet ? endInFleet(executionId, run, fleet, { ...options, progress, signal, mayBeBusy }) : run();
		const parked = await end(() => machine.run(input, inspection.join(runOptions)), false);
		const resume = () => end(() => machine.resume(executionId, runOptions), true);
		const answers = parked.status === "waiting" && mayAsk(options) ? await machine.store() : undefined;
		const asking = answers && { console, store: answers, signal, resume };
		const result = asking ? await answerAtTerminal(parked, asking) : parked;
		inspection.ended(result);
		return { machine, result, address: isKept ? address : undefined, inspection };
	} catch (error) {
		await inspection[Symbol.asyncDispose]();
		throw error;
	}
}
