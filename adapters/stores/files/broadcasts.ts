/**
 * Gives a signal to many at once: the copies lie ready in a folder of their own, and the rename of the signal into that
 * folder decides. From then on whoever comes by moves the copies into the channel; each can be moved only once.
 */
import type { Signal } from "../../../runtime/signals/signal-backend.ts";
import type { Disk } from "./disk.ts";
import { codeOf, isMissing } from "./failures.ts";
import type { FileLock } from "./file-lock.ts";
import { encodeName } from "./layout.ts";
import { parseSignalFile, type SignalName, signalFile } from "./signal-names.ts";
import type { Spool } from "./spool.ts";

const decided = "decided";
/** One for all channels, so that its folder stays. No execution's id has a slash. */
const turnKey = "signals/broadcast";
/** Between two looks whether it is one's turn: a broadcast takes a few milliseconds. */
const pauseMs = 5;

export interface BroadcastCopy {
	readonly id: string;
	readonly executionId: string;
	/** Place among the copies. */
	readonly copy: number;
}

export class Broadcasts {
	readonly #disk: Disk;
	readonly #spool: Spool;
	readonly #lock: FileLock;

	constructor(disk: Disk, spool: Spool, lock: FileLock) {
		this.#disk = disk;
		this.#spool = spool;
		this.#lock = lock;
	}

	/** Does `work` while no other process broadcasts, so that none gives what `work` does not see. */
	async inTurn<T>(work: () => T): Promise<T> {
		let lease = this.#lock.acquireNow(turnKey);
		for (; lease === null; lease = this.#lock.acquireNow(turnKey)) {
			await new Promise((resolve) => setTimeout(resolve, pauseMs));
		}
		try {
			return work();
		} finally {
			this.#lock.releaseNow(lease);
		}
	}

	/** @returns false where somebody else was faster to take the signal */
	broadcast(name: SignalName, signal: Signal, copies: readonly BroadcastCopy[]): boolean {
		const { channel, created_at, data } = signal;
		const folder = `${this.#spool.stagingFolder}/${encodeName(channel)}~${process.pid}-${process.hrtime.bigint()}`;
		this.#disk.operations.makeDirectory(folder);
		for (const { id, executionId, copy } of copies) {
			const file = signalFile({ order: name.order, copy, id: encodeName(id), addressee: encodeName(executionId) });
			this.#disk.create(`${folder}/${file}`, Buffer.from(JSON.stringify({ id, channel, created_at, data }), "utf8"));
		}
		this.#disk.syncDirectory(folder);
		if (!this.#disk.rename(this.#spool.pathOf(channel, name), `${folder}/${decided}`)) {
			this.#disk.operations.removeTree(folder);
			return false;
		}
		this.#finish(folder, channel);
		return true;
	}

	/** Finishes what others could not, once it was decided. */
	finishAll(): void {
		const root = this.#spool.stagingFolder;
		for (const name of this.#disk.list(root)) {
			const folder = `${root}/${name}`;
			const channel = this.#spool.channelOfIncoming(name);
			if (channel !== undefined && this.#disk.operations.stat(`${folder}/${decided}`) !== undefined) {
				this.#finish(folder, channel);
			}
		}
	}

	#finish(folder: string, channel: string): void {
		for (const file of this.#disk.list(folder).sort()) {
			const copy = parseSignalFile(file);
			if (copy === undefined) continue;
			try {
				this.#spool.moveIn(`${folder}/${file}`, channel, copy);
			} catch (error) {
				// Somebody else was faster to move it.
				if (!isMissing(error)) throw error;
			}
		}
		this.#disk.remove(`${folder}/${decided}`);
		try {
			this.#disk.operations.removeDirectory(folder);
		} catch (error) {
			if (!isMissing(error) && codeOf(error) !== "ENOTEMPTY") throw error;
		}
	}
}
