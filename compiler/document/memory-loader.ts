/** A loader of files that are given as text, for embedding and for tests. Paths are POSIX, relative to a nameless root. */
import { type Loader, LoaderError } from "./loader.ts";

/**
 * @param files text by path, for example `{ "machine.yml": "…", "agents/writer.yml": "…" }`
 */
export function memoryLoader(files: Readonly<Record<string, string>>): Loader {
	const texts = new Map(Object.entries(files).map(([path, text]) => [normalise(path, path), text] as const));

	function create(root: string): Loader {
		function check(path: string): string {
			if (root === "." || path === root || path.startsWith(`${root}/`)) return path;
			throw new LoaderError("outside_root", path, `\`${path}\` is outside of \`${root}\``);
		}
		return {
			exists: (path) => texts.has(check(path)),
			read(path) {
				const text = texts.get(check(path));
				if (text === undefined) throw new LoaderError("not_found", path, `\`${path}\` does not exist`);
				return text.startsWith("\ufeff") ? text.slice(1) : text;
			},
			resolve(dir, reference) {
				const joined = reference.startsWith("/") ? reference : `${dir}/${reference}`;
				return check(normalise(joined, reference));
			},
			dirOf(path) {
				const slash = path.lastIndexOf("/");
				return slash === -1 ? "." : path.slice(0, slash);
			},
			confined: (folder) => create(normalise(folder, folder)),
		};
	}

	return create(".");
}

function normalise(path: string, shown: string): string {
	const parts: string[] = [];
	for (const part of path.split("/")) {
		if (part === "" || part === ".") continue;
		if (part !== "..") parts.push(part);
		else if (parts.pop() === undefined) {
			throw new LoaderError("outside_root", shown, `\`${shown}\` leads out of the files that were given`);
		}
	}
	return parts.length === 0 ? "." : parts.join("/");
}
