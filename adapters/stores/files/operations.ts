/** The few calls on files that the store makes, as an interface, so that a test can stop it after each. */
import * as fs from "node:fs";
import { dirname } from "node:path";

export interface FileStat {
	readonly kind: "file" | "directory" | "link" | "other";
	readonly size: number;
	/** Milliseconds since 1970, with fractions. */
	readonly mtimeMs: number;
	/** Names that the file still has; 0 = deleted. */
	readonly names: number;
}

/** As in `node:fs`, synchronous; what is missing is `undefined` where that is said, else an error with a `code`. */
export interface FileOperations {
	open(path: string, flags: number): number;
	close(fd: number): void;
	/** @returns how many bytes were written, which may be fewer than given */
	write(fd: number, bytes: Uint8Array, offset: number): number;
	read(fd: number, bytes: Uint8Array, offset: number, position: number): number;
	truncate(fd: number, size: number): void;
	/** Sets when the file was last changed, in seconds since 1970. */
	setTime(fd: number, seconds: number): void;
	syncData(fd: number): void;
	sync(fd: number): void;
	statOf(fd: number): FileStat;
	/** Of the link itself where the path is one; undefined where there is nothing. */
	stat(path: string): FileStat | undefined;
	/** @returns whether there was none before */
	makeDirectory(path: string): boolean;
	rename(from: string, to: string): void;
	unlink(path: string): void;
	removeDirectory(path: string): void;
	/** Removes a directory with all that is in it. */
	removeTree(path: string): void;
	list(path: string): string[];
}

export const systemOperations: FileOperations = {
	open: (path, flags) => fs.openSync(path, flags, 0o666),
	close: (fd) => fs.closeSync(fd),
	write: (fd, bytes, offset) => fs.writeSync(fd, bytes, offset),
	read: (fd, bytes, offset, position) => fs.readSync(fd, bytes, offset, bytes.length - offset, position),
	truncate: (fd, size) => fs.ftruncateSync(fd, size),
	setTime: (fd, seconds) => fs.futimesSync(fd, seconds, seconds),
	syncData: (fd) => fs.fdatasyncSync(fd),
	sync: (fd) => fs.fsyncSync(fd),
	statOf: (fd) => statFrom(fs.fstatSync(fd)),
	stat(path) {
		try {
			const found = fs.lstatSync(path, { throwIfNoEntry: false });
			return found === undefined ? undefined : statFrom(found);
		} catch (error) {
			// A file stands where a folder on the way should be.
			if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return undefined;
			throw error;
		}
	},
	makeDirectory,
	rename: (from, to) => fs.renameSync(from, to),
	unlink: (path) => fs.unlinkSync(path),
	removeDirectory: (path) => fs.rmdirSync(path),
	removeTree: (path) => fs.rmSync(path, { recursive: true, force: true }),
	list: (path) => fs.readdirSync(path),
};

/** Others make and remove folders, too. */
const mostTries = 3;

/** Node's own way to make those above it, too, says of a disk for reading only that something is missing. */
function makeDirectory(path: string): boolean {
	for (let tries = 1; ; tries++) {
		try {
			fs.mkdirSync(path);
			return true;
		} catch (error) {
			if (fs.statSync(path, { throwIfNoEntry: false })?.isDirectory()) return false;
			const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
			const above = dirname(path);
			if (!isMissing || above === path || tries === mostTries) throw error;
			makeDirectory(above);
		}
	}
}

const { O_APPEND, O_CREAT, O_DIRECTORY = 0, O_EXCL, O_NOFOLLOW = 0, O_RDONLY, O_RDWR, O_WRONLY } = fs.constants;

/** A link as the path's last part is refused in every mode. */
export const modes = {
	read: O_RDONLY | O_NOFOLLOW,
	create: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
	append: O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW,
	directory: O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
} as const;

function statFrom(stats: fs.Stats): FileStat {
	const kind = stats.isFile() ? "file" : stats.isDirectory() ? "directory" : stats.isSymbolicLink() ? "link" : "other";
	return { kind, size: stats.size, mtimeMs: stats.mtimeMs, names: stats.nlink };
}
