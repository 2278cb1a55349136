/** Which files of a stored configuration are not what they were. */
import type { Bundle } from "./bundle.ts";

export interface ChangedFile {
	/** Relative to the entry's folder. */
	readonly path: string;
	readonly change: "changed" | "added" | "removed";
}

/** What differs between the files of two bundles of one machine, ordered by path. Empty = no file's text does. */
export function changedFiles(before: Pick<Bundle, "files">, after: Pick<Bundle, "files">): ChangedFile[] {
	const paths = new Set([...before.files.keys(), ...after.files.keys()]);
	return [...paths].sort().flatMap((path) => {
		const [old, now] = [before.files.get(path), after.files.get(path)];
		if (old === now) return [];
		return { path, change: old === undefined ? "added" : now === undefined ? "removed" : "changed" };
	});
}
