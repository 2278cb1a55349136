/** A path as a model writes it -> names below the working directory; what could lead out of it, or hide where it leads, is refused. */
import { CodingToolError } from "./errors.ts";

/** Bytes, as file systems have it. */
const longestPath = 4096;
const longestName = 255;

/** Control characters, and characters that are not seen or turn the direction of what follows. */
const hidden = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/**
 * The names of a path below the root; none for the root itself.
 * @param root the real path of the working directory
 * @throws CodingToolError `outside`, `unfit`
 */
export function namesOf(path: string, root: string): string[] {
	const shown = JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path);
	if (path.includes("\0")) throw new CodingToolError("unfit", `The path ${shown} has a NUL character.`);
	if (hidden.test(path)) throw new CodingToolError("unfit", `The path ${shown} has characters that are not seen.`);
	if (Buffer.byteLength(path) > longestPath) throw new CodingToolError("unfit", `The path ${shown} is too long.`);
	if (path.startsWith("~")) {
		throw new CodingToolError(
			"outside",
			`The path ${shown} begins with \`~\`: write a path below the working directory.`,
		);
	}
	const names = belowRoot(path, root, shown)
		.split("/")
		.filter((name) => name !== "" && name !== ".");
	for (const name of names) {
		if (name === "..") throw new CodingToolError("outside", `The path ${shown} has \`..\`, which is not allowed.`);
		if (Buffer.byteLength(name) > longestName) {
			throw new CodingToolError("unfit", `The path ${shown} has a name that is too long.`);
		}
		const plain = name.normalize("NFKC");
		if (plain !== name && (/[/\\]/.test(plain) || plain === "." || plain === "..")) {
			throw new CodingToolError("outside", `The path ${shown} has characters that look like \`/\` or \`..\`.`);
		}
	}
	return names;
}

/** An absolute path may lie below the root. */
function belowRoot(path: string, root: string, shown: string): string {
	const isAbsolute = path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path) || path.startsWith("\\\\");
	if (!isAbsolute) return path;
	if (path === root) return "";
	if (path.startsWith(`${root}/`)) return path.slice(root.length + 1);
	throw new CodingToolError("outside", `The path ${shown} is outside of the working directory.`);
}
