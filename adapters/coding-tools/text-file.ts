/** Text files of the working directory: read whole within bounds, written whole or not at all. */
import { randomUUID } from "node:crypto";
import { relative } from "node:path";
import { CodingToolError } from "./errors.ts";
import { orWords, type Place, type Workspace } from "./workspace.ts";

/** Bytes of the largest file that is read or written. */
export const largestFile = 10 * 1024 * 1024;

/** @throws CodingToolError where there is no such file, or it is no text */
export async function readText(workspace: Workspace, path: string): Promise<string> {
	await using place = await workspace.place(path);
	const text = await textAt(place);
	if (text === undefined) throw new CodingToolError("unfit", `${place.shown} does not exist.`);
	return text;
}

/** What a file that is to be written has now; undefined where there is nothing. @throws CodingToolError as `writeText` */
export async function textToChange(workspace: Workspace, path: string): Promise<string | undefined> {
	const place = await placeIfAny(workspace, path);
	if (!place) return undefined;
	await using open = place;
	checkWritable(workspace, open);
	return await textAt(open);
}

/** What lies there may name programs that run when somebody calls git: writing it would be running them. */
function checkWritable({ root }: Workspace, { folder, name, shown }: Place): void {
	const names = [...relative(root, folder.path).split("/"), name];
	if (!names.some((one) => one.toLowerCase() === ".git")) return;
	throw new CodingToolError("refused", `${shown} belongs to git, and is not written.`);
}

/**
 * Writes the whole file, through another one that takes its place: nobody sees half of it, and of a file with several names
 * only this one changes.
 * @param before what the file must still have; undefined = it must not be there
 * @throws CodingToolError `changed` where it has something else
 */
export async function writeText(
	workspace: Workspace,
	path: string,
	text: string,
	before: string | undefined,
): Promise<void> {
	if (Buffer.byteLength(text) > largestFile) {
		throw new CodingToolError("unfit", `The text is larger than ${largestFile} bytes.`);
	}
	await using place = await workspace.place(path, true);
	checkWritable(workspace, place);
	const { folder, name, shown } = place;
	await orWords(shown, async () => {
		if ((await textAt(place)) !== before) {
			throw new CodingToolError("changed", `${shown} has changed meanwhile: read it again.`);
		}
		const mode = (await folder.stats(name))?.mode;
		const fresh = `.flatstate-${randomUUID()}.tmp`;
		const file = await folder.newFile(fresh);
		try {
			try {
				await file.writeFile(text);
				if (mode !== undefined) await file.chmod(mode & 0o777);
				await file.sync();
			} finally {
				await file.close();
			}
			await folder.rename(fresh, name);
		} catch (error) {
			await folder.remove(fresh);
			throw error;
		}
	});
}

/** A folder of the path may be missing, too. */
async function placeIfAny(workspace: Workspace, path: string): Promise<Place | undefined> {
	try {
		return await workspace.place(path);
	} catch (error) {
		const { cause } = error instanceof CodingToolError ? error : {};
		if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
		throw error;
	}
}

/** @throws CodingToolError for what is no file of text */
export async function textAt(
	{ folder, name, shown }: Pick<Place, "folder" | "name" | "shown">,
	largest = largestFile,
): Promise<string | undefined> {
	return orWords(shown, async () => {
		const stats = await folder.stats(name);
		if (!stats) return undefined;
		if (stats.isSymbolicLink()) throw new CodingToolError("outside", `${shown} is a link that cannot be followed.`);
		if (stats.isDirectory()) throw new CodingToolError("unfit", `${shown} is a folder.`);
		if (!stats.isFile()) throw new CodingToolError("unfit", `${shown} is no ordinary file.`);
		const file = await folder.file(name);
		try {
			// Once more, since another file may have taken its place.
			const opened = await file.stat();
			if (!opened.isFile()) throw new CodingToolError("unfit", `${shown} is no ordinary file.`);
			if (opened.size > largest) {
				throw new CodingToolError(
					"unfit",
					`${shown} has ${opened.size} bytes, more than the ${largest} that are read.`,
				);
			}
			// Some files grow while they are read.
			const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(opened.size), position: 0 });
			return decoded(buffer.subarray(0, bytesRead), shown);
		} finally {
			await file.close();
		}
	});
}

function decoded(bytes: Uint8Array, shown: string): string {
	try {
		if (!bytes.includes(0)) return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch (cause) {
		throw new CodingToolError("unfit", `${shown} is no text: it is not UTF-8.`, { cause });
	}
	throw new CodingToolError("unfit", `${shown} is a binary file.`);
}
