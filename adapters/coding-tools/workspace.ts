/** The working directory: paths of a model lead to places in it, and nowhere else. */
import { realpathSync, statSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { CodingToolError } from "./errors.ts";
import { FolderHandle } from "./folder-handle.ts";
import { namesOf } from "./path-text.ts";

/** A name in an open folder. */
export interface Place extends AsyncDisposable {
	readonly folder: FolderHandle;
	readonly name: string;
	/** Below the root, for messages. */
	readonly shown: string;
}

export class Workspace {
	/** Without links. */
	readonly root: string;

	/** @throws CodingToolError `options` where there is no such folder, or it is the root of the file system */
	constructor(root: string) {
		try {
			this.root = realpathSync(root);
		} catch (cause) {
			throw new CodingToolError("options", `The working directory ${root} of the coding tools does not exist.`, {
				cause,
			});
		}
		if (!statSync(this.root).isDirectory()) {
			throw new CodingToolError("options", `The working directory ${root} of the coding tools is no folder.`);
		}
		if (dirname(this.root) === this.root) {
			throw new CodingToolError("options", "The coding tools need a folder of their own, not the whole file system.");
		}
	}

	/** Opens a folder. @throws CodingToolError */
	async folder(path: string): Promise<FolderHandle> {
		const names = namesOf(path, this.root);
		const shown = names.join("/") || ".";
		return orWords(shown, async () => this.#walk(await this.#withoutLinks(names, shown), shown));
	}

	/**
	 * Finds the place of a file, which need not be there.
	 * @param makesFolders whether folders of the path that are missing are made
	 * @throws CodingToolError
	 */
	async place(path: string, makesFolders = false): Promise<Place> {
		const names = namesOf(path, this.root);
		const shown = names.join("/");
		if (names.length === 0)
			throw new CodingToolError("unfit", "The path is the working directory itself: name a file.");
		return orWords(shown, async () => {
			const real = await this.#withoutLinks(names, shown);
			const name = real.at(-1) ?? "";
			const folder = await this.#walk(real.slice(0, -1), shown, makesFolders);
			return { folder, name, shown, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
		});
	}

	/** The same path with its links resolved, as far as it exists. */
	async #withoutLinks(names: readonly string[], shown: string): Promise<string[]> {
		for (let known = names.length; known >= 0; known -= 1) {
			const real = await realpathOf(join(this.root, ...names.slice(0, known)));
			if (real === undefined) continue;
			const below = relative(this.root, real);
			if (below === ".." || below.startsWith("../") || below.startsWith("/")) {
				throw new CodingToolError("outside", `${shown} leads through a link out of the working directory.`);
			}
			return [...below.split("/").filter((name) => name !== ""), ...names.slice(known)];
		}
		throw new CodingToolError("changed", "The working directory is gone.");
	}

	/** Opens folder by folder; what has become a link since its path was resolved is not followed. */
	async #walk(names: readonly string[], shown: string, makesFolders = false): Promise<FolderHandle> {
		let at = await FolderHandle.open(this.root);
		for (const name of names) {
			await using above = at;
			const stats = await above.stats(name);
			if (stats?.isSymbolicLink()) {
				throw new CodingToolError("outside", `${shown} leads through a link that cannot be followed.`);
			}
			if (!stats && makesFolders) await above.makeFolder(name);
			at = await above.folder(name);
		}
		return at;
	}
}

async function realpathOf(path: string): Promise<string | undefined> {
	try {
		return await realpath(path);
	} catch (error) {
		if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
			return undefined;
		throw error;
	}
}

const words: Readonly<Record<string, string>> = {
	ENOENT: "does not exist",
	ENOTDIR: "is no folder, or leads through a file",
	EISDIR: "is a folder",
	ELOOP: "is a link that cannot be followed",
	EACCES: "may not be read or written",
	EPERM: "may not be read or written",
	ENAMETOOLONG: "has a name that is too long",
	EEXIST: "is there already",
	ENXIO: "is no ordinary file",
};

/** The system's errors in words, without paths of the machine. */
export async function orWords<T>(shown: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (cause) {
		if (cause instanceof CodingToolError) throw cause;
		const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
		throw new CodingToolError("unfit", `${shown} ${words[code] ?? `cannot be used${code && ` (${code})`}`}.`, {
			cause,
		});
	}
}
