/** `flatstate dispatch`: wakes parked executions by their signals and timeouts, once or until Ctrl-C. */
import { printable } from "../../compiler/diagnostics/printable.ts";
import type { Logger } from "../../runtime/logging/logger.ts";
import type { RunResult } from "../../runtime/machine/run-result.ts";
import { SignalDispatcher } from "../../runtime/signals/dispatcher.ts";
import type { Store } from "../../runtime/store/store.ts";
import { resumeInterrupted } from "./dispatch-interrupted.ts";
import { type StoreCommandOptions, storeUrl, withStore } from "./executions-store.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { listenBeside } from "./interrupt.ts";
import { counted } from "./print-diagnostics.ts";
import { openRunConsole, type RunConsole } from "./run-console.ts";
import { requireShared } from "./signal.ts";
import { writeTo } from "./streams.ts";
import { listenerOf, type TriggerChoice } from "./trigger-option.ts";
import { UsageError } from "./usage-error.ts";

export interface DispatchCommandOptions extends StoreCommandOptions {
	readonly once?: boolean;
	readonly listen?: boolean;
	readonly trigger?: TriggerChoice;
	/** Also what was killed in the middle, or was aborted with its process. */
	readonly interrupted?: boolean;
	/** Executions that run at the same time. */
	readonly concurrency?: number;
	readonly json?: boolean;
	readonly quiet?: boolean;
}

/** What an execution is resumed with. */
export interface DispatchRun {
	readonly store: Store;
	/** Aborted by Ctrl-C. */
	readonly signal: AbortSignal;
	readonly console: RunConsole;
}

/** What resumes executions, and what it needs for that. */
export interface Resumer extends AsyncDisposable {
	/** Resolves when the execution has parked or ended; one that failed has said so. */
	resume(executionId: string): Promise<Pick<RunResult, "status">>;
}

/**
 * With `--once`, wakes all that can be woken now and prints their ids as JSON; with `--listen`, goes on until Ctrl-C.
 * @param openResumer called once, before anything is woken: what it cannot open ends the command
 * @throws UsageError where not exactly one of both is given, and for a store that is not there
 */
export async function dispatchCommand(
	options: DispatchCommandOptions,
	openResumer: (run: DispatchRun) => Promise<Resumer>,
): Promise<ExitCode> {
	const { once = false, listen = false, concurrency = 16, quiet = false } = options;
	if (once === listen) throw new UsageError("Say whether to end: --once for what is there now, or --listen.");
	requireShared(storeUrl(options));
	return withStore(options, async (store) => {
		let resumed = 0;
		const failed = new Set<string>();
		const progress = () =>
			`${counted(resumed, "execution")} resumed${failed.size > 0 ? `, ${failed.size} of them failed` : ""}`;
		using console = openRunConsole({ quiet, progress });
		using interrupt = listenBeside(
			console,
			"Stopping: what is under way is interrupted. Press Ctrl-C again to exit at once.\n",
		);
		const { signal } = interrupt;
		const { logger } = console;
		await using resumer = await openResumer({ store, signal, console });
		const resume = async (executionId: string): Promise<void> => {
			const { status } = await resumer.resume(executionId);
			resumed += 1;
			if (status === "failed") {
				failed.add(executionId);
				return;
			}
			failed.delete(executionId);
			logger.info(`Execution ${printable(executionId)} was resumed`, { execution_id: executionId });
		};
		const { signals, persistence } = store;
		const dispatcher = new SignalDispatcher({ signals, persistence, logger, concurrency, resume });
		const goOn =
			options.interrupted === true
				? () => resumeInterrupted({ persistence, resume, concurrency, logger, signal })
				: undefined;
		if (once) return await dispatchOnce(dispatcher, { signal, failed, goOn, json: options.json === true });
		await Promise.all([listenUntilInterrupt(dispatcher, signal, logger, options.trigger), goOn?.()]);
		return exitCodes.done;
	});
}

interface Once {
	readonly signal: AbortSignal;
	/** Those of which the last life has failed. */
	readonly failed: ReadonlySet<string>;
	/** Resumes what was interrupted; undefined where that is not asked for. */
	readonly goOn: (() => Promise<readonly string[]>) | undefined;
	readonly json: boolean;
}

async function dispatchOnce(dispatcher: SignalDispatcher, { signal, failed, goOn, json }: Once): Promise<ExitCode> {
	const interrupted = await goOn?.();
	const resumed = await dispatcher.dispatchAll({ signal });
	const timedOut = await dispatcher.dispatchDue({ signal });
	const report = {
		resumed: Object.fromEntries(resumed),
		timed_out: timedOut,
		...(interrupted && { interrupted }),
		...(failed.size > 0 && { failed: [...failed].sort() }),
	};
	await writeTo(process.stdout, `${printable(JSON.stringify(report, null, json ? undefined : 2))}\n`);
	return signal.aborted ? exitCodes.interrupted : exitCodes.done;
}

async function listenUntilInterrupt(
	dispatcher: SignalDispatcher,
	signal: AbortSignal,
	logger: Logger,
	choice: TriggerChoice = { kind: "none" },
): Promise<void> {
	const trigger = await listenerOf(choice, logger);
	await dispatcher.listen({ signal, ...(trigger && { trigger }) });
}
