/** Builds the package once before the tests, since the command line, the examples and the pages run what users get. */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";

export const root = resolve(import.meta.dirname, "..");
/** The built files. */
export const dist = resolve(root, "dist");
/** The built `flatstate` command. */
export const main = resolve(dist, "src/cli/main.js");

/** Called by vitest (vitest.config.ts). @throws when the package does not build */
export function setup(): void {
	execFileSync("npm", ["run", "build", "--silent"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
}
