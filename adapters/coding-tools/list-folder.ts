/** The entries of a folder as a text, bounded. */
import type { Dirent } from "node:fs";
import { walk } from "./walk-files.ts";
import { orWords, type Workspace } from "./workspace.ts";

const mostEntries = 1000;

export async function listFolder(
	workspace: Workspace,
	path: string,
	depth: number,
	signal: AbortSignal,
): Promise<string> {
	return orWords(path, () => listing(workspace, path, depth, signal));
}

async function listing(workspace: Workspace, path: string, depth: number, signal: AbortSignal): Promise<string> {
	await using folder = await workspace.folder(path);
	const lines: string[] = [];
	for await (const { path: below, entry } of walk(folder, depth, signal)) {
		if (lines.length === mostEntries) {
			lines.push(`[There are more than ${mostEntries} entries: list a folder, or with less depth.]`);
			break;
		}
		lines.push(`${below}${markOf(entry)}`);
	}
	return lines.length === 0 ? "[The folder is empty.]" : lines.join("\n");
}

function markOf(entry: Dirent): string {
	if (entry.isDirectory()) return "/";
	if (entry.isSymbolicLink()) return "@";
	return entry.isFile() ? "" : " [no ordinary file]";
}
