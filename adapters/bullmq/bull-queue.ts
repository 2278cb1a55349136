/** The queue of a fleet's jobs on BullMQ. */
import { FleetError } from "../../runtime/fleet/errors.ts";
import type { QueuedJob } from "../../runtime/fleet/job.ts";
import type { ConsumeOptions, JobConsumer, JobQueue, QueueDepth } from "../../runtime/fleet/job-queue.ts";
import { BullConsumer } from "./consumer.ts";
import { toBullId, toBullJob } from "./job-form.ts";
import { messageOf, patiently } from "./patience.ts";
import { queueFor, type Routes } from "./routes.ts";
import type { QueueServer } from "./server.ts";

export interface BullJobQueueParts {
	readonly server: QueueServer;
	/** The queue of jobs that require nothing; the names of the others begin with it. */
	readonly base: string;
	/** How long a server that does not answer is waited for. */
	readonly patienceSeconds: number;
}

/** Jobs that go to the server in one go. */
const chunkSize = 500;
/** For what only looks. */
const longestLookMs = 5_000;

export class BullJobQueue implements JobQueue {
	readonly name: string;
	readonly #parts: BullJobQueueParts;
	/** Queues that this process has written into the list. */
	readonly #listed = new Set<string>();
	readonly #consumers = new Set<BullConsumer>();
	#closed: Promise<void> | undefined;

	constructor(parts: BullJobQueueParts) {
		this.#parts = parts;
		this.name = `${parts.base} at ${parts.server.name}`;
		this.#listed.add(parts.base);
	}

	async add(jobs: readonly QueuedJob[]): Promise<void> {
		const { server, base } = this.#parts;
		const byQueue = new Map<string, QueuedJob[]>();
		for (const job of jobs) {
			const name = queueFor(base, job.requires);
			const list = byQueue.get(name);
			if (list === undefined) byQueue.set(name, [job]);
			else list.push(job);
		}
		await this.#ask("add jobs to", async () => {
			for (const [name, list] of byQueue) {
				if (!this.#listed.has(name)) await server.addRoute(name, list[0]?.requires ?? []);
				this.#listed.add(name);
				const forms = list.map(toBullJob);
				for (let at = 0; at < forms.length; at += chunkSize) {
					await server.queue(name).addBulk(forms.slice(at, at + chunkSize));
				}
			}
		});
	}

	async remove(ids: readonly string[]): Promise<void> {
		const bullIds = ids.map(toBullId);
		await this.#ask("remove jobs from", async () => {
			for (const name of (await this.#routes()).keys()) {
				const queue = this.#parts.server.queue(name);
				for (let at = 0; at < bullIds.length; at += chunkSize) {
					await Promise.all(bullIds.slice(at, at + chunkSize).map((id) => queue.remove(id)));
				}
			}
		});
	}

	async consume(options: ConsumeOptions): Promise<JobConsumer> {
		const { server, base } = this.#parts;
		const onStop = (stopped: BullConsumer) => this.#consumers.delete(stopped);
		const consumer = new BullConsumer({ server, base, options, onStop });
		this.#consumers.add(consumer);
		try {
			await this.#ask("take jobs from", () => consumer.start());
		} catch (error) {
			await consumer.stop();
			throw error;
		}
		return consumer;
	}

	async depths(): Promise<readonly QueueDepth[]> {
		const look = async () => {
			const routes = [...(await this.#routes())];
			return Promise.all(
				routes.map(async ([name, requires]): Promise<QueueDepth> => {
					const counts = await this.#parts.server
						.queue(name)
						.getJobCounts("waiting", "prioritized", "delayed", "active");
					const { waiting = 0, prioritized = 0, delayed = 0, active = 0 } = counts;
					return { name, requires, waiting: waiting + prioritized, delayed, running: active };
				}),
			);
		};
		return this.#ask("look into", look, Math.min(longestLookMs, this.#parts.patienceSeconds * 1_000));
	}

	close(): Promise<void> {
		this.#closed ??= (async () => {
			await Promise.all([...this.#consumers].map((consumer) => consumer.stop()));
			await this.#parts.server.close();
		})();
		return this.#closed;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	async #routes(): Promise<Routes> {
		const { server, base } = this.#parts;
		const routes = new Map<string, readonly string[]>([[base, []]]);
		for (const [name, requires] of await server.routes()) routes.set(name, requires);
		return routes;
	}

	async #ask<T>(what: string, ask: () => Promise<T>, longestMs = this.#parts.patienceSeconds * 1_000): Promise<T> {
		if (this.#closed !== undefined) throw this.#unreachable(what, new Error("it was closed"));
		try {
			return await patiently(ask, longestMs);
		} catch (error) {
			if (error instanceof FleetError) throw error;
			throw this.#unreachable(what, this.#parts.server.safe(error));
		}
	}

	#unreachable(what: string, cause: Error): FleetError {
		return new FleetError(
			"queue_unreachable",
			`Cannot ${what} the queue ${this.name}: ${messageOf(cause)}. Check that its server runs and lets this user in.`,
			{ cause },
		);
	}
}
