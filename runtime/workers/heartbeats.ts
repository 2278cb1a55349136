/** Heartbeats of workers that this process has registered: they go on by themselves while the worker's machine runs. */
import { describeError } from "../agents/errors.ts";
import type { ActionRun } from "../hooks/action-run.ts";
import { StoreError } from "../store/errors.ts";
import type { RegistrationBackend } from "./registration-backend.ts";

/** Seconds, where the machine's `settings.heartbeat_interval` says nothing. */
const defaultInterval = 30;

const stops = new WeakMap<RegistrationBackend, Map<string, () => void>>();

/** Begins the heartbeats of a worker; they end with its machine, or by `stopHeartbeats`. */
export function startHeartbeats(registrations: RegistrationBackend, workerId: string, run: ActionRun): void {
	stopHeartbeats(registrations, workerId);
	const { heartbeat_interval: wanted } = run.machine.settings;
	const seconds = typeof wanted === "number" && wanted > 0 ? wanted : defaultInterval;
	const beat = () => {
		registrations.heartbeat(workerId).catch((error: unknown) => {
			const code = error instanceof StoreError ? error.code : undefined;
			if (code === "unknown_worker" || code === "store_closed") return stop();
			// The next one may get through; if none does, the worker is taken for lost.
			run.logger.warn(`Worker ${workerId} could not be heard: ${describeError(error).text}`);
		});
	};
	const timer = setInterval(beat, Math.min(seconds * 1000, 2 ** 31 - 1));
	timer.unref();
	const stop = () => {
		clearInterval(timer);
		run.ended.removeEventListener("abort", stop);
		if (stops.get(registrations)?.get(workerId) === stop) stops.get(registrations)?.delete(workerId);
	};
	const known = stops.get(registrations) ?? new Map<string, () => void>();
	stops.set(registrations, known.set(workerId, stop));
	run.ended.addEventListener("abort", stop, { once: true });
}

/** Whether a worker is heard of by itself already. */
export function isBeating(registrations: RegistrationBackend, workerId: string): boolean {
	return stops.get(registrations)?.has(workerId) ?? false;
}

export function stopHeartbeats(registrations: RegistrationBackend, workerId: string): void {
	stops.get(registrations)?.get(workerId)?.();
}
