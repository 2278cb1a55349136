/** Loads documents from the file system. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";
import { type Loader, LoaderError } from "../../compiler/document/loader.ts";
import { isInside } from "../../runtime/folder-path.ts";

export interface FileLoaderOptions {
	/** Refuse everything outside of this folder: `..`, absolute paths and links included. */
	readonly root?: string;
	/** Largest file that is read, in bytes; default 8 MiB. */
	readonly maxBytes?: number;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * A loader over the file system. Relative folders start at the working directory; `~` is the home directory.
 * @throws LoaderError from its methods
 */
export function fileLoader(options: FileLoaderOptions = {}): Loader {
	const maxBytes = options.maxBytes ?? 8 * 1024 * 1024;
	const root = options.root === undefined ? undefined : resolve(expandHome(options.root));
	// Links of the root itself are no way out of it.
	const realRoot = root === undefined ? undefined : (realPath(root) ?? root);

	function check(path: string): string {
		if (root === undefined || realRoot === undefined) return path;
		if (!isInside(root, path) && !isInside(realRoot, path)) throw outside(path, root);
		const real = realPath(path);
		if (real !== undefined && !isInside(realRoot, real)) throw outside(path, root);
		return path;
	}

	return {
		exists(path) {
			try {
				return statSync(check(path)).isFile();
			} catch (error) {
				if (error instanceof LoaderError) throw error;
				return false;
			}
		},
		read: (path) => readText(check(path), maxBytes),
		resolve: (dir, reference) => check(resolve(dir, expandHome(reference))),
		dirOf: (path) => dirname(path),
		confined: (folder) => fileLoader({ root: folder, maxBytes }),
	};
}

function readText(path: string, maxBytes: number): string {
	let bytes: Buffer;
	try {
		const stat = statSync(path);
		// A device or a pipe could block for ever.
		if (!stat.isFile()) throw new LoaderError("not_a_file", path, `\`${path}\` is not a file`);
		if (stat.size > maxBytes) {
			throw new LoaderError("too_large", path, `\`${path}\` has ${stat.size} bytes, the limit is ${maxBytes}`);
		}
		bytes = readFileSync(path);
	} catch (error) {
		if (error instanceof LoaderError) throw error;
		const code = error instanceof Error && "code" in error ? error.code : undefined;
		const missing = code === "ENOENT" || code === "ENOTDIR";
		const message = missing ? `\`${path}\` does not exist` : `\`${path}\` cannot be read: ${String(code ?? error)}`;
		throw new LoaderError(missing ? "not_found" : "unreadable", path, message, { cause: error });
	}
	try {
		// The decoder drops a byte order mark.
		return utf8.decode(bytes);
	} catch (error) {
		throw new LoaderError("not_text", path, `\`${path}\` is not UTF-8 text`, { cause: error });
	}
}

function expandHome(path: string): string {
	return path === "~" || path.startsWith("~/") || path.startsWith(`~${sep}`) ? join(homedir(), path.slice(1)) : path;
}

function realPath(path: string): string | undefined {
	let existing = path;
	for (;;) {
		try {
			return join(realpathSync(existing), relative(existing, path));
		} catch {
			// What does not exist yet is judged by the nearest folder that does.
			const parent = dirname(existing);
			if (parent === existing) return undefined;
			existing = parent;
		}
	}
}

function outside(path: string, root: string): LoaderError {
	return new LoaderError("outside_root", path, `\`${path}\` is outside of \`${root}\``);
}
