/** Walks through the files below a folder, links left out, without going into folders of other programs. */
import type { Dirent } from "node:fs";
import type { FolderHandle } from "./folder-handle.ts";

/** What is named, but not entered. */
const notEntered: ReadonlySet<string> = new Set([".git", "node_modules"]);

export interface WalkedEntry {
	/** Below the folder that the walk began in. */
	readonly path: string;
	readonly name: string;
	readonly entry: Dirent;
	/** Where it lies; open until the walk goes on. */
	readonly folder: FolderHandle;
}

/** Gives entries in the order of their names, each folder before what is in it. */
export async function* walk(
	folder: FolderHandle,
	depth: number,
	signal: AbortSignal,
	above = "",
): AsyncGenerator<WalkedEntry> {
	const entries = await folder.entries();
	entries.sort((a, b) => (a.name < b.name ? -1 : 1));
	for (const entry of entries) {
		signal.throwIfAborted();
		const { name } = entry;
		const path = above === "" ? name : `${above}/${name}`;
		yield { path, name, entry, folder };
		if (depth <= 1 || !entry.isDirectory() || notEntered.has(name)) continue;
		await using below = await folder.folder(name);
		yield* walk(below, depth - 1, signal, path);
	}
}
