/** Runs one machine inline and on a fleet in memory, to compare how both end. */
import { randomUUID } from "node:crypto";
import { onTestFinished } from "vitest";
import { MemoryJobQueue } from "../../adapters/queues/memory/index.ts";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import { describeError } from "../../runtime/agents/errors.ts";
import { awaitEnd } from "../../runtime/fleet/await-end.ts";
import { startFleetWorker } from "../../runtime/fleet/fleet-worker.ts";
import { silentLogger } from "../../runtime/logging/logger.ts";
import type { RunOptions, RunResult } from "../../runtime/machine/run-result.ts";
import type { Store } from "../../runtime/store/store.ts";
import type { CompileOptions } from "../../src/compile.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { capabilitiesOf, fleetMachines } from "../../src/fleet-machines.ts";
import { childMachine } from "./fleet-machine.ts";

export interface Case {
	/** By name; `machine.yml` is run. `child.yml` is there unless it is given. */
	readonly files: Readonly<Record<string, string>>;
	readonly input?: Readonly<Record<string, unknown>>;
	/** Made anew for each run: a script's answers are used up. */
	readonly options?: () => CompileOptions;
	readonly run?: RunOptions;
	readonly window?: number;
	readonly concurrency?: number;
	/** What stands in the output, so that a case is of what its name says. */
	readonly gives?: string;
}

/** What is the same wherever children run. */
export function essence(result: RunResult): Record<string, unknown> {
	const { status, agentCalls, cost, usage, agents, states, steps } = result;
	return {
		status,
		output: result.output,
		error: result.error === undefined ? undefined : describeError(result.error),
		reason: result.status === "stopped" ? result.reason : undefined,
		// Of what has failed a store keeps the sums, not by whom.
		totals: {
			...{ agentCalls, cost, steps },
			...(status !== "failed" && { usage, agents: sorted(agents), states: sorted(states) }),
		},
	};
}

function sorted(rows: readonly object[]): string[] {
	return rows.map((row) => JSON.stringify(row)).sort();
}

export interface FleetInMemory {
	readonly machine: FlatMachine;
	readonly store: Store;
	readonly queue: MemoryJobQueue;
	/** Runs to where nobody goes on with it by himself. */
	run(executionId?: string): Promise<RunResult>;
	resume(executionId: string, options?: RunOptions): Promise<RunResult>;
}

const answers = (): CompileOptions => ({ script: { writer: "hello" } });

function machineOptions({ files, options = answers }: Case): CompileOptions {
	return { loader: memoryLoader({ "child.yml": childMachine, ...files }), ...options() };
}

export async function inline(each: Case): Promise<RunResult> {
	const machine = new FlatMachine({ file: "machine.yml", store: openMemoryStore(), ...machineOptions(each) });
	return machine.run(each.input ?? {}, each.run);
}

/** A worker and a parent of one process; both take their answers from the same script. */
export async function fleetInMemory(each: Case): Promise<FleetInMemory> {
	const { window, concurrency } = each;
	const store = openMemoryStore();
	const queue = new MemoryJobQueue();
	const options = machineOptions(each);
	const invoker = { queue, ...(window !== undefined && { window }) };
	const machine = new FlatMachine({ file: "machine.yml", store, invoker, ...options });
	const worker = await startFleetWorker({
		store,
		queue,
		machines: fleetMachines(store, options),
		capabilities: capabilitiesOf(options),
		workerId: randomUUID(),
		logger: silentLogger,
		...(concurrency !== undefined && { concurrency }),
		...(window !== undefined && { window }),
	});
	onTestFinished(async () => {
		await worker.stop();
		await queue.close();
		await store.close();
	});
	const endOf = async (result: RunResult): Promise<RunResult> => {
		if (result.status !== "waiting" || result.channel !== "") return result;
		return awaitEnd(store, result.executionId, { everyMs: 5 });
	};
	return {
		machine,
		store,
		queue,
		run: async (executionId = randomUUID()) => endOf(await machine.run(each.input ?? {}, { ...each.run, executionId })),
		resume: async (executionId, more) => endOf(await machine.resume(executionId, more)),
	};
}
