/** `flatstate run-job`: the process of a child machine whose parent runs elsewhere. The job comes on stdin, the result goes to the store. */
import { text } from "node:stream/consumers";
import type { QueuedJob } from "../../runtime/fleet/job.ts";
import { JobRunner } from "../../runtime/fleet/job-runner.ts";
import { fleetMachines } from "../fleet-machines.ts";
import { processInvoker } from "../process-invoker.ts";
import { storeUrl, withStore } from "./executions-store.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { givenArguments } from "./resume-hint.ts";
import { openRunConsole } from "./run-console.ts";
import { logRunEvent } from "./run-log.ts";
import { type LimitCommandOptions, limitsOf, openRunServices, type ServicesCommandOptions } from "./run-services.ts";
import { UsageError } from "./usage-error.ts";

export interface RunJobCommandOptions extends ServicesCommandOptions, LimitCommandOptions {
	readonly store?: string;
}

/** Whoever started this process looks after what it leaves. */
const noQueue = { add: async (_: readonly QueuedJob[]) => undefined, remove: async () => undefined };

/** @throws UsageError, StoreError */
export async function runJobCommand(options: RunJobCommandOptions): Promise<ExitCode> {
	const data = parse(await text(process.stdin));
	return withStore(options, async (store) => {
		using console = openRunConsole({ quiet: true, progress: () => "" });
		using interrupt = listenForInterrupt();
		await using services = await openRunServices(options, console, async () => store);
		const runner = new JobRunner({
			store,
			queue: noQueue,
			machines: fleetMachines(store, services.compileOptions),
			invoker: processInvoker({ store: storeUrl(options), options: givenArguments(options) }),
			runOptions: { ...limitsOf(options), onEvent: (event) => logRunEvent(event, console.logger) },
			logger: console.logger,
			now: Date.now,
		});
		await runner.run({ id: "run-job", data, losses: 0, signal: interrupt.signal });
		return exitCodes.done;
	});
}

function parse(job: string): unknown {
	try {
		return JSON.parse(job);
	} catch (cause) {
		throw new UsageError(
			"`flatstate run-job` reads a job as JSON from stdin; `flatstate run --invoker subprocess` starts it.",
			{ cause },
		);
	}
}
