/** Signals in files, one each, in a folder for each channel. Taking one is a rename, which succeeds for one only. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import type { Signal, SignalBackend } from "../../../runtime/signals/signal-backend.ts";
import { Listeners } from "../listeners.ts";
import { checkChannel, signalJson } from "../signal-data.ts";
import type { Access } from "./access.ts";
import { Broadcasts } from "./broadcasts.ts";
import type { Disk } from "./disk.ts";
import type { FileLock } from "./file-lock.ts";
import { encodeName } from "./layout.ts";
import { newSignalName, type SignalName } from "./signal-names.ts";
import type { Spool } from "./spool.ts";
import { watchFolder } from "./watch.ts";

const pollMs = 10_000;

export interface FileSignalsOptions {
	readonly now: () => number;
	readonly newId: () => string;
	readonly access: Access;
}

interface Choice {
	readonly name: SignalName;
	readonly signal: Signal;
	readonly addressees: readonly string[];
}

export class FileSignals implements SignalBackend {
	readonly notifies = true;
	readonly #disk: Disk;
	readonly #spool: Spool;
	readonly #broadcasts: Broadcasts;
	readonly #options: FileSignalsOptions;
	readonly #listeners = new Listeners();
	readonly #stops = new Set<() => void>();

	constructor(disk: Disk, spool: Spool, lock: FileLock, options: FileSignalsOptions) {
		this.#disk = disk;
		this.#spool = spool;
		this.#options = options;
		this.#broadcasts = new Broadcasts(disk, spool, lock);
	}

	async send(channel: string, data: unknown, options: { readonly executionId?: string } = {}): Promise<string> {
		const json = signalJson(channel, data);
		const { executionId } = options;
		return this.#options.access("write", () => {
			const id = this.#options.newId();
			const created_at = new Date(this.#options.now()).toISOString();
			const head = JSON.stringify({ id, channel, created_at });
			if (executionId !== undefined) this.#spool.remember(executionId);
			this.#spool.put(channel, newSignalName(id, executionId), `${head.slice(0, -1)},"data":${json}}`);
			this.#listeners.tell(channel);
			return id;
		});
	}

	async claim(channel: string, executionId: string): Promise<Signal | null> {
		checkChannel(channel);
		return this.#options.access("write", () => {
			const own = encodeName(executionId);
			return this.#first(
				channel,
				({ addressee }) => addressee === own || addressee === "",
				(name) => {
					if (name.addressee === own) return this.#read(channel, name);
					this.#spool.remember(executionId);
					const claimed = { ...name, addressee: own };
					return this.#spool.move(channel, name, claimed) ? this.#read(channel, claimed) : null;
				},
			);
		});
	}

	acknowledge(signalId: string): Promise<void> {
		return this.#options.access("write", () => this.#spool.removeById(encodeName(signalId)));
	}

	async broadcast(channel: string, executionIds: readonly string[]): Promise<Signal | null> {
		checkChannel(channel);
		const wanted = [...new Set(executionIds)];
		return this.#options.access("write", async () => {
			if (this.#choice(channel, wanted) === null) return null;
			return this.#broadcasts.inTurn(() => {
				for (let choice = this.#choice(channel, wanted); choice !== null; choice = this.#choice(channel, wanted)) {
					const { name, signal, addressees } = choice;
					for (const id of addressees) this.#spool.remember(id);
					const copies = addressees.map((executionId, copy) => ({ id: this.#options.newId(), executionId, copy }));
					// Else somebody was faster to claim or consume it, perhaps one of those who were to get it.
					if (this.#broadcasts.broadcast(name, signal, copies)) return signal;
				}
				return null;
			});
		});
	}

	/** Removes all that is addressed to executions that are deleted. */
	removeOf(executionIds: readonly string[]): void {
		if (executionIds.length === 0) return;
		this.#broadcasts.finishAll();
		this.#spool.removeOf(new Set(executionIds.map(encodeName)));
	}

	async consume(channel: string): Promise<Signal | null> {
		checkChannel(channel);
		return this.#options.access("write", () => this.#first(channel, isForAll, (name) => this.#take(channel, name)));
	}

	async peek(channel: string): Promise<readonly Signal[]> {
		checkChannel(channel);
		return this.#options.access("read", () => this.#list(channel).flatMap((name) => this.#read(channel, name) ?? []));
	}

	channels(): Promise<readonly string[]> {
		return this.#options.access("read", () => {
			this.#broadcasts.finishAll();
			return this.#spool.channels();
		});
	}

	async addressees(channel: string): Promise<readonly string[]> {
		checkChannel(channel);
		return this.#options.access("read", () => {
			const names = this.#list(channel).flatMap(({ addressee }) => (addressee === "" ? [] : [addressee]));
			return [...new Set(names)].flatMap((name) => this.#spool.nameOf(name) ?? []);
		});
	}

	subscribe(listener: (channel: string) => void): Promise<() => Promise<void>> {
		return this.#options.access("write", () => {
			const leave = this.#listeners.add(listener);
			if (this.#stops.size === 0) this.#watch();
			const stop = () => {
				this.#stops.delete(stop);
				if (this.#stops.size === 0) this.#unwatch();
			};
			this.#stops.add(stop);
			return async () => {
				stop();
				await leave();
			};
		});
	}

	close(): void {
		this.#stops.clear();
		this.#unwatch();
	}

	#unwatch = () => {};

	#watch(): void {
		const folder = this.#spool.openIncoming();
		const times = new Map<string, number>();
		this.#spool.changed(times);
		const onChange = (name: string | null) => {
			const incoming = name === null ? undefined : this.#spool.channelOfIncoming(name);
			for (const channel of name === null ? this.#spool.changed(times) : [incoming]) {
				if (channel !== undefined) this.#listeners.tell(channel);
			}
		};
		const unwatch = watchFolder(folder, { pollMs, keepsAlive: false, onChange });
		this.#unwatch = () => {
			unwatch();
			this.#unwatch = () => {};
		};
	}

	/** What is to be broadcast next, and to whom; null where there is none, or nobody. */
	#choice(channel: string, executionIds: readonly string[]): Choice | null {
		const names = this.#list(channel);
		const holders = new Set(names.map(({ addressee }) => addressee));
		const addressees = executionIds.filter((id) => !holders.has(encodeName(id)));
		if (addressees.length === 0) return null;
		for (const name of names.filter(isForAll)) {
			const signal = this.#read(channel, name);
			if (signal !== null) return { name, signal, addressees };
		}
		return null;
	}

	#list(channel: string): SignalName[] {
		this.#broadcasts.finishAll();
		return this.#spool.list(channel);
	}

	/** Tries the signals that fit, oldest first; one that somebody else was faster to take is passed over. */
	#first(
		channel: string,
		fits: (name: SignalName) => boolean,
		take: (name: SignalName) => Signal | null,
	): Signal | null {
		for (const name of this.#list(channel)) {
			const signal = fits(name) ? take(name) : null;
			if (signal !== null) return signal;
		}
		return null;
	}

	#take(channel: string, name: SignalName): Signal | null {
		const signal = this.#read(channel, name);
		const taken = signal === null ? undefined : this.#spool.takeAway(channel, name);
		if (taken === undefined) return null;
		this.#disk.remove(taken);
		return signal;
	}

	/** @returns null for a file that is gone, or that no store wrote */
	#read(channel: string, name: SignalName): Signal | null {
		const text = this.#spool.read(channel, name);
		let value: unknown;
		try {
			value = JSON.parse(text ?? "null");
		} catch {
			return null;
		}
		if (!isRecord(value)) return null;
		const { id, created_at, data } = value;
		if (typeof id !== "string" || typeof created_at !== "string" || encodeName(id) !== name.id) return null;
		const execution_id = name.addressee === "" ? null : (this.#spool.nameOf(name.addressee) ?? null);
		return { id, channel, data, created_at, execution_id };
	}
}

function isForAll({ addressee }: SignalName): boolean {
	return addressee === "";
}
