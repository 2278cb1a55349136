/** Whole files: read, written in one piece, removed. */
import { isMissing } from "./failures.ts";
import { type FileOperations, modes } from "./operations.ts";

/** A byte order mark stays: what is read is what was written. */
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reading and writing of whole files, on top of single operations. */
export class Disk {
	readonly operations: FileOperations;
	readonly powerLoss: boolean;
	/** Folders that are known to be there. */
	readonly #made = new Set<string>();
	#lastTime = 0;

	constructor(operations: FileOperations, powerLoss: boolean) {
		this.operations = operations;
		this.powerLoss = powerLoss;
	}

	/** @returns null where there is no such file */
	readBytes(path: string): Uint8Array | null {
		let fd: number;
		try {
			fd = this.operations.open(path, modes.read);
		} catch (error) {
			if (isMissing(error)) return null;
			throw error;
		}
		try {
			return this.readRange(fd, 0, this.operations.statOf(fd).size);
		} finally {
			this.operations.close(fd);
		}
	}

	/** @returns null where there is no such file */
	readText(path: string): string | null {
		const bytes = this.readBytes(path);
		return bytes === null ? null : decodeText(bytes);
	}

	/** The bytes from `from` to `to`; fewer where the file ends before. */
	readRange(fd: number, from: number, to: number): Uint8Array {
		const bytes = Buffer.allocUnsafe(to - from);
		let filled = 0;
		while (filled < bytes.length) {
			const count = this.operations.read(fd, bytes, filled, from + filled);
			if (count === 0) break;
			filled += count;
		}
		return bytes.subarray(0, filled);
	}

	writeAll(fd: number, bytes: Uint8Array): void {
		for (let offset = 0; offset < bytes.length; ) offset += this.operations.write(fd, bytes, offset);
	}

	/**
	 * Writes a new file, down to the disk. Its time of change is unique, so that files sort by when they were written.
	 * @param isDurable false: the file may be empty after a loss of power
	 */
	create(path: string, bytes: Uint8Array, isDurable = true): void {
		const fd = this.operations.open(path, modes.create);
		let isWhole = false;
		try {
			this.writeAll(fd, bytes);
			this.operations.setTime(fd, this.#nextTime());
			if (isDurable) this.operations.sync(fd);
			isWhole = true;
		} finally {
			this.operations.close(fd);
			if (!isWhole) this.remove(path);
		}
	}

	/** Makes a folder with those above it, unless it is known to be there. */
	makeDirectory(path: string): void {
		if (this.#made.has(path)) return;
		if (this.operations.makeDirectory(path) && this.powerLoss) this.syncDirectory(parentOf(path));
		// Bounded: what is forgotten is only asked for again.
		if (this.#made.size > 4096) this.#made.clear();
		this.#made.add(path);
	}

	/** Runs a write into a folder; where somebody removed the folder, it is made again, and the write too. */
	within<T>(directory: string, write: () => T): T {
		try {
			return write();
		} catch (error) {
			if (!isMissing(error)) throw error;
			this.#made.delete(directory);
			this.makeDirectory(directory);
			return write();
		}
	}

	/** Makes what was created, renamed and removed in a folder survive a loss of power, where that is wanted. */
	syncDirectory(path: string): void {
		if (!this.powerLoss) return;
		const fd = this.operations.open(path, modes.directory);
		try {
			this.operations.sync(fd);
		} finally {
			this.operations.close(fd);
		}
	}

	/** @returns whether there was such a file */
	remove(path: string): boolean {
		try {
			this.operations.unlink(path);
			return true;
		} catch (error) {
			if (isMissing(error)) return false;
			throw error;
		}
	}

	/** @returns whether `from` was there */
	rename(from: string, to: string): boolean {
		try {
			this.operations.rename(from, to);
			return true;
		} catch (error) {
			if (isMissing(error)) return false;
			throw error;
		}
	}

	/** Names in a folder; none where there is no such folder. */
	list(path: string): string[] {
		try {
			return this.operations.list(path);
		} catch (error) {
			if (isMissing(error)) return [];
			throw error;
		}
	}

	#nextTime(): number {
		// A double holds seconds since 1970 to a quarter of a microsecond.
		const now = Math.round((performance.timeOrigin + performance.now()) * 1000);
		this.#lastTime = Math.max(now, this.#lastTime + 1);
		return this.#lastTime / 1e6;
	}
}

export function parentOf(path: string): string {
	return path.slice(0, path.lastIndexOf("/"));
}

export function decodeText(bytes: Uint8Array): string {
	return utf8.decode(bytes);
}
