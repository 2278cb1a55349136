/** Where this package is installed: files that are no modules of it are found from there, wherever the modules are joined. */
import { createRequire } from "node:module";
import { dirname } from "node:path";

export function packageFolder(): string {
	return dirname(createRequire(import.meta.url).resolve("flatstate/package.json"));
}
