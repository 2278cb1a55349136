/** Error messages name files. Of those outside of the project only the last part is shown: where they are is the host's. */
import { homedir, tmpdir } from "node:os";
import { relative, sep } from "node:path";

const usual = ["home", "root", "Users", "Volumes", "tmp", "var", "etc", "opt", "usr", "mnt", "srv", "private"];

const quotes = "'\"`";
const ends = `\\s${quotes}()<>,;:`;
/** Not within a word or an address: `https://host/home/me` and `./tmp/x` are no places of this host. */
const posixPath = new RegExp(`(?<![\\w.:/~-])(?:file://)?((?:/[^/${ends}]+){2,})`, "g");
const windowsPath = new RegExp(`(?<![\\w])(?:file:///)?([A-Za-z]:(?:[\\\\/][^\\\\/${ends}]+){2,})`, "g");

/**
 * Makes absolute paths in a message relative to the project, and leaves `…/name` of those outside of it.
 * @param folder of the project, absolute
 */
export function withoutHostPaths(message: string, folder: string): string {
	const roots = new Set([...usual, ...[folder, homedir(), tmpdir(), process.execPath].map(rootOf)]);
	const shown = (whole: string, path: string): string => {
		if (path.startsWith(folder + sep)) return relative(folder, path);
		if (path.startsWith("/") && !roots.has(rootOf(path))) return whole;
		return `…/${path.split(/[\\/]/).at(-1)}`;
	};
	return message.replace(posixPath, shown).replace(windowsPath, shown);
}

function rootOf(path: string): string {
	return path.split("/")[1] ?? "";
}
