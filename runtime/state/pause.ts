/**
 * A pause in the middle of a state's work: the execution parks on a channel, and the data of the signal that comes there
 * is what the work goes on with (docs/signals.md, "Pauses in the middle of a state"; spec of fsm-agent-flow, section 18.2).
 */
import { isRecord } from "../../compiler/document/plain-data.ts";
import { eventName } from "../../compiler/xstate/names.ts";
import { type Pause, type PauseRequest, readPause } from "../../compiler/xstate/pause.ts";
import { awaitSignal } from "./await-signal.ts";
import { TimeoutError } from "./errors.ts";
import type { ReceivedSignal, Waiter } from "./receive-signal.ts";
import { stepKey } from "./step-keys.ts";
import type { Visit } from "./visit.ts";

export interface PauseOptions {
	/** Where the answer is awaited. Default: see `channelOf`. */
	readonly channel?: string;
	readonly request: PauseRequest;
	/** Seconds from the first asking, also across restarts; null = any time. */
	readonly timeout?: number | null;
}

/** What a pause gave. */
export interface Answer {
	/** The signal's data: from outside, so not to be trusted. */
	readonly data: unknown;
	/** Milliseconds for which it was waited. */
	readonly waited: number;
}

/** The channel of a pause that names none: unique, since it is that of the call's idempotency key. */
export function channelOf({ meta, state, prefix }: Visit, key: string): string {
	return `${meta.execution_id}/${meta.step}/${state.name}/${prefix}${key}`;
}

/**
 * Pauses the visit until a signal comes. What is asked, and the answer, are journaled: a visit that is resumed asks the
 * same on the same channel, and does not ask again what was answered. Of several pauses one is open at a time.
 * @param key names the pause within this visit
 * @throws TimeoutError where no answer came in time
 */
export function pause(visit: Visit, key: string, options: PauseOptions): Promise<Answer> {
	return visit.afterPauses(() => {
		visit.throwIfGivenUp();
		return pauseNow(visit, key, options);
	});
}

async function pauseNow(visit: Visit, key: string, options: PauseOptions): Promise<Answer> {
	const { steps, services, machine } = visit;
	const { channel = channelOf(visit, key), request } = options;
	const asked = steps.value(stepKey.pause(key), () => ({ channel, request, since: services.now() }));
	const open: Pause = readPause(asked) ?? { channel, request };
	const since = isRecord(asked) && typeof asked.since === "number" ? asked.since : services.now();
	const isAnswered = steps.has(stepKey.answer(key));
	if (!isAnswered) tellMachine(visit, open);
	const signal = await answerTo(visit, key, open, options);
	const { pause: left } = visit.machineMeta.run;
	if (left?.channel === open.channel) machine.send({ type: eventName.answered });
	const at = steps.value(stepKey.answeredAt(key), () => services.now());
	if (!isAnswered) tell(visit, "answer", open);
	return { data: signal.data, waited: Math.max(0, Number(at) - since) };
}

async function answerTo(
	visit: Visit,
	key: string,
	{ channel, request }: Pause,
	{ timeout = null }: PauseOptions,
): Promise<ReceivedSignal> {
	const { steps, services, environment, meta, state } = visit;
	const waiter = { executionId: meta.execution_id, channel, environment, steps, key: stepKey.answer(key) };
	const deadline =
		timeout === null ? null : Number(steps.value(stepKey.pauseDeadline(key), () => services.now() + timeout * 1000));
	const standIn = steps.has(waiter.key) ? undefined : services.standIns?.signal(state.name);
	if (standIn && "timeout" in standIn) throw new TimeoutError(state.name, timeout ?? 0);
	if (standIn) return give(waiter, standIn.data);
	const stopWaking = deadline === null ? undefined : visit.wakeAt(deadline);
	const over = new AbortController();
	try {
		const delivered = new Promise<ReceivedSignal>((resolve) => {
			const stop = steps.onEvent((event) => {
				const isAnswer = event.type === `signal.${channel}` || ("channel" in event && event.channel === channel);
				if (isAnswer) resolve(give(waiter, "data" in event ? event.data : null));
			});
			over.signal.addEventListener("abort", stop, { once: true });
		});
		const taken = awaitSignal({
			waiter,
			state: state.name,
			request,
			deadline,
			now: () => services.now(),
			listens: request.pause !== "break",
			over: AbortSignal.any([over.signal, steps.signal, visit.givenUp]),
		});
		const signal = await Promise.race([delivered, taken]);
		if (!signal) throw new TimeoutError(state.name, timeout ?? 0);
		return signal;
	} finally {
		over.abort();
		stopWaking?.();
	}
}

/** An answer that is in no queue of signals. */
function give({ steps, key = "" }: Waiter, data: unknown): ReceivedSignal {
	steps.value(key, () => ({ id: "", data: data ?? null }));
	return { id: "", data: data ?? null };
}

/** The machine says in its context that it pauses, and its next checkpoint does. */
function tellMachine(visit: Visit, open: Pause): void {
	visit.machine.send({ type: eventName.paused, pause: open });
	tell(visit, "pause", open);
}

function tell({ environment, meta, state }: Visit, type: "pause" | "answer", { channel, request }: Pause): void {
	environment.emit?.({ type, executionId: meta.execution_id, state: state.name, channel, request });
}
