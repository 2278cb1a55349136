/** A folder for a store, and calls on files that a test can stop or look at. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { type FileStoreOptions, openFileStore } from "../../adapters/stores/files/index.ts";
import { type FileOperations, systemOperations } from "../../adapters/stores/files/operations.ts";
import type { Store } from "../../runtime/store/store.ts";

export interface TestFolder {
	readonly dir: string;
	open(options?: FileStoreOptions, operations?: FileOperations): Promise<Store>;
}

/** Gives the function with which tests make a folder. Stores are closed and the folder removed after each test. */
export function folders(): () => Promise<TestFolder> {
	const closings: (() => Promise<void>)[] = [];
	afterEach(async () => {
		for (const close of closings.splice(0).reverse()) await close();
	});
	return async () => {
		const dir = await mkdtemp(join(tmpdir(), "flatstate-files-"));
		closings.push(() => rm(dir, { recursive: true, force: true }));
		const open = async (options: FileStoreOptions = {}, operations?: FileOperations) => {
			const store = await openFileStore(dir, options, operations);
			closings.push(() => store.close());
			return store;
		};
		return { dir, open };
	};
}

export type OperationName = keyof FileOperations;

/** Called before and after each call on files. What `before` throws is thrown in place of the call. */
export interface Observer {
	before?(name: OperationName, path: string | undefined): void;
	after?(name: OperationName, path: string | undefined): void;
	/** Bytes that a write may write. */
	writeLimit?(): number;
	read?(count: number): void;
}

/** Bringing files to the disk is only told, not done: these tests end no machine, and would be slow. */
export function observed(observer: Observer): FileOperations {
	const run = <T>(name: OperationName, path: string | undefined, call: () => T): T => {
		observer.before?.(name, path);
		const result = call();
		observer.after?.(name, path);
		return result;
	};
	const real = systemOperations;
	return {
		open: (path, flags) => run("open", path, () => real.open(path, flags)),
		close: (fd) => run("close", undefined, () => real.close(fd)),
		write: (fd, bytes, offset) =>
			run("write", undefined, () =>
				real.write(fd, bytes.subarray(0, offset + (observer.writeLimit?.() ?? bytes.length)), offset),
			),
		read: (fd, bytes, offset, position) =>
			run("read", undefined, () => {
				const count = real.read(fd, bytes, offset, position);
				observer.read?.(count);
				return count;
			}),
		truncate: (fd, size) => run("truncate", undefined, () => real.truncate(fd, size)),
		setTime: (fd, seconds) => run("setTime", undefined, () => real.setTime(fd, seconds)),
		syncData: (fd) => run("syncData", undefined, () => void fd),
		sync: (fd) => run("sync", undefined, () => void fd),
		statOf: (fd) => run("statOf", undefined, () => real.statOf(fd)),
		stat: (path) => run("stat", path, () => real.stat(path)),
		makeDirectory: (path) => run("makeDirectory", path, () => real.makeDirectory(path)),
		rename: (from, to) => run("rename", to, () => real.rename(from, to)),
		unlink: (path) => run("unlink", path, () => real.unlink(path)),
		removeDirectory: (path) => run("removeDirectory", path, () => real.removeDirectory(path)),
		removeTree: (path) => run("removeTree", path, () => real.removeTree(path)),
		list: (path) => run("list", path, () => real.list(path)),
	};
}
