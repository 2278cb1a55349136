/** A trigger that touches a file, and who watches that file (spec section 11.3). */
import { type FSWatcher, watch } from "node:fs";
import { constants, mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { type Logger, silentLogger } from "../../runtime/logging/logger.ts";
import type { TriggerBackend } from "../../runtime/signals/trigger-backend.ts";
import { TriggerError } from "./errors.ts";
import { defaultTriggerFolder } from "./trigger-folder.ts";

export interface FileTriggerOptions {
	/** The folder of the file `trigger`; made where it is missing. Default `/tmp/flatmachines`. */
	readonly dir?: string;
	/** Hears why nobody was, or is, notified. Default: nobody. */
	readonly logger?: Logger;
}

const fileName = "trigger";

/**
 * Touches `<dir>/trigger` for every signal. It does not say which channel: listeners look at all. A file that cannot be
 * touched is logged only.
 */
export function fileTrigger({
	dir = defaultTriggerFolder,
	logger = silentLogger,
}: FileTriggerOptions = {}): TriggerBackend {
	return {
		async notify() {
			try {
				await touch(dir);
			} catch (error) {
				logger.warn(`The trigger ${join(dir, fileName)} could not be touched`, { error });
			}
		},
	};
}

/**
 * Calls `wake(null)` whenever `<dir>/trigger` is touched or made, by any program. Does not keep the process alive. Needs a
 * file system that tells of changes: network shares do not.
 * @returns stops the watching
 * @throws TriggerError `trigger_failed` where the folder cannot be made or watched
 */
export async function listenFile(
	{ dir = defaultTriggerFolder, logger = silentLogger }: FileTriggerOptions,
	wake: (channel: null) => void,
): Promise<() => Promise<void>> {
	let watcher: FSWatcher;
	try {
		await mkdir(dir, { recursive: true, mode: 0o700 });
		watcher = watch(dir, { persistent: false });
	} catch (cause) {
		throw new TriggerError("trigger_failed", `The folder ${dir} cannot be watched: ${reasonOf(cause)}.`, { cause });
	}
	// The file itself may be missing, or be replaced; the folder stays. Some systems do not say which file it was.
	watcher.on("change", (_event, name) => {
		if (name === null || name === fileName) wake(null);
	});
	watcher.on("error", (error) => {
		logger.warn(`The folder ${dir} is no longer watched`, { error });
	});
	return async () => {
		watcher.close();
	};
}

async function touch(dir: string): Promise<void> {
	await mkdir(dir, { recursive: true, mode: 0o700 });
	// In a folder that others can write, a link could lead anywhere.
	const flags = constants.O_WRONLY | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
	const file = await open(join(dir, fileName), flags, 0o600);
	try {
		const now = new Date();
		await file.utimes(now, now);
	} finally {
		await file.close();
	}
}

function reasonOf(cause: unknown): string {
	return cause instanceof Error ? cause.message : String(cause);
}
