/** Where a machine that was compiled on another host has its files on this one. */
import { statSync } from "node:fs";
import { basename, join } from "node:path";

/**
 * The path of the file within `folder`: at the longest end of its path that there is a file for, else a folder; else
 * directly in `folder`. A machine of `/home/ada/shop/flows/buy.yml` is looked for at `flows/buy.yml` there, then at `buy.yml`.
 * @param file absolute path as it was recorded, of any system; null where there was none
 */
export function placeIn(folder: string, file: string | null): string {
	if (file === null) return join(folder, "machine");
	// A record may have been written by anybody: nothing of it leads out of the folder.
	const parts = file.split(/[/\\]/).filter((part) => part !== "" && part !== "." && part !== "..");
	const ends = parts.map((_, index) => join(folder, ...parts.slice(index)));
	const found = ends.find((path) => isThere(path, "file"));
	if (found !== undefined) return found;
	const name = parts.at(-1) ?? basename(file);
	const dirs = parts.slice(0, -1).map((_, index) => join(folder, ...parts.slice(index, -1)));
	return join(dirs.find((path) => isThere(path, "folder")) ?? folder, name);
}

function isThere(path: string, what: "file" | "folder"): boolean {
	const stat = statSync(path, { throwIfNoEntry: false });
	return what === "file" ? stat?.isFile() === true : stat?.isDirectory() === true;
}
