/** The run that an action belongs to, as far as hooks may use it. */
import type { Logger } from "../logging/logger.ts";
import type { Store } from "../store/store.ts";

/** The machine whose state has the action. */
export interface ActionMachine {
	readonly name: string;
	/** Its folder; for text and objects the one that their references start from. */
	readonly dir: string;
	/** `data.settings` as written. */
	readonly settings: Readonly<Record<string, unknown>>;
	/** The files of the machines that it names under `machines`, by their names. */
	readonly machines: Readonly<Record<string, string>>;
}

export interface ActionRun {
	readonly executionId: string;
	readonly machine: ActionMachine;
	/** The store that keeps the run; null where the run is kept by nothing but the memory of its process. */
	readonly store: Store | null;
	readonly logger: Logger;
	/** Aborted when the machine has ended, was stopped or is parked. */
	readonly ended: AbortSignal;
	/** Milliseconds since 1970. */
	now(): number;
	newId(): string;
	/** Opens another store; whoever asks closes it. @throws StoreError, ValueError where the program cannot open any */
	openStore(address: string): Promise<Store>;
	/**
	 * Starts a machine in a process of its own, with the same store, which goes on when this process ends
	 * (docs/workers.md: which files are allowed).
	 * @param file relative to the machine's folder @param name of its log
	 * @returns the process's id
	 * @throws ValueError where the program does not allow it, or not for this file
	 */
	startMachine(file: string, input: Readonly<Record<string, unknown>>, name: string): Promise<number>;
}
