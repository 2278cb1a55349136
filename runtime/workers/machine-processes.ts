/** The port to processes in which machines run by themselves. */

/** A machine to run. */
export interface MachineProcess {
	/** Absolute path of its file. */
	readonly file: string;
	readonly input: Readonly<Record<string, unknown>>;
	/** Address of the store that it is to use; absent: whichever it finds by itself. */
	readonly store?: string;
	/** Of its log. */
	readonly name: string;
}

export interface MachineProcesses {
	/** Folders besides the asking machine's own that files may be in. */
	readonly roots: readonly string[];
	/**
	 * Starts one, which goes on when this process ends.
	 * @returns the process's id
	 * @throws FlatstateError where no process can be started
	 */
	start(machine: MachineProcess): Promise<number>;
}
