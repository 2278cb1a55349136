/** What the file system's errors mean for who uses the store. */
import { FlatstateError } from "../../../runtime/errors.ts";
import { StoreError } from "../../../runtime/store/errors.ts";

/** The `code` of an error of Node, `""` where it has none. */
export function codeOf(error: unknown): string {
	return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Whether the error says that a file or a folder on the way to it is not there. */
export function isMissing(error: unknown): boolean {
	const code = codeOf(error);
	return code === "ENOENT" || code === "ENOTDIR";
}

const reasons: Readonly<Record<string, string>> = {
	ENOSPC: "the disk is full. Free some space, then resume",
	EDQUOT: "the quota of the disk is used up. Free some space, then resume",
	EROFS: "the file system is mounted read-only. Mount it for writing, or choose another folder",
	EACCES: "permission is denied. Give this user the right to write there, or choose another folder",
	EPERM: "permission is denied. Give this user the right to write there, or choose another folder",
	EMFILE: "this process has too many open files. Raise its limit (`ulimit -n`)",
	ENFILE: "the system has too many open files",
	ELOOP: "a symbolic link stands where a file of the store should be. Replace it by the file itself",
	EEXIST: "a file stands where the folder should be. Give the path of a folder",
	ENOTDIR: "a file stands where a folder on its path should be. Give the path of a folder",
	ENAMETOOLONG: "a name is longer than the file system takes. Choose a shorter id",
};

function reasonOf(error: unknown): string {
	const code = codeOf(error);
	const reason = Object.hasOwn(reasons, code) ? reasons[code] : undefined;
	return reason ?? (code === "" ? (error instanceof Error ? error.message : String(error)) : `the system says ${code}`);
}

/** The same error where it is one of the project's own already. */
export function openFailure(error: unknown, dir: string): Error {
	if (error instanceof FlatstateError) return error;
	return new StoreError("store_unreachable", `Cannot open the store in ${dir}: ${reasonOf(error)}.`, { cause: error });
}

/** The same error where it is one of the project's own already. */
export function writeFailure(error: unknown, dir: string): Error {
	if (error instanceof FlatstateError) return error;
	return new StoreError("store_write_failed", `Cannot write to the store in ${dir}: ${reasonOf(error)}.`, {
		cause: error,
	});
}

/** The same error where it is one of the project's own already. */
export function readFailure(error: unknown, dir: string): Error {
	if (error instanceof FlatstateError) return error;
	return new StoreError("store_read_failed", `Cannot read the store in ${dir}: ${reasonOf(error)}.`, { cause: error });
}
