/** What keeps SQLite from opening a file, which it does not tell itself. */
import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * @param file absolute
 * @param access asks whether a file may be used; for tests
 * @returns what is wrong and what to do, without a full stop; undefined where nothing can be seen
 */
export function openingProblem(
	file: string,
	access: (path: string, mode: number) => void = accessSync,
): string | undefined {
	const folder = dirname(file);
	try {
		const found = statSync(file, { throwIfNoEntry: false });
		if (found?.isDirectory()) return "it is a folder. Name a file in it";
		const above = statSync(folder, { throwIfNoEntry: false });
		if (!above) return `there is no folder ${folder}. Make it first`;
		if (!above.isDirectory()) return `${folder} is no folder`;
		if (found) access(file, constants.R_OK | constants.W_OK);
		access(folder, constants.W_OK | constants.X_OK);
		return undefined;
	} catch (error) {
		return reasons.get(error instanceof Error && "code" in error ? error.code : undefined);
	}
}

/** SQLite writes also to read: its log and its index stand beside the file. */
const reasons: ReadonlyMap<unknown, string> = new Map([
	["EROFS", "the file system is mounted read-only, and SQLite writes beside the file, also to read. Copy it elsewhere"],
	["EACCES", "permission is denied. This user needs the right to read and write the file and its folder"],
	["EPERM", "permission is denied. This user needs the right to read and write the file and its folder"],
	["ENOTDIR", "a file stands where a folder on its path should be"],
]);
