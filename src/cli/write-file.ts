/** Replaces a file's content at once: a reader sees the old text or the new one, never half of it. */
import { chmodSync, existsSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Writes next to the file and renames. A link stays a link, the mode stays the same; into a device or a pipe, such as
 * `/dev/null`, the text is written as it is.
 * @throws Error of `node:fs`, or one that says that the folder is missing
 */
export function writeFileAtomically(file: string, text: string | Uint8Array): void {
	const existing = statSync(file, { throwIfNoEntry: false });
	if (existing !== undefined && !existing.isFile()) {
		writeFileSync(file, text);
		return;
	}
	const target = existing === undefined ? file : realpathSync(file);
	if (!existsSync(dirname(target))) throw new Error(`there is no folder ${dirname(target)}.`);
	const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
	try {
		writeFileSync(temporary, text, { flag: "wx" });
		if (existing !== undefined) chmodSync(temporary, existing.mode & 0o7777);
		renameSync(temporary, target);
	} catch (error) {
		rmSync(temporary, { force: true });
		throw error;
	}
}
