/** Entries of a map in the order that they are written in: JavaScript puts keys like `1` before all others. */
import type { DocumentPath, SourceDocument } from "../document/document.ts";

/**
 * The entries of a map in document order; for objects that were given in code, in the order of the platform.
 * @param path of the map
 */
export function entriesInOrder(
	map: Readonly<Record<string, unknown>>,
	path: DocumentPath,
	document: SourceDocument,
): readonly (readonly [string, unknown])[] {
	const entries = Object.entries(map);
	if (!entries.some(([key]) => /^\d+$/.test(key))) return entries;
	return entries
		.map((entry) => ({ entry, start: document.rangeOf([...path, entry[0]], "key")?.start ?? 0 }))
		.sort((a, b) => a.start - b.start)
		.map(({ entry }) => entry);
}
