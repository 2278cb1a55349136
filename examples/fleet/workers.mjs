/** Processes of `flatstate`: workers that can be killed, and commands that run to their end. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The command `flatstate` of this package. */
const command = fileURLToPath(new URL("cli/main.js", import.meta.resolve("flatstate")));

/**
 * Starts `flatstate worker`. The address of the store, in which passwords may be, is not on the command line.
 * @param log gets what the worker writes after it has begun
 * @returns once it takes jobs
 */
export async function startWorker(args, { store, log }) {
	const child = spawn(process.execPath, [command, "worker", ...args], {
		stdio: ["ignore", "ignore", "pipe"],
		env: { ...process.env, FLATSTATE_STORE: store },
	});
	const exited = once(child, "exit");
	const ready = new Promise((resolve) => {
		createInterface(child.stderr).on("line", (line) => {
			if (line.includes(" takes jobs from ")) resolve();
			else log(line);
		});
	});
	const kill = async (signal) => {
		child.kill(signal);
		await exited;
	};
	await Promise.race([ready, exited]);
	if (child.exitCode !== null) throw new Error("A worker has ended before it took jobs.");
	return { pid: child.pid, kill };
}

/**
 * Runs a command to its end.
 * @param signal ends it as Ctrl-C does
 * @returns what it printed
 */
export function flatstate(args, { store, signal, log = () => {} }) {
	return new Promise((resolve, reject) => {
		const env = { ...process.env, FLATSTATE_STORE: store };
		const child = execFile(process.execPath, [command, ...args], { env, maxBuffer: 2 ** 24 }, (error, stdout) => {
			if (error === null) resolve(stdout);
			else reject(signal?.reason ?? new Error(`flatstate ${args[0]} has ended with ${error.code ?? error.signal}.`));
		});
		signal?.addEventListener("abort", () => child.kill("SIGINT"));
		createInterface(child.stderr).on("line", log);
	});
}
