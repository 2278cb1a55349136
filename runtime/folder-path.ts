/** Whether a path lies in a folder; links are the caller's to resolve before. */
import { isAbsolute, relative, sep } from "node:path";

/** Both absolute. A folder is inside of itself. */
export function isInside(folder: string, path: string): boolean {
	const way = relative(folder, path);
	return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
