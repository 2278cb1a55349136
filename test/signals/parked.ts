/** Executions that are parked in a store, and what resumes them: takes a signal, and ends or waits again. */

import type { SignalBackend } from "../../runtime/signals/signal-backend.ts";
import type { PersistenceBackend } from "../../runtime/store/persistence-backend.ts";
import { commitOf } from "../stores/contract/samples.ts";

/** The part of a store that a dispatcher asks. */
export interface DispatchPorts {
	readonly signals: SignalBackend;
	readonly persistence: Pick<PersistenceBackend, "commit" | "listExecutions" | "loadExecution">;
}

export interface Waits {
	readonly channel: string;
	readonly root?: string;
	/** Milliseconds since 1970. */
	readonly wakeAt?: number;
	/** How many signals it takes before it ends. Default 1. */
	readonly takes?: number;
}

export class Parked {
	readonly #ports: DispatchPorts;
	readonly #waits = new Map<string, Waits & { readonly step: number }>();
	/** What each resumed execution took, in order: `id: data`; `id timed out` where there was nothing to take. */
	readonly taken: string[] = [];
	/** Ids with which `resume` was called. */
	readonly resumed: string[] = [];

	constructor(ports: DispatchPorts) {
		this.#ports = ports;
	}

	async park(id: string, waits: Waits | string): Promise<void> {
		await this.#write(id, { step: 1, ...(typeof waits === "string" ? { channel: waits } : waits) });
	}

	/** Many at once, each on a channel of its own, as one commit per thousand. */
	async parkMany(ids: readonly string[], channelOf: (id: string) => string): Promise<void> {
		for (let at = 0; at < ids.length; at += 1000) {
			const page = ids.slice(at, at + 1000);
			for (const id of page) this.#waits.set(id, { channel: channelOf(id), step: 1 });
			await this.#ports.persistence.commit(
				page.map((id) => commitOf({ id, event: "waiting", channel: channelOf(id) })),
				null,
			);
		}
	}

	async end(id: string): Promise<void> {
		this.#waits.delete(id);
		await this.#ports.persistence.commit([commitOf({ id, step: 99, event: "machine_end" })], null);
	}

	/** Resumes the execution and the children that it waits for. */
	readonly resume = async (id: string): Promise<void> => {
		this.resumed.push(id);
		for (const [each, waits] of [...this.#waits]) {
			if (each === id || waits.root === id) await this.#take(each, waits);
		}
	};

	/** Lets one child go on, as part of a resume that goes on afterwards. */
	async resumeChild(id: string): Promise<void> {
		const waits = this.#waits.get(id);
		if (waits) await this.#take(id, waits);
	}

	async #take(id: string, waits: Waits & { readonly step: number }): Promise<void> {
		const { signals } = this.#ports;
		const signal = await signals.claim(waits.channel, id);
		if (signal === null) {
			if (waits.wakeAt === undefined) return;
			this.taken.push(`${id} timed out`);
			return this.end(id);
		}
		this.taken.push(`${id}: ${signal.data}`);
		const takes = (waits.takes ?? 1) - 1;
		if (takes > 0) await this.#write(id, { ...waits, takes, step: waits.step + 1 });
		else await this.end(id);
		await signals.acknowledge(signal.id);
	}

	async #write(id: string, waits: Waits & { readonly step: number }): Promise<void> {
		this.#waits.set(id, waits);
		const { channel, step, root = id, wakeAt = null } = waits;
		await this.#ports.persistence.commit([commitOf({ id, step, event: "waiting", channel, root, wakeAt })], null);
	}
}
