/** The waiting for one signal: taken where it is there, else listened for, or left to whoever resumes the execution. */
import type { PauseRequest } from "../../compiler/xstate/pause.ts";
import { listenForSignals, type ReceivedSignal, takeSignal, type Waiter } from "./receive-signal.ts";
import { isLongSleep } from "./sleep.ts";

export interface Waiting {
	readonly waiter: Waiter;
	/** The state that waits. */
	readonly state: string;
	readonly request?: PauseRequest;
	/** Milliseconds since 1970; null = never. */
	readonly deadline: number | null;
	/** Milliseconds since 1970. */
	readonly now: () => number;
	/** Whether this run takes signals that come while it goes on, if it was asked to. */
	readonly listens: boolean;
	/** Aborted when nobody waits for the signal any more. */
	readonly over: AbortSignal;
}

/**
 * Waits until a signal is taken. Where nothing else goes on and the run was not asked to stay, it parks.
 * @returns undefined where the time was over first; never resolves once nobody waits
 */
export async function awaitSignal(waiting: Waiting): Promise<ReceivedSignal | undefined> {
	const { waiter, state, request, deadline, now, over } = waiting;
	const { environment, steps, executionId, channel } = waiter;
	const take = takeInTurn(waiter);
	const there = await take();
	if (there) return there;
	if (deadline !== null && deadline <= now()) return undefined;
	if (over.aborted) return waitForEver();
	const stopWaiting = environment.activity.wait({ executionId, state, channel, ...(request && { request }) });
	over.addEventListener("abort", stopWaiting, { once: true });
	const ended = new AbortController();
	const end = AbortSignal.any([ended.signal, over]);
	const listens = waiting.listens && environment.awaitsSignals;
	const arrived = new Promise<ReceivedSignal>((resolve) => {
		const look = () => {
			void take().then((signal) => signal && resolve(signal));
		};
		if (listens) void listenForSignals(waiter, look, end);
	});
	const expired = async (time: number): Promise<ReceivedSignal | undefined> => {
		const idle = !environment.awaitsTimeouts || isLongSleep(environment, time - now());
		await steps.sleepUntil(time, { signal: end, idle });
		// A signal that came in time, or is just being taken, is not lost to the timer.
		return take();
	};
	try {
		const expiry = deadline === null ? undefined : expired(deadline);
		expiry?.catch(() => undefined);
		return await (expiry ? Promise.race([arrived, expiry]) : arrived);
	} finally {
		ended.abort();
		stopWaiting();
	}
}

/** Takes a signal; who looks already looks once more, since the signal may have come after it had asked. */
function takeInTurn(waiter: Waiter): () => Promise<ReceivedSignal | undefined> {
	let looks = 0;
	let looking: Promise<ReceivedSignal | undefined> | undefined;
	const take = async (): Promise<ReceivedSignal | undefined> => {
		let signal = await takeSignal(waiter);
		while (!signal && looks > 1) {
			looks = 1;
			signal = await takeSignal(waiter);
		}
		looks = 0;
		return signal;
	};
	return () => {
		looks += 1;
		looking = looks > 1 && looking ? looking : take();
		return looking;
	};
}

/** For what goes on without this. */
export function waitForEver(): Promise<never> {
	return new Promise(() => undefined);
}
