/** Hears of changes in a folder: at once where the system tells, and by looking now and then in any case. */
import { type FSWatcher, watch } from "node:fs";

export interface WatchOptions {
	/** Milliseconds between looks. */
	readonly pollMs: number;
	/** Whether the process stays alive for it. */
	readonly keepsAlive: boolean;
	/** Called with the name of what changed; null = look at everything. */
	readonly onChange: (name: string | null) => void;
}

/** @returns stops the watching */
export function watchFolder(folder: string, { pollMs, keepsAlive, onChange }: WatchOptions): () => void {
	let watcher: FSWatcher | undefined;
	const timer = setInterval(() => onChange(null), pollMs);
	if (!keepsAlive) timer.unref();
	const unwatch = () => {
		watcher?.close();
		watcher = undefined;
	};
	try {
		watcher = watch(folder, { persistent: keepsAlive }, (_, name) => onChange(name));
		watcher.on("error", unwatch);
	} catch {
		// Out of watches, or a file system that has none: the looks now and then are enough.
	}
	return () => {
		clearInterval(timer);
		unwatch();
	};
}
