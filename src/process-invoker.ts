/** Runs child machines in processes of their own, `flatstate run-job`, which share the execution's store. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { kill, killAtExit } from "../adapters/processes/kill-at-exit.ts";
import { FleetError } from "../runtime/fleet/errors.ts";
import type { ProcessInvoker } from "../runtime/fleet/invoker.ts";
import type { ExecutionJob } from "../runtime/fleet/job.ts";
import { packageFolder } from "../runtime/package-folder.ts";
import { parseStoreUrl } from "./open-store.ts";

export interface ProcessInvokerOptions {
	/** Address of the store that the processes share with this one; every kind but `memory:`. */
	readonly store: string;
	/** Options of `flatstate run`, for example `["--hooks", "hooks.mjs"]`. Default: none. */
	readonly options?: readonly string[];
	/** Processes of one state at the same time. Default 4. */
	readonly window?: number;
	/** Seconds between SIGTERM and SIGKILL for a child that nobody waits for any more. Default 5. */
	readonly graceSeconds?: number;
}

const defaultWindow = 4;
const defaultGraceSeconds = 5;

/**
 * For the option `invoker`. A process has this one's environment and working directory, and is no part of its terminal's
 * job; the store's address is in its environment, where other users do not see it. Launched machines outlive this process.
 * @throws FleetError `store_not_shared` for `memory:`; StoreError for what is no address
 */
export function processInvoker(options: ProcessInvokerOptions): ProcessInvoker {
	const { store, window = defaultWindow, graceSeconds = defaultGraceSeconds } = options;
	if (parseStoreUrl(store).kind === "memory") {
		throw new FleetError(
			"store_not_shared",
			"Processes cannot share `memory:`. Use another store, such as sqlite:FILE.",
		);
	}
	return {
		kind: "process",
		window,
		async run(job, signal) {
			signal.throwIfAborted();
			const child = await start(job, options, "inherit");
			const { pid = 0 } = child;
			const forget = killAtExit(-pid);
			let hard: NodeJS.Timeout | undefined;
			const end = () => {
				kill(-pid, "SIGTERM");
				hard = setTimeout(() => kill(-pid, "SIGKILL"), graceSeconds * 1000);
			};
			signal.addEventListener("abort", end, { once: true });
			if (signal.aborted) end();
			try {
				if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
			} finally {
				signal.removeEventListener("abort", end);
				clearTimeout(hard);
				forget();
			}
		},
		async launch(job) {
			const child = await start(job, options, "ignore");
			child.unref();
		},
	};
}

/** Resolves when the process has the job. */
async function start(
	job: ExecutionJob,
	{ store, options = [] }: ProcessInvokerOptions,
	stderr: "inherit" | "ignore",
): Promise<ChildProcess> {
	const command = join(packageFolder(), "dist", "src", "cli", "main.js");
	const child = spawn(process.execPath, [command, "run-job", ...options], {
		detached: true,
		stdio: ["pipe", "ignore", stderr],
		env: { ...process.env, FLATSTATE_STORE: store },
	});
	// It may end before it has read: what became of the execution is in the store.
	child.stdin?.on("error", () => undefined);
	await once(child, "spawn");
	await new Promise<void>((resolve) => child.stdin?.end(JSON.stringify(job), resolve));
	return child;
}
