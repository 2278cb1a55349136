/** Ctrl-C: the first asks for an orderly end, the second ends at once. */
import { setMaxListeners } from "node:events";
import { exitCodes } from "./exit-codes.ts";
import type { RunConsole } from "./run-console.ts";

export interface Interrupt extends Disposable {
	/** Aborted by the first SIGINT or SIGTERM. */
	readonly signal: AbortSignal;
}

/**
 * Listens until it is disposed.
 * @param onFirst called at the first signal, for example to say that a second one ends at once
 * @param onSecond called before the process ends at once
 */
export function listenForInterrupt(onFirst: () => void = () => {}, onSecond: () => void = () => {}): Interrupt {
	const controller = new AbortController();
	// Executions that a dispatcher has under way listen, one each.
	setMaxListeners(0, controller.signal);
	const listener = () => {
		if (controller.signal.aborted) {
			onSecond();
			process.exit(exitCodes.interrupted);
		}
		onFirst();
		controller.abort(new DOMException("The run was interrupted.", "AbortError"));
	};
	for (const name of signals) process.on(name, listener);
	return {
		signal: controller.signal,
		[Symbol.dispose]() {
			for (const name of signals) process.off(name, listener);
		},
	};
}

/**
 * The same beside a run's console, which tells of the first signal and is given back before the process ends at once.
 * @param words what the console says at the first signal
 */
export function listenBeside(
	console: RunConsole,
	words = "Stopping. Press Ctrl-C again to exit at once.\n",
): Interrupt {
	return listenForInterrupt(
		() => console.write(words),
		() => console[Symbol.dispose](),
	);
}

const signals = ["SIGINT", "SIGTERM"] as const;
