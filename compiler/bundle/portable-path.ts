/** Paths inside of a bundle: POSIX, relative to the entry's folder, so that they are the same wherever the files lie. */

/** Longest path that is read from a bundle, in UTF-16 units. */
const maxLength = 4096;

/**
 * The way from a folder to a file, both as one loader names them.
 * @returns `agents/writer.yml`, `../shared/x.yml`; `.` for the folder itself
 */
export function portablePath(folder: string, path: string): string {
	const [from = [], to = []] = anchored([segmentsOf(folder), segmentsOf(path)]);
	const differs = from.findIndex((segment, index) => segment !== to[index]);
	const common = differs === -1 ? from.length : differs;
	return [...from.slice(common).map(() => ".."), ...to.slice(common)].join("/") || ".";
}

/**
 * The path that a reference in a file of folder `dir` stands for. Absolute paths and those of the home directory mean
 * nothing elsewhere: they are given back as they are, and no file of a bundle is called so.
 */
export function joinPortable(dir: string, reference: string): string {
	if (isAbsolute(reference)) return reference;
	const parts: string[] = [];
	for (const segment of segmentsOf(`${dir}/${reference}`)) {
		if (segment === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
		else parts.push(segment);
	}
	return parts.join("/") || ".";
}

/** The folder of a path. */
export function portableFolder(path: string): string {
	const slash = path.lastIndexOf("/");
	return slash === -1 ? "." : path.slice(0, slash);
}

/** Whether a path or folder lies outside of the entry's folder. */
export function leavesFolder(path: string): boolean {
	return path === ".." || path.startsWith("../") || isAbsolute(path);
}

/** Whether a text that is not trusted is a path as `portablePath` writes it. */
export function isPortablePath(text: string): boolean {
	if (text === "" || text === "." || text === "__proto__" || text.length > maxLength || text.includes("\0"))
		return false;
	return !isAbsolute(text) && !isWindows(text) && joinPortable(".", text) === text && !/(?:^|\/)\.\.$/.test(text);
}

function isAbsolute(path: string): boolean {
	return path.startsWith("/") || path === "~" || /^~[\\/]/.test(path) || isWindows(path);
}

/** A drive or a share. */
function isWindows(path: string): boolean {
	return /^(?:[A-Za-z]:[\\/]|\\\\)/.test(path);
}

function segmentsOf(path: string): string[] {
	const parts = isWindows(path) ? path.split(/[\\/]/) : path.split("/");
	return parts.filter((part) => part !== "" && part !== ".");
}

/**
 * Paths that start with `..` have folders above them whose names are not known. A way that leads down through these
 * needs some name for them: `~1` for the nearest.
 */
function anchored(paths: readonly (readonly string[])[]): string[][] {
	const ups = paths.map((segments) => {
		const first = segments.findIndex((segment) => segment !== "..");
		return first === -1 ? segments.length : first;
	});
	const depth = Math.max(...ups);
	return paths.map((segments, index) => {
		const up = ups[index] ?? 0;
		const above = Array.from({ length: depth - up }, (_, step) => `~${depth - step}`);
		return [...above, ...segments.slice(up)];
	});
}
