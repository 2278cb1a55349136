/** The version of this package, from its package.json. */
import { createRequire } from "node:module";

/** For example `0.1.0`. */
export function packageVersion(): string {
	const manifest: unknown = createRequire(import.meta.url)("flatstate/package.json");
	const version = typeof manifest === "object" && manifest !== null && "version" in manifest && manifest.version;
	return typeof version === "string" ? version : "unknown";
}
