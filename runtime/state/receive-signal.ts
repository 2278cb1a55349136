/** How a waiting state takes a signal: claimed, journaled, acknowledged, so that a crash loses none (docs/signals.md). */
import { isRecord, ownString } from "../../compiler/document/plain-data.ts";
import type { WorkSteps } from "../steps/steps-within.ts";
import type { RunEnvironment } from "./run-environment.ts";
import { stepKey } from "./step-keys.ts";

/** Milliseconds between looks at a backend that cannot tell of signals that other processes send, and at one that can. */
const lookEvery = 1000;
const lookSeldom = 60_000;

export interface ReceivedSignal {
	readonly id: string;
	readonly data: unknown;
}

/** The execution that waits, on its channel. */
export interface Waiter {
	readonly executionId: string;
	readonly channel: string;
	readonly environment: RunEnvironment;
	readonly steps: WorkSteps;
	/** The step that the signal is; default: that of a state which only waits. */
	readonly key?: string;
}

/**
 * Takes the oldest signal that is there for the waiter. It is acknowledged only when the journal that has it is durable.
 * @returns undefined where there is none
 */
export async function takeSignal(waiter: Waiter): Promise<ReceivedSignal | undefined> {
	const { environment, steps, executionId, channel, key = stepKey.signal } = waiter;
	const { activity, signals, keeper } = environment;
	if (!signals && !steps.has(key)) return undefined;
	activity.begin();
	try {
		if (!steps.has(key)) {
			await steps.durable();
			const claimed = await signals?.claim(channel, executionId);
			if (!claimed || steps.stopped) return undefined;
			steps.value(key, () => ({ id: claimed.id, data: claimed.data }));
		}
		const stored = steps.value(key, () => null);
		const signal = { id: ownString(stored, "id") ?? "", data: isRecord(stored) ? stored.data : null };
		// What came as an event is in no queue.
		if (signals && signal.id !== "") {
			await steps.durable();
			await signals.acknowledge(signal.id);
		}
		return signal;
	} catch (error) {
		if (keeper) return await keeper.recorder.fail(error);
		throw error;
	} finally {
		activity.end();
	}
}

/**
 * Goes on waiting, as something that keeps the run going: calls `look` whenever a signal may have come.
 * @param over aborted when the waiting is over
 */
export async function listenForSignals(
	{ environment, channel }: Waiter,
	look: () => void,
	over: AbortSignal,
): Promise<void> {
	const { activity, signals, keeper } = environment;
	if (!signals) return;
	activity.begin();
	const subscribed = signals.subscribe((name) => {
		if (name === channel) look();
	});
	const stop = await (keeper ? subscribed.catch((error: unknown) => keeper.recorder.fail(error)) : subscribed);
	// This also keeps the process alive, which a subscription need not do.
	const poll = setInterval(look, signals.notifies ? lookSeldom : lookEvery);
	const end = () => {
		clearInterval(poll);
		activity.end();
		stop().catch(() => undefined);
	};
	if (over.aborted) return end();
	over.addEventListener("abort", end, { once: true });
	look();
}
