/** Programs that must not stay behind when this process ends without having ended them. */

const running = new Set<number>();

/**
 * Kills a program when this process exits, until what it gives is called.
 * @param pid of a process; negative for a group of processes
 */
export function killAtExit(pid: number): () => void {
	if (running.size === 0) process.on("exit", killAll);
	running.add(pid);
	return () => {
		running.delete(pid);
		if (running.size === 0) process.off("exit", killAll);
	};
}

function killAll(): void {
	for (const pid of running) kill(pid, "SIGKILL");
}

/** What the system says where there is nothing left to send a signal to; of a group whose processes have all ended macOS says EPERM. */
const gone = ["ESRCH", "EPERM"];

/** Sends a signal to a process or a group, which may have ended already. */
export function kill(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(pid, signal);
	} catch (error) {
		if (!(error instanceof Error && "code" in error && gone.includes(String(error.code)))) throw error;
	}
}
