/** Takes jobs of all queues whose requirements a worker meets, those that appear later too. */
import type { ConsumeOptions, JobConsumer } from "../../runtime/fleet/job-queue.ts";
import { Intake } from "./intake.ts";
import { MachineLimits } from "./machine-limits.ts";
import type { LockTimes, QueueServer } from "./server.ts";
import { Slots } from "./slots.ts";

export interface ConsumerParts {
	readonly server: QueueServer;
	/** The queue of jobs that require nothing. */
	readonly base: string;
	readonly options: ConsumeOptions;
	/** Is told when it has stopped. */
	readonly onStop: (consumer: BullConsumer) => void;
}

/** Between two looks for new queues. */
const lookMs = 1_000;
const defaultLockSeconds = 15;

export class BullConsumer implements JobConsumer {
	readonly #parts: ConsumerParts;
	readonly #times: LockTimes;
	readonly #slots: Slots;
	readonly #machines: MachineLimits;
	readonly #intakes = new Map<string, Intake>();
	#timer: NodeJS.Timeout | undefined;
	#looking: Promise<void> = Promise.resolve();
	#open = true;
	#stopped: Promise<void> | undefined;

	constructor(parts: ConsumerParts) {
		const { concurrency, machineConcurrency, lockSeconds = defaultLockSeconds } = parts.options;
		this.#parts = parts;
		// Redis takes whole milliseconds only.
		const lockMs = Math.max(1, Math.round(lockSeconds * 1_000));
		this.#times = { lockMs, stalledMs: Math.ceil(lockMs / 3) };
		this.#slots = new Slots(concurrency);
		this.#machines = new MachineLimits(machineConcurrency);
	}

	get running(): number {
		return this.#sum((intake) => intake.running);
	}

	get handled(): number {
		return this.#sum((intake) => intake.handled);
	}

	/** Rejects as its server does. */
	async start(): Promise<void> {
		await this.#openQueue(this.#parts.base);
		await this.#look();
		this.#schedule();
	}

	async pause(): Promise<void> {
		this.#open = false;
		clearTimeout(this.#timer);
		this.#slots.close();
		await this.#looking;
		await Promise.all([...this.#intakes.values()].map((intake) => intake.pause()));
	}

	stop(): Promise<void> {
		this.#stopped ??= this.#stop();
		return this.#stopped;
	}

	async #stop(): Promise<void> {
		this.#open = false;
		clearTimeout(this.#timer);
		this.#slots.close();
		const reason = new Error("The worker stops.");
		const known = [...this.#intakes.values()].map((intake) => intake.stop(reason));
		await this.#looking;
		await Promise.all([...known, ...[...this.#intakes.values()].map((intake) => intake.stop(reason))]);
		this.#parts.onStop(this);
	}

	#schedule(): void {
		if (!this.#open) return;
		this.#timer = setTimeout(() => {
			this.#looking = this.#look()
				.catch((error: unknown) => {
					const text = this.#parts.server.safe(error).message;
					this.#parts.options.logger.warn("The queue cannot be asked for its parts.", { error: text });
				})
				.finally(() => this.#schedule());
		}, lookMs);
	}

	async #look(): Promise<void> {
		for (const [name, requires] of await this.#parts.server.routes()) {
			if (!this.#open || this.#intakes.has(name)) continue;
			if (this.#parts.options.provides(requires)) await this.#openQueue(name);
		}
	}

	async #openQueue(name: string): Promise<void> {
		const { server, options } = this.#parts;
		const intake = new Intake({
			server,
			name,
			times: this.#times,
			slots: this.#slots,
			machines: this.#machines,
			options,
		});
		this.#intakes.set(name, intake);
		await intake.start();
	}

	#sum(of: (intake: Intake) => number): number {
		return [...this.#intakes.values()].reduce((sum, intake) => sum + of(intake), 0);
	}
}
