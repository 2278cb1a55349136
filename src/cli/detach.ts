/** `--detach`: gives an execution to the fleet and says its id. */
import { randomUUID } from "node:crypto";
import { resumeJob } from "../../runtime/fleet/resume-job.ts";
import { startJob, startLimits } from "../../runtime/fleet/start-job.ts";
import { ChildExecutionError, ExecutionExistsError } from "../../runtime/store/errors.ts";
import { FlatMachine } from "../flat-machine.ts";
import { workAddressOf } from "../machine-invoker.ts";
import { storeAddressOf } from "../machine-store.ts";
import { compileOrExplain } from "./compile-or-explain.ts";
import { type Fleet, fromServer, leftText, openFleet, queueAddress } from "./distributed.ts";
import { requireExecution, storeUrl, withStore } from "./executions-store.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { ResumeCommandOptions } from "./resume.ts";
import { givenStore, type RunCommandOptions } from "./run.ts";
import { openRunConsole } from "./run-console.ts";
import { openRunServices } from "./run-services.ts";
import { writeTo } from "./streams.ts";
import { UsageError } from "./usage-error.ts";

/** Options for the process that runs a machine. */
const ofThisProcess = ["wait", "stream", "parkSleeps", "inspect", "script", "mock", "model"] as const;

/** @throws UsageError for an option that workers are not told of */
export function requireDetachable(options: Readonly<Partial<Record<(typeof ofThisProcess)[number], unknown>>>): void {
	const option = ofThisProcess.find((name) => options[name] !== undefined && options[name] !== false);
	if (option === undefined) return;
	const flag = `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
	throw new UsageError(`${flag} is for a run in this process: with --detach workers run it with options of their own.`);
}

/**
 * Adds the job that starts an execution, and prints its id.
 * @throws UsageError, CompileError, ExecutionExistsError, StoreError
 */
export async function runDetached(
	file: string,
	input: Readonly<Record<string, unknown>>,
	options: RunCommandOptions,
): Promise<ExitCode> {
	requireDetachable(options);
	using console = openRunConsole({ quiet: true, progress: () => "" });
	await using services = await openRunServices(options, console);
	const given = givenStore(options);
	await using machine = compileOrExplain(file, () => new FlatMachine({ file, ...given, ...services.compileOptions }));
	const { plan, set } = machine;
	const address = given.store ?? storeAddressOf(plan, process.env);
	const queueAt = queueAddress(options, address, workAddressOf(plan, address, process.env));
	const store = queueAt === undefined ? undefined : await fromServer(queueAt, () => machine.store());
	if (queueAt === undefined || !store) throw new UsageError("--detach needs --distributed.");
	await using fleet = await openFleet(queueAt, options, { store, address }, console);
	const executionId = options.id ?? randomUUID();
	const known = await store.persistence.loadExecution(executionId);
	if (known) throw new ExecutionExistsError(executionId, known.summary.status);
	const limits = startLimits(options);
	const { priority } = options;
	const request = { set, planId: plan.id, input, executionId, limits, ...(priority !== undefined && { priority }) };
	await fleet.queue.add([await startJob(store, request)]);
	return await reportDetached(executionId, fleet, options);
}

/**
 * Adds the job that goes on with an execution, and prints its id.
 * @throws UsageError, UnknownExecutionError, ChildExecutionError, StoreError
 */
export async function resumeDetached(executionId: string, options: ResumeCommandOptions): Promise<ExitCode> {
	requireDetachable(options);
	if (Object.keys(startLimits(options)).length > 0 || options.machine !== undefined) {
		throw new UsageError("With --detach an execution goes on as it is: without new limits, and without --machine.");
	}
	return withStore(options, async (store) => {
		using console = openRunConsole({ quiet: true, progress: () => "" });
		const address = storeUrl(options);
		const queueAt = queueAddress(options, address, undefined);
		if (queueAt === undefined) throw new UsageError("--detach needs --distributed.");
		await using fleet = await openFleet(queueAt, options, { store, address }, console);
		const stored = await requireExecution(store, executionId);
		const { root_execution_id: rootId, updated_at } = stored.summary;
		if (rootId !== executionId) throw new ChildExecutionError(executionId, rootId);
		const priority = options.priority === undefined ? {} : { priority: options.priority };
		const request = { id: `resume:${executionId}:${updated_at}`, reason: "repair", ...priority } as const;
		await fleet.queue.add([{ ...resumeJob(stored, request), ...priority }]);
		return await reportDetached(executionId, fleet, options);
	});
}

async function reportDetached(
	executionId: string,
	{ queue, watch, address }: Fleet,
	{ json = false, quiet = false }: { readonly json?: boolean; readonly quiet?: boolean },
): Promise<ExitCode> {
	const text = json ? JSON.stringify({ execution_id: executionId, queue: queue.name }) : executionId;
	await writeTo(process.stdout, `${text}\n`);
	if (!quiet) {
		await watch.lookForWorkers();
		await writeTo(process.stderr, `${leftText(executionId, address, "is in the queue, until a worker takes it.")}\n`);
	}
	return exitCodes.done;
}
