/**
 * An open folder below the working directory, and what lies in it. On Linux everything goes through the open folder, so that
 * nobody can put a link in its place between the check and the use; elsewhere its path is checked once more before each use.
 */

import type { Dirent, Stats } from "node:fs";
import { existsSync, constants as flags } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, realpath, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { CodingToolError } from "./errors.ts";

/** Gives, of an open file, a path that leads to what is open whatever its name has become. */
const openFiles = "/proc/self/fd";
const hasOpenFiles = process.platform === "linux" && existsSync(openFiles);

export class FolderHandle implements AsyncDisposable {
	readonly #handle: FileHandle;
	/** Where it was when it was opened, without links. */
	readonly path: string;

	private constructor(handle: FileHandle, path: string) {
		this.#handle = handle;
		this.path = path;
	}

	/** @param path without links. @throws the system's errors: ELOOP and ENOTDIR where it is a link, or no folder */
	static async open(path: string): Promise<FolderHandle> {
		return new FolderHandle(await openFolder(path), path);
	}

	/** A folder in this one. @throws as `open` */
	async folder(name: string): Promise<FolderHandle> {
		return new FolderHandle(await openFolder(await this.#at(name)), join(this.path, name));
	}

	/** Opens a file for reading, never through a link, and without waiting for a writer of a pipe. */
	async file(name: string): Promise<FileHandle> {
		return open(await this.#at(name), flags.O_RDONLY | flags.O_NOFOLLOW | flags.O_NONBLOCK);
	}

	/** Makes a file that was not there. */
	async newFile(name: string): Promise<FileHandle> {
		return open(await this.#at(name), flags.O_WRONLY | flags.O_CREAT | flags.O_EXCL | flags.O_NOFOLLOW, 0o666);
	}

	/** What a name is, the link itself where it is one; undefined where there is nothing. */
	async stats(name: string): Promise<Stats | undefined> {
		try {
			return await lstat(await this.#at(name));
		} catch (error) {
			if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
			throw error;
		}
	}

	async makeFolder(name: string): Promise<void> {
		await mkdir(await this.#at(name));
	}

	async rename(from: string, to: string): Promise<void> {
		await rename(await this.#at(from), await this.#at(to));
	}

	async remove(name: string): Promise<void> {
		await unlink(await this.#at(name));
	}

	async entries(): Promise<Dirent[]> {
		return readdir(await this.#here(), { withFileTypes: true });
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#handle.close();
	}

	async #at(name: string): Promise<string> {
		return join(await this.#here(), name);
	}

	async #here(): Promise<string> {
		if (hasOpenFiles) return `${openFiles}/${this.#handle.fd}`;
		if ((await realpath(this.path)) !== this.path) {
			throw new CodingToolError("changed", "A folder of the path has meanwhile become a link.");
		}
		return this.path;
	}
}

function openFolder(path: string): Promise<FileHandle> {
	return open(path, flags.O_RDONLY | flags.O_DIRECTORY | flags.O_NOFOLLOW);
}
