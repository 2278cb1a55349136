/** A fleet for one test: a store and a queue on Redis, worker processes of the built command, and machines to run on it. */
import { randomUUID } from "node:crypto";
import { onTestFinished } from "vitest";
import { openBullQueue } from "../../adapters/bullmq/index.ts";
import type { JobQueue } from "../../runtime/fleet/job-queue.ts";
import type { RunResult } from "../../runtime/machine/run-result.ts";
import type { ExecutionSummary } from "../../runtime/store/execution-summary.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { openStore } from "../../src/open-store.ts";
import { removeKeys } from "../stores/redis-harness.ts";
import { WorkerProcess } from "./worker-processes.ts";

export interface FleetUnderTest {
	/** Of the store and the queue. */
	readonly url: string;
	readonly store: Store;
	readonly queue: JobQueue;
	/** Runs a machine whose children become jobs, until it ends or parks. */
	run(file: string, input?: Readonly<Record<string, unknown>>, executionId?: string): Promise<RunResult>;
	/** Starts `flatstate worker` and waits until it takes jobs. */
	worker(...options: readonly string[]): Promise<WorkerProcess>;
	/** Resolves with the row of an execution that has ended. */
	ended(executionId: string): Promise<ExecutionSummary>;
}

/** @param server address of a Redis server */
export async function fleetOnRedis(server: string): Promise<FleetUnderTest> {
	const prefix = `test-${randomUUID()}`;
	const url = `${server}?prefix=${prefix}`;
	onTestFinished(() => removeKeys(server, prefix));
	const store = await openStore(url);
	onTestFinished(() => store.close());
	const queue = await openBullQueue(url);
	onTestFinished(() => queue.close());
	return {
		url,
		store,
		queue,
		async run(file, input = {}, executionId = randomUUID()) {
			const machine = new FlatMachine({ file, store });
			return machine.run(input, { executionId, invoker: { kind: "queue", queue, window: 500 } });
		},
		worker: (...options) => startWorker(url, options),
		ended: (executionId) =>
			until(`execution ${executionId} ends`, async () => {
				const stored = await store.persistence.loadExecution(executionId);
				const status = stored?.summary.status;
				return status === "done" || status === "failed" ? stored?.summary : undefined;
			}),
	};
}

async function startWorker(url: string, args: readonly string[]): Promise<WorkerProcess> {
	const worker = new WorkerProcess({ url, args });
	onTestFinished(() => worker.kill());
	await worker.ready();
	return worker;
}

/** Asks again and again until there is an answer. */
export async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
	const end = Date.now() + 20_000;
	for (;;) {
		const answer = await ask();
		if (answer !== undefined) return answer;
		if (Date.now() > end) throw new Error(`In vain it was waited until ${what}.`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

/** A parent that runs `child` for each of `input.items`. @param child YAML of its `data`, flow style */
export function parentOf(child: string): string {
	return `spec: flatmachine
spec_version: "4.2.1"
data:
  name: parent
  context: { items: input.items }
  machines:
    child:
      spec: flatmachine
      spec_version: "4.2.1"
      data: ${child}
  states:
    all:
      type: initial
      machine: child
      foreach: context.items
      as: item
      input: { item: item }
      output_to_context: { results: output }
      transitions: [{ to: end }]
    end: { type: final, output: { results: context.results } }
`;
}
