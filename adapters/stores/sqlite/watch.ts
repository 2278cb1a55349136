/** Hears of commits of other connections to the same file: SQLite cannot call, so a counter in memory is looked at. */
import type { Connection } from "./connection.ts";
import { numberOf } from "./rows.ts";

/** Milliseconds between two looks; a look takes some 3 microseconds, and nobody looks while nobody waits. */
export const watchInterval = 10;

export interface ChangeListener {
	/** Another connection has committed. Is called again where it throws. */
	changed(): void;
	/** The file cannot be read. Looking goes on. */
	failed(error: unknown): void;
}

export class ChangeWatch {
	readonly #connection: Connection;
	readonly #listeners = new Set<ChangeListener>();
	#timer: NodeJS.Timeout | undefined;
	#version = 0;

	constructor(connection: Connection) {
		this.#connection = connection;
		connection.onClose(() => this.#stop());
	}

	/** Calls the listener until what this returns is called. Keeps no process alive. */
	add(listener: ChangeListener): () => void {
		this.#listeners.add(listener);
		if (this.#timer === undefined) {
			this.#version = this.#read();
			this.#timer = setInterval(() => this.#look(), watchInterval);
			this.#timer.unref();
		}
		return () => {
			this.#listeners.delete(listener);
			if (this.#listeners.size === 0) this.#stop();
		};
	}

	#look(): void {
		try {
			const version = this.#read();
			if (version === this.#version) return;
			for (const listener of [...this.#listeners]) listener.changed();
			this.#version = version;
		} catch (error) {
			for (const listener of [...this.#listeners]) listener.failed(error);
		}
	}

	#read(): number {
		return this.#connection.read(() => numberOf(this.#connection.sql("PRAGMA data_version").get([])?.data_version));
	}

	#stop(): void {
		clearInterval(this.#timer);
		this.#timer = undefined;
	}
}
