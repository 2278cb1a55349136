/** `file:` a store in a folder, laid out as spec section 13.4 has it. */
import { randomUUID } from "node:crypto";
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { StoreError } from "../../../runtime/store/errors.ts";
import type { Store, StoreOptions } from "../../../runtime/store/store.ts";
import { StoreGate } from "../store-gate.ts";
import { accessTo } from "./access.ts";
import { Catalog } from "./catalog.ts";
import { Deletion } from "./deletion.ts";
import { Disk } from "./disk.ts";
import { Executions } from "./executions.ts";
import { codeOf, openFailure } from "./failures.ts";
import { FileConfigs } from "./file-configs.ts";
import { FileLock } from "./file-lock.ts";
import { FilePersistence } from "./file-persistence.ts";
import { FileResults } from "./file-results.ts";
import { FileSignals } from "./file-signals.ts";
import { IndexMarkers } from "./index-markers.ts";
import { Layout } from "./layout.ts";
import { Logs } from "./logs.ts";
import { type FileOperations, systemOperations } from "./operations.ts";
import { Spool } from "./spool.ts";
import { sweep } from "./sweep.ts";

export interface FileStoreOptions extends StoreOptions {
	/** Whether a finished commit must survive that the machine loses power; costs about as much again. Default false. */
	readonly powerLoss?: boolean;
}

/**
 * Opens the store in a folder, and makes the folder where there is none. Commits are done when the call returns.
 * @param operations replaces the calls on files, for tests
 * @throws StoreError `store_unreachable` where the folder cannot be used
 */
export async function openFileStore(
	dir: string,
	options: FileStoreOptions = {},
	operations: FileOperations = systemOperations,
): Promise<Store> {
	const { now = Date.now, newId = randomUUID, leaseSeconds = 30, powerLoss = false } = options;
	const disk = new Disk(operations, powerLoss);
	const layout = new Layout(openFolder(dir, operations));
	const name = `file:${layout.dir}`;
	const gate = new StoreGate(name);
	const access = accessTo(layout.dir, gate);
	const executions = new Executions(disk, layout);
	const markers = new IndexMarkers(disk, layout);
	const logs = new Logs(disk, layout);
	const lock = new FileLock(disk, layout, { leaseMs: leaseSeconds * 1000, now, newId, access });
	const catalog = new Catalog(disk, layout, executions, markers);
	try {
		checkOwnFolders(disk, layout);
		catalog.begin();
		sweepIfWritable(disk, layout);
	} catch (error) {
		throw openFailure(error, layout.dir);
	}
	const parts = { disk, layout, executions, logs, markers, lock };
	const results = new FileResults(disk, layout, access, gate);
	const signals = new FileSignals(disk, new Spool(disk, layout), lock, { now, newId, access });
	const deletion = new Deletion(parts, catalog, signals, { now, newId });
	const onResult = (executionId: string) => results.wake(executionId);
	const close = async () => {
		if (!(await gate.close())) return;
		signals.close();
		logs.close();
	};
	return {
		name,
		persistence: new FilePersistence({ ...parts, catalog, deletion, gate, access, onResult }),
		lock,
		results,
		signals,
		configs: new FileConfigs(disk, layout, access),
		close,
		[Symbol.asyncDispose]: close,
	};
}

function openFolder(dir: string, operations: FileOperations): string {
	const path = resolve(dir);
	try {
		operations.makeDirectory(path);
		return realpathSync(path);
	} catch (error) {
		throw openFailure(error, path);
	}
}

/** A link in place of one of our own folders could lead anywhere. */
function checkOwnFolders(disk: Disk, { dir, index, locks, signals, results, configs, temporary }: Layout): void {
	for (const path of [index, locks, signals, results, configs, temporary]) {
		const found = disk.operations.stat(path);
		if (found === undefined || found.kind === "directory") continue;
		const shown = path.slice(dir.length + 1);
		const problem = `\`${shown}\` in it is ${found.kind === "link" ? "a symbolic link" : "no folder"}`;
		throw new StoreError("store_unreachable", `Cannot open the store in ${dir}: ${problem}.`);
	}
}

function sweepIfWritable(disk: Disk, layout: Layout): void {
	try {
		sweep(disk, layout);
	} catch (error) {
		// Who may only read the store has nothing to sweep.
		if (!["EACCES", "EPERM", "EROFS"].includes(codeOf(error))) throw error;
	}
}
