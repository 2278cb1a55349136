/** Runs machines in processes of their own: `flatstate run`, detached, so that it goes on when this process ends. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { FlatstateError } from "../runtime/errors.ts";
import { packageFolder } from "../runtime/package-folder.ts";
import { ValueError } from "../runtime/state/errors.ts";
import type { MachineProcess, MachineProcesses } from "../runtime/workers/machine-processes.ts";

export interface MachineProcessOptions {
	/** Options of `flatstate run`, for example `["--hooks", "hooks.mjs"]`. Default: none. */
	readonly options?: readonly string[];
	/** Folders besides the asking machine's own that machines' files may be in. Default: none. */
	readonly roots?: readonly string[];
	/** How many processes may be started in all. Default 100. */
	readonly most?: number;
	/** Whether processes that were started so may start further ones. Default false. */
	readonly nested?: boolean;
	/** Folder for what the processes write, a file for each. Default: FLATSTATE_WORKER_LOGS, else it is not kept. */
	readonly logs?: string;
}

/** In the environment of processes that were started so: a document could fill the host with them otherwise. */
const startedMark = "FLATSTATE_STARTED_BY_MACHINE";

/** No process can be started. */
export class ProcessStartError extends FlatstateError {
	constructor(machine: string, cause: unknown) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		super("process_start_failed", `No process could be started for ${machine}: ${reason}.`, { cause });
	}
}

/**
 * For the option `processes` of `FlatMachine`: lets its hooks start machines as processes. They have this one's environment
 * and working directory; the address of the store is in their environment, too, where other users do not see it.
 */
export function machineProcesses(options: MachineProcessOptions = {}): MachineProcesses {
	const { options: given = [], roots = [], most = 100, nested = false, logs } = options;
	let started = 0;
	return {
		roots,
		async start(machine) {
			if (!nested && process.env[startedMark] !== undefined) {
				throw new ValueError("A process that a machine has started starts no further ones.");
			}
			if (++started > most) throw new ValueError(`No more than ${most} processes may be started from here.`);
			try {
				return await startProcess(machine, given, logs ?? process.env.FLATSTATE_WORKER_LOGS);
			} catch (cause) {
				throw new ProcessStartError(machine.file, cause);
			}
		},
	};
}

async function startProcess(
	{ file, input, store, name }: MachineProcess,
	options: readonly string[],
	logs: string | undefined,
): Promise<number> {
	const command = join(packageFolder(), "dist", "src", "cli", "main.js");
	const parts = [command, "run", file, "--input", JSON.stringify(input), "--no-ask", ...options];
	await using log = logs === undefined || logs === "" ? undefined : await openLog(logs, name);
	const output = log?.fd ?? "ignore";
	const child = spawn(process.execPath, parts, {
		detached: true,
		stdio: ["ignore", output, output],
		env: { ...process.env, [startedMark]: "1", ...(store !== undefined && { FLATSTATE_STORE: store }) },
	});
	await once(child, "spawn");
	child.unref();
	if (child.pid === undefined) throw new Error("it has no id");
	return child.pid;
}

async function openLog(folder: string, name: string) {
	await mkdir(folder, { recursive: true });
	return open(join(folder, `${name.replaceAll(/[^\w.-]/g, "_")}.log`), "a");
}
