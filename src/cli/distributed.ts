/** `--distributed`: children and launches run on a fleet of workers, and the command waits for the end wherever it comes. */
import { awaitEnd } from "../../runtime/fleet/await-end.ts";
import { joinIdOf } from "../../runtime/fleet/child-id.ts";
import { FleetError } from "../../runtime/fleet/errors.ts";
import type { JobQueue } from "../../runtime/fleet/job-queue.ts";
import { wakeInTime } from "../../runtime/fleet/wake-in-time.ts";
import type { ResumeOptions, RunResult } from "../../runtime/machine/run-result.ts";
import { ExecutionLockedError, StoreError } from "../../runtime/store/errors.ts";
import type { ExecutionSummary } from "../../runtime/store/execution-summary.ts";
import type { Store } from "../../runtime/store/store.ts";
import { defaultQueueName, isFleetAddress, openFleetQueue } from "../fleet-queue.ts";
import { queueInvoker } from "../machine-invoker.ts";
import { parseStoreUrl } from "../open-store.ts";
import { processInvoker } from "../process-invoker.ts";
import { FleetWatch } from "./fleet-watch.ts";
import { fleetHint, givenArguments } from "./resume-hint.ts";
import type { RunConsole } from "./run-console.ts";
import type { RunProgress } from "./run-progress.ts";
import type { LimitCommandOptions, ServicesCommandOptions } from "./run-services.ts";
import { orHowToGetOne } from "./server-hint.ts";
import { UsageError } from "./usage-error.ts";

export interface DistributedCommandOptions {
	/** Where children run: here, whatever the machine asks for, or in processes of their own. */
	readonly invoker?: "inline" | "subprocess";
	/** Run children, lists, items of `foreach` and launches as jobs on workers. */
	readonly distributed?: boolean;
	/** Name of the workers' queue. */
	readonly queue?: string;
	/** Children of one parent in the queue at a time. */
	readonly window?: number;
	/** Of its jobs and of its children's: lower ones first. */
	readonly priority?: number;
	/** Give the execution itself to the workers, and do not wait for it. */
	readonly detach?: boolean;
}

/**
 * Where the queue is that the options, or the document, ask for; undefined where everything runs here.
 * @param store address of the execution's store
 * @param work what `settings.backends.work` says
 * @throws UsageError for options that do not fit
 */
export function queueAddress(
	options: DistributedCommandOptions,
	store: string | undefined,
	work: string | undefined,
): string | undefined {
	const { distributed = false, queue, window, priority, detach, invoker } = options;
	if ((!distributed && work === undefined) || invoker !== undefined) {
		const [option] =
			Object.entries({ queue, detach, priority, ...(invoker !== "subprocess" && { window }) }).find(
				([, value]) => value !== undefined,
			) ?? [];
		if (option !== undefined) throw new UsageError(`--${option} needs --distributed.`);
		return undefined;
	}
	if (store !== undefined && isFleetAddress(store)) return work ?? store;
	throw new UsageError(
		`${distributed ? "--distributed" : "`settings.backends.work`"} needs a store that workers share: --store redis://HOST:PORT or postgres://USER@HOST/DATABASE, or FLATSTATE_STORE.`,
	);
}

/**
 * The processes of `--invoker subprocess`.
 * @param store address of the execution's store
 * @throws UsageError for a store that processes cannot share
 */
export function processesOf(
	{ invoker, window, ...options }: DistributedCommandOptions & ServicesCommandOptions,
	store: string | undefined,
): Pick<ResumeOptions, "invoker"> {
	if (invoker !== "subprocess") return {};
	if (store === undefined || parseStoreUrl(store).kind === "memory") {
		throw new UsageError("--invoker subprocess needs a store that processes share, such as --store sqlite:runs.db.");
	}
	const settings = { store, options: givenArguments(options), ...(window !== undefined && { window }) };
	return { invoker: processInvoker(settings) };
}

/** What a command opens for a fleet. */
export interface Fleet extends AsyncDisposable {
	readonly store: Store;
	/** Of the store. */
	readonly address: string;
	readonly queue: JobQueue;
	readonly runOptions: Pick<ResumeOptions, "invoker">;
	/** Workers that live, and what they wait for. */
	readonly watch: FleetWatch;
}

/**
 * @param queueAt address of the queue
 * @throws UsageError that says how to get a server where none answers
 */
export async function openFleet(
	queueAt: string,
	{ queue: name = defaultQueueName, window, priority }: DistributedCommandOptions,
	{ store, address = queueAt }: { readonly store: Store; readonly address: string | undefined },
	console: RunConsole,
): Promise<Fleet> {
	const queue = await fromServer(queueAt, () => openFleetQueue(queueAt, { name, logger: console.logger }));
	const invoker = queueInvoker({
		queue,
		...(window !== undefined && { window }),
		...(priority !== undefined && { priority }),
	});
	return {
		store,
		address,
		queue,
		runOptions: { invoker },
		watch: new FleetWatch({ store, queueName: name, address, console }),
		[Symbol.asyncDispose]: () => queue.close(),
	};
}

/** Opens what is on a server. @throws UsageError that says how to get one where none answers */
export async function fromServer<T>(address: string, open: () => Promise<T>): Promise<T> {
	try {
		const { kind } = parseStoreUrl(address);
		return await (kind === "redis" || kind === "postgres" ? orHowToGetOne(kind, open) : open());
	} catch (error) {
		if (!(error instanceof FleetError || error instanceof StoreError)) throw error;
		throw new UsageError(error.message, { cause: error });
	}
}

export interface AwaitCommandOptions extends Pick<LimitCommandOptions, "wait"> {
	readonly progress: RunProgress;
	readonly signal: AbortSignal;
	readonly quiet?: boolean;
	/** Whether to wait, too, where a worker has the execution already. */
	readonly mayBeBusy: boolean;
}

/** The command was interrupted while workers ran the execution: it goes on. The message says how to look at it. */
export class LeftToFleet extends Error {
	override readonly name = "LeftToFleet";
}

/** How to follow an execution that workers run. */
export function leftText(executionId: string, storeAddress: string, how = "goes on in the fleet."): string {
	return [
		`Execution ${executionId} ${how}`,
		`  how it stands:  ${fleetHint(["executions", "show", executionId], storeAddress)}`,
		`  the workers:    ${fleetHint(["fleet"], storeAddress)}`,
		`  wait for it:    ${fleetHint(["resume", executionId, "--distributed"], storeAddress)}`,
	].join("\n");
}

/**
 * The end of a run that may have parked for children on workers; also of one that a worker has at the moment.
 * @throws LeftToFleet where Ctrl-C ended the waiting
 */
export async function endInFleet(
	executionId: string,
	run: () => Promise<RunResult>,
	{ store, address, queue, watch }: Fleet,
	{ progress, signal, mayBeBusy, wait = false, quiet = false }: AwaitCommandOptions,
): Promise<RunResult> {
	const result = await run().catch((error: unknown) => {
		if (mayBeBusy && error instanceof ExecutionLockedError) return undefined;
		throw error;
	});
	if (result && !goesOnElsewhere(result)) return result;
	if (result) await wakeInTime(executionId, { store, queue, now: Date.now });
	const showChildren = async (row: ExecutionSummary) => {
		// It is only shown: whoever waits for the execution is told of a store that cannot be read.
		const state = await store.joins?.state(joinIdOf(row)).catch(() => null);
		progress.childrenEnded(state ?? null);
	};
	try {
		return await awaitEnd(store, executionId, {
			signal,
			awaitSignals: wait,
			onLook: (row) => {
				progress.goOnFrom(row);
				void showChildren(row);
				if (!quiet) watch.look(row);
			},
		});
	} catch (error) {
		if (!signal.aborted) throw error;
		throw new LeftToFleet(leftText(executionId, address), { cause: error });
	}
}

/** Whether a run that was parked is gone on with by workers: when its children have ended, or its time has come. */
function goesOnElsewhere(result: RunResult): boolean {
	if (result.status !== "waiting") return false;
	const { waiting, sleeping } = result;
	return waiting.some(({ children }) => children !== undefined) || (waiting.length === 0 && sleeping.length > 0);
}
