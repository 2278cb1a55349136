/** Tells a person who waits for a fleet what keeps it from going on: no worker that lives, or a child that waits for a signal. */
import { describeError } from "../../runtime/agents/errors.ts";
import { Coalesced } from "../../runtime/signals/coalesced.ts";
import type { ExecutionSummary } from "../../runtime/store/execution-summary.ts";
import type { Store } from "../../runtime/store/store.ts";
import type { WorkerRecord } from "../../runtime/workers/registration-backend.ts";
import { fleetHint, signalHint } from "./resume-hint.ts";
import type { RunConsole } from "./run-console.ts";

export interface FleetWatchOptions {
	readonly store: Pick<Store, "registrations" | "persistence">;
	readonly queueName: string;
	/** Of the store. */
	readonly address: string;
	readonly console: Pick<RunConsole, "write" | "logger">;
	/** Milliseconds since 1970. Default: the system's clock. */
	readonly now?: () => number;
}

/** Seconds after which a worker that says nothing counts as gone: three signs of life. */
const staleSeconds = 15;
/** Milliseconds between two looks. */
const lookEvery = 2000;
/** Children that are looked at in one go. */
const mostChildren = 100;

export class FleetWatch {
	readonly #options: FleetWatchOptions;
	readonly #now: () => number;
	readonly #look: Coalesced;
	/** Whether it was said that there is no worker. */
	#isAlone = false;
	readonly #told = new Set<string>();
	#lookedAt = Number.NEGATIVE_INFINITY;
	#row: ExecutionSummary | undefined;

	constructor(options: FleetWatchOptions) {
		this.#options = options;
		this.#now = options.now ?? Date.now;
		this.#look = new Coalesced(() => this.#lookNow());
	}

	/** Looks now and then. @param row of the execution that is waited for */
	look(row: ExecutionSummary): void {
		if (this.#now() - this.#lookedAt < lookEvery) return;
		this.#lookedAt = this.#now();
		this.#row = row;
		void this.#look.request();
	}

	async #lookNow(): Promise<void> {
		const row = this.#row;
		try {
			await this.lookForWorkers();
			if (row?.status === "waiting") await this.#lookForSignals(row);
		} catch (error) {
			// Whoever waits for the execution is told of a store that cannot be read.
			this.#options.console.logger.debug(`The fleet could not be looked at: ${describeError(error).text}`);
		}
	}

	/** Says that no worker takes the queue's jobs, once until there is one. @returns whether there is one */
	async lookForWorkers(): Promise<boolean> {
		const { store, queueName, address, console } = this.#options;
		const { registrations } = store;
		if (!registrations) return true;
		const workers = await registrations.list({ status: "active" });
		const isThere = workers.some((worker) => this.#isAlive(worker) && serves(worker, queueName));
		if (!isThere && !this.#isAlone) {
			const other = queueName === "flatstate" ? [] : ["--queue", queueName];
			console.write(
				`No worker takes jobs of the queue ${queueName}. Start one: ${fleetHint(["worker", ...other], address)}\n`,
			);
		} else if (isThere && this.#isAlone) console.write("There is a worker now.\n");
		this.#isAlone = !isThere;
		return isThere;
	}

	#isAlive({ last_heartbeat: at }: WorkerRecord): boolean {
		return this.#now() - Date.parse(at) < staleSeconds * 1000;
	}

	/** Children that wait for a signal, each said once. */
	async #lookForSignals({ execution_id }: ExecutionSummary): Promise<void> {
		const { store, address, console } = this.#options;
		const rows = await store.persistence.listExecutions({
			parentExecutionId: execution_id,
			status: "waiting",
			limit: mostChildren,
		});
		for (const { execution_id: executionId, machine_name: machine, waiting_channel: channel, current_state } of rows) {
			if (channel === null || this.#told.has(executionId)) continue;
			this.#told.add(executionId);
			const answer = signalHint({ executionId, state: current_state, channel }, address);
			console.write(`Machine ${machine} waits for a signal on ${channel}. Answer: ${answer}\n`);
		}
	}
}

/** Whether a worker takes jobs of a queue of that name: what it says begins with the name. */
function serves({ metadata }: WorkerRecord, queueName: string): boolean {
	const { queue } = metadata;
	return typeof queue === "string" && (queue === queueName || queue.startsWith(`${queueName} at `));
}
