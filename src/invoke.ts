/** Runs a machine by an invoker: with its output, or in the background (spec section 16). */
import { awaitEnd } from "../runtime/fleet/await-end.ts";
import { startJob, startLimits } from "../runtime/fleet/start-job.ts";
import { runMachine } from "../runtime/machine/run-machine.ts";
import { ResultTimeoutError } from "../runtime/results/errors.ts";
import { resultUri } from "../runtime/results/result-uri.ts";
import { ExecutionExistsError } from "../runtime/store/errors.ts";
import type { Store } from "../runtime/store/store.ts";
import { type FlatMachine, outputOf } from "./flat-machine.ts";
import { type InvokerChoice, invokerOf } from "./machine-invoker.ts";
import { checkpointEventsOf } from "./machine-store.ts";

export interface InvokeRequest {
	readonly machine: Pick<FlatMachine, "plan" | "set">;
	/** Default: {}. */
	readonly input?: Readonly<Record<string, unknown>>;
	/** Default: a fresh one. */
	readonly executionId?: string;
	readonly maxSteps?: number;
	readonly maxAgentCalls?: number;
	/** US dollars. */
	readonly maxCost?: number;
	readonly maxTokens?: number;
}

export interface InvokeOptions {
	/** Seconds to wait for the end; 0 or absent = as long as it takes. The execution goes on after them. */
	readonly timeoutSeconds?: number;
	/** Ends the waiting, not the execution. */
	readonly signal?: AbortSignal;
}

/**
 * Starts a machine that nobody waits for. Resolves with its execution's id when it can no longer be lost. With `inline` it
 * runs in this process.
 * @throws ExecutionExistsError, FleetError, StoreError
 */
export async function launch(choice: InvokerChoice, store: Store, request: InvokeRequest): Promise<string> {
	const { machine, input = {} } = request;
	const { set, plan } = machine;
	const executionId = request.executionId ?? set.services.newId();
	const known = await store.persistence.loadExecution(executionId);
	if (known) throw new ExecutionExistsError(executionId, known.summary.status);
	const invoker = invokerOf(choice);
	if (!invoker) {
		await startHere(store, { ...request, executionId });
		return executionId;
	}
	const limits = startLimits(request);
	const queued = await startJob(store, { set, planId: plan.id, input, executionId, limits });
	await (invoker.kind === "queue" ? invoker.queue.add([queued]) : invoker.launch(queued.job));
	return executionId;
}

/**
 * Starts a machine and waits for its result, which is read by its id from the store.
 * @returns its output; `{}` where a limit stopped it; `{ _waiting: true, _channel }` where it waits for a signal
 * @throws what failed it; ResultTimeoutError; the reason of `signal`; and what `launch` throws
 */
export async function invoke(
	choice: InvokerChoice,
	store: Store,
	request: InvokeRequest & InvokeOptions,
): Promise<unknown> {
	const executionId = await launch(choice, store, request);
	const { timeoutSeconds = 0, signal } = request;
	const late = new AbortController();
	const uri = resultUri(executionId);
	const end = () => late.abort(new ResultTimeoutError(uri, timeoutSeconds));
	const timer = timeoutSeconds > 0 ? setTimeout(end, timeoutSeconds * 1000) : undefined;
	try {
		const over = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
		const result = await awaitEnd(store, executionId, { signal: over, unknownMs: Number.POSITIVE_INFINITY });
		return outputOf(result);
	} finally {
		clearTimeout(timer);
	}
}

/** Resolves when the run's start is stored; how it ends the store says. */
function startHere(store: Store, request: InvokeRequest & { readonly executionId: string }): Promise<void> {
	const { machine, input = {}, executionId, ...limits } = request;
	const { set, plan } = machine;
	const durable = { store, events: checkpointEventsOf(plan), isLazy: false };
	return new Promise((resolve, reject) => {
		runMachine(set, plan.id, input, { ...limits, executionId, durable, onStarted: resolve }).then(
			() => resolve(),
			reject,
		);
	});
}
