/** A loader of the files of a bundle: what is not in it is missing, whatever lies on the disk. */
import { type Loader, LoaderError } from "../document/loader.ts";
import type { Bundle } from "./bundle.ts";
import { joinPortable, portableFolder } from "./portable-path.ts";

/** @returns a loader whose paths are those of the bundle, relative to its entry's folder */
export function bundleLoader({ files, modules, links }: Pick<Bundle, "files" | "modules" | "links">): Loader {
	function create(root: string): Loader {
		function check(path: string): string {
			if (root === "." || path === root || path.startsWith(`${root}/`)) return path;
			throw new LoaderError("outside_root", path, `\`${path}\` is outside of \`${root}\``);
		}
		return {
			exists: (path) => files.has(check(path)) || modules.has(path),
			read(path) {
				const text = files.get(check(path));
				if (text !== undefined) return text;
				throw new LoaderError("not_found", path, `\`${path}\` is not in the stored configuration`);
			},
			resolve: (dir, reference) => check(links.get(dir)?.get(reference) ?? joinPortable(dir, reference)),
			dirOf: portableFolder,
			confined: (folder) => create(joinPortable(".", folder)),
		};
	}

	return create(".");
}
