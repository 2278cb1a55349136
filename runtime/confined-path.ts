/** Files that a document names: where they really are, and whether that is where they may be. */
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { isInside } from "./folder-path.ts";

async function realPathOf(path: string): Promise<string | undefined> {
	try {
		return await realpath(path);
	} catch {
		return undefined;
	}
}

/**
 * Symbolic links do not lead out of the allowed folders.
 * @param dir the document's folder @param roots further folders that are allowed
 * @returns the real path; or that there is no such file, or that it is outside
 */
export async function confinedPath(
	{ dir, file }: { readonly dir: string; readonly file: string },
	roots: readonly string[],
): Promise<{ readonly path: string } | { readonly problem: "missing" | "outside" }> {
	const path = await realPathOf(resolve(dir, file));
	if (path === undefined) return { problem: "missing" };
	for (const root of [dir, ...roots]) {
		const folder = await realPathOf(resolve(root));
		if (folder !== undefined && path !== folder && isInside(folder, path)) return { path };
	}
	return { problem: "outside" };
}
