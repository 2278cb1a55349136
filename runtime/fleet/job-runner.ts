/** Runs the jobs of a fleet: starts and resumes executions, and tells the joins that wait for them how they ended. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Spending } from "../../compiler/xstate/spending.ts";
import { describeError } from "../agents/errors.ts";
import { type Origin, readOrigin } from "../checkpoint/progress.ts";
import { FlatstateError } from "../errors.ts";
import type { Logger } from "../logging/logger.ts";
import type { DriveOptions } from "../machine/drive.ts";
import { resumeMachine } from "../machine/resume-machine.ts";
import { runMachine } from "../machine/run-machine.ts";
import type { ResumeOptions, RunResult } from "../machine/run-result.ts";
import { isStoppedByLimit } from "../machine/stopped.ts";
import { resultUri } from "../results/result-uri.ts";
import { errorValue } from "../state/child.ts";
import { storeError } from "../steps/journal.ts";
import type { DurableStore } from "../store/durable-store.ts";
import {
	ChildExecutionError,
	ExecutionExistsError,
	ExecutionLockedError,
	LeaseLostError,
	UnknownExecutionError,
} from "../store/errors.ts";
import type { Store } from "../store/store.ts";
import { cancelChannel } from "./cancel.ts";
import { closeExecution } from "./close-execution.ts";
import { WorkerLostError } from "./errors.ts";
import type { FleetMachine, FleetMachines } from "./fleet-machines.ts";
import { giveUpExecution } from "./give-up.ts";
import type { MachineInvoker } from "./invoker.ts";
import type { ExecutionJob, ResumeJob, StartJob } from "./job.ts";
import type { JobEnd, JobQueue, TakenJob } from "./job-queue.ts";
import type { JobOutcome, JobReport } from "./job-report.ts";
import { type Ended, failureText, outcomeText } from "./outcome.ts";
import { readJob, readQueuedJob } from "./read-job.ts";
import { injectedHooksRequirement } from "./requirements.ts";
import { wakeInTime } from "./wake-in-time.ts";

export interface JobRunnerOptions {
	/** Without joins where nobody waits at one: for processes of their own. */
	readonly store: Store;
	readonly queue: Pick<JobQueue, "add" | "remove">;
	readonly machines: FleetMachines;
	readonly invoker: MachineInvoker;
	/** For every run, e.g. telemetry and events. */
	readonly runOptions?: Omit<ResumeOptions, "signal" | "invoker">;
	readonly logger: Logger;
	/** Milliseconds since 1970. */
	readonly now: () => number;
	/** Workers that an execution may lose before it counts as failed. Default 10. */
	readonly mostLosses?: number;
	/** Is told of each job that was handled. */
	readonly onJob?: (report: JobReport) => void;
}

/** How a job's handling ended, for its queue and for those who look on. */
interface Handled {
	readonly end: JobEnd;
	readonly outcome: JobOutcome;
}

/** What a run of an execution tells beside its result. */
interface Lived {
	readonly result: RunResult;
	readonly spent: readonly Spending[];
}

/** Errors that trying again does not mend. */
const lasting = new Set([
	"worker_lost",
	"config_missing",
	"compile_error",
	"invalid_bundle",
	"bundle_format",
	"bundle_code",
	"corrupt_checkpoint",
	"invalid_checkpoint_key",
]);
/** Milliseconds: whoever has the execution often only gives it back. */
const lockedDelays = [10, 20, 40, 80, 160];
const lockedAgain: Handled = { end: { type: "again", delayMs: 1000 }, outcome: "again" };
const handedOn: Handled = { end: { type: "again", delayMs: 1000 }, outcome: "handed_over" };

export class JobRunner {
	readonly #options: JobRunnerOptions;
	/** Executions that run here, with what gives each up. */
	readonly #running = new Map<string, AbortController>();

	constructor(options: JobRunnerOptions) {
		this.#options = options;
	}

	/** Ids of the executions that run here. */
	get running(): readonly string[] {
		return [...this.#running.keys()];
	}

	/** Looks which of the executions that run here nobody waits for any more, and aborts them. */
	async lookForCancelled(): Promise<void> {
		if (this.#running.size === 0) return;
		for (const id of await this.#options.store.signals.addressees(cancelChannel)) {
			this.#running.get(id)?.abort(new DOMException("Nobody waits for this machine any more.", "AbortError"));
		}
	}

	/** @throws what may pass: a store that cannot be reached */
	async run(taken: TakenJob): Promise<JobEnd> {
		const { onJob, now } = this.#options;
		const began = now();
		let kind: JobReport["kind"] = "unreadable";
		let outcome: JobOutcome = "error";
		try {
			const handled = await this.#handle(taken, (job) => {
				({ kind } = job);
			});
			({ outcome } = handled);
			return handled.end;
		} finally {
			onJob?.({ kind, outcome, seconds: Math.max(0, now() - began) / 1000 });
		}
	}

	async #handle(taken: TakenJob, onRead: (job: ExecutionJob) => void): Promise<Handled> {
		const { logger } = this.#options;
		const job = readJob(taken.data);
		onRead(job);
		try {
			return await (job.kind === "cancel" ? this.#giveUp(job.execution_id) : this.#runWith(job, taken));
		} catch (error) {
			const { text } = describeError(error);
			const fields = { execution_id: job.execution_id, job: taken.id };
			if (error instanceof ExecutionLockedError) {
				logger.debug(`${text} The job is taken up again later.`, fields);
				return lockedAgain;
			}
			if (error instanceof LeaseLostError) {
				logger.warn(`${text} Another worker goes on with it, from what is stored.`, fields);
				return handedOn;
			}
			const isNobodys = error instanceof UnknownExecutionError || error instanceof ChildExecutionError;
			if (!isNobodys && !(error instanceof FlatstateError && isLasting(error))) throw error;
			logger.error(`A job cannot be run: ${text}`, fields);
			if (!isNobodys && job.kind !== "cancel") await this.#failed(job, error);
			return { end: { type: "done" }, outcome: "refused" };
		}
	}

	async #giveUp(executionId: string): Promise<Handled> {
		const isOver = await giveUpExecution(executionId, this.#options);
		return isOver ? { end: { type: "done" }, outcome: "given_up" } : lockedAgain;
	}

	async #runWith(job: StartJob | ResumeJob, taken: TakenJob): Promise<Handled> {
		const { store, mostLosses = 10 } = this.#options;
		const id = job.execution_id;
		if (taken.losses >= mostLosses) throw new WorkerLostError(id, taken.losses);
		// Who gives a child up takes its job back; one that a lost worker had comes back all the same.
		if (taken.losses > 0 && job.kind === "start" && job.join !== null && !(await store.joins?.state(job.join))) {
			return this.#giveUp(id);
		}
		const cancel = new AbortController();
		this.#running.set(id, cancel);
		try {
			const lived = await this.#live(job, AbortSignal.any([taken.signal, cancel.signal]));
			return await this.#settle(job, lived, cancel.signal);
		} finally {
			if (this.#running.get(id) === cancel) this.#running.delete(id);
		}
	}

	/** @throws what ended the run because of its store */
	async #live(job: StartJob | ResumeJob, signal: AbortSignal): Promise<Lived> {
		const { runOptions, invoker } = this.#options;
		let lost: { readonly error: unknown } | undefined;
		let spent: readonly Spending[] = [];
		const options = {
			...runOptions,
			invoker:
				job.priority === undefined || invoker.kind !== "queue" ? invoker : { ...invoker, priority: job.priority },
			signal,
			onLost: (error: unknown) => {
				lost = { error };
			},
			onSpent: (rows: readonly Spending[]) => {
				spent = rows;
			},
		};
		const result = job.kind === "start" ? await this.#start(job, options) : await this.#resume(job, options);
		if (lost) throw lost.error;
		return { result, spent };
	}

	async #start(job: StartJob, options: ResumeOptions & DriveOptions): Promise<RunResult> {
		const { machines } = this.#options;
		const { max_depth: maxDepth } = job.limits;
		const machine = await machines.stored(job.config_hash, job.file, job.injected_hooks === true);
		try {
			return await this.#whenFree(() =>
				runMachine(machine.set, machine.planId, job.input, {
					...options,
					...limitsOf(job),
					...(maxDepth !== undefined && { maxDepth }),
					...(job.join !== null && { join: job.join }),
					...(job.trace !== undefined && { startedBy: job.trace }),
					executionId: job.execution_id,
					parentExecutionId: job.parent_execution_id,
					depth: job.depth,
					durable: this.#durable(machine),
				}),
			);
		} catch (error) {
			if (!(error instanceof ExecutionExistsError)) throw error;
			return this.#resume(job, { ...options, ...(await this.#moreFor(job)) });
		}
	}

	/** What a child that a budget had stopped may spend now, beside what it has spent. */
	async #moreFor(job: StartJob): Promise<Pick<ResumeOptions, "maxAgentCalls" | "maxCost">> {
		const stored = await this.#options.store.persistence.loadExecution(job.execution_id);
		if (!stored || !isStoppedByLimit(stored.summary)) return {};
		const { maxAgentCalls, maxCost } = limitsOf(job);
		const { total_api_calls: calls, total_cost: cost } = stored.summary;
		return {
			...(maxAgentCalls !== undefined && { maxAgentCalls: maxAgentCalls + calls }),
			...(maxCost !== undefined && { maxCost: maxCost + cost }),
		};
	}

	async #resume({ execution_id: id }: StartJob | ResumeJob, options: ResumeOptions & DriveOptions): Promise<RunResult> {
		const { machines } = this.#options;
		const requires = (await this.#origin(id))?.requires ?? [];
		return this.#whenFree(async () => {
			const machine = await machines.machineOf(id, requires.includes(injectedHooksRequirement));
			const { chosenFor } = machine;
			return resumeMachine(machine.set, machine.planId, id, { ...options, chosenFor, durable: this.#durable(machine) });
		});
	}

	#durable({ events, storedConfigs }: FleetMachine): DurableStore {
		return { store: this.#options.store, events, isLazy: false, storedConfigs };
	}

	/** Who parks is about to give its lease back. */
	async #whenFree<T>(run: () => Promise<T>): Promise<T> {
		for (const delay of lockedDelays) {
			try {
				return await run();
			} catch (error) {
				if (!(error instanceof ExecutionLockedError)) throw error;
				await sleep(delay);
			}
		}
		return run();
	}

	async #settle(job: StartJob | ResumeJob, { result, spent }: Lived, cancelled: AbortSignal): Promise<Handled> {
		const id = job.execution_id;
		if (result.status === "waiting") {
			const { priority } = job;
			await wakeInTime(id, { ...this.#options, ...(priority !== undefined && { priority }) });
			return { end: { type: "done" }, outcome: "waiting" };
		}
		if (result.status === "stopped" && result.reason === "aborted") {
			if (!cancelled.aborted) return { end: { type: "again", delayMs: 0 }, outcome: "handed_over" };
			await giveUpExecution(id, this.#options);
			return { end: { type: "done" }, outcome: "given_up" };
		}
		await this.#ended(job, result, outcomeText(result, spent));
		return { end: { type: "done" }, outcome: result.status };
	}

	/** Tells whoever waits for the execution how it ended. */
	async #ended(job: StartJob | ResumeJob, result: Ended, outcome: string): Promise<void> {
		const { store, logger } = this.#options;
		const id = job.execution_id;
		const join = await this.#joinOf(job);
		if (result.status === "failed" && join === null) {
			const { type, text } = describeError(result.error);
			logger.error(`Execution ${id} failed: ${type}: ${text}`, { execution_id: id });
		}
		if (join !== null) await this.#tell(join, id, outcome);
		// Of one that is done the store has the result with its end.
		else if (result.status !== "done") {
			const value = result.status === "failed" ? errorValue(result.error) : result.output;
			await store.results.write(resultUri(id), value);
		}
	}

	async #tell(join: string, id: string, outcome: string): Promise<void> {
		const { store, queue } = this.#options;
		const due = await store.joins?.end(join, id, outcome);
		if (due && due.length > 0) await queue.add(due.map(readQueuedJob));
	}

	/** What cannot be run has failed, for whoever waits for it. */
	async #failed(job: StartJob | ResumeJob, error: unknown): Promise<void> {
		const id = job.execution_id;
		// Where somebody runs it all the same, its row is theirs.
		await closeExecution(id, { status: "failed", error: storeError(error) }, this.#options);
		const join = await this.#joinOf(job);
		if (join !== null) await this.#tell(join, id, failureText(error));
		else await this.#options.store.results.write(resultUri(id), errorValue(error));
	}

	/** The join that waits for the job's execution; null where nobody does. */
	async #joinOf(job: StartJob | ResumeJob): Promise<string | null> {
		return job.kind === "start" ? job.join : ((await this.#origin(job.execution_id))?.join ?? null);
	}

	async #origin(id: string): Promise<Origin | undefined> {
		const stored = await this.#options.store.persistence.loadExecution(id);
		return stored ? readOrigin(stored.origin) : undefined;
	}
}

function limitsOf({ limits }: StartJob): Pick<ResumeOptions, "maxSteps" | "maxAgentCalls" | "maxCost" | "maxTokens"> {
	const { max_steps: steps, max_agent_calls: calls, max_cost: cost, max_tokens: tokens } = limits;
	return {
		...(typeof steps === "number" && { maxSteps: steps }),
		...(typeof calls === "number" && { maxAgentCalls: calls }),
		...(typeof cost === "number" && { maxCost: cost }),
		...(typeof tokens === "number" && { maxTokens: tokens }),
	};
}

function isLasting({ code }: FlatstateError): boolean {
	return lasting.has(code);
}
