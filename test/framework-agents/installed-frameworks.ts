/** The packages of test/frameworks: whether they are there, and folders whose modules find them. */
import { existsSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";
import { temporaryFolder } from "../agents/temporary-folder.ts";

const modules = fileURLToPath(new URL("../frameworks/node_modules", import.meta.url));

/**
 * Tests that need a package of test/frameworks. Where it is not installed they are skipped, and fail where CI is set.
 * @param program what the package brings, for the message
 */
export function describeInstalled(name: string, what: string, tests: () => void): void {
	if (existsSync(join(modules, name, "package.json"))) {
		describe(what, tests);
		return;
	}
	const how = "`npm ci --prefix test/frameworks` installs it; its programs have some hundred megabytes.";
	console.warn(`SKIPPED: ${what}, since ${name} is not installed. ${how}`);
	it.skipIf(!process.env.CI)(`${what}, where ${name} is installed`, () => {
		throw new Error(`${name} is not installed, and with CI set nothing is skipped. ${how}`);
	});
}

export interface ProjectFolder extends AsyncDisposable {
	/** Where machines lie; modules there find the packages. */
	readonly path: string;
	/** Of the programs: their sessions and settings. */
	readonly home: string;
}

/** A user's project in which the packages are installed, and a home of its own. */
export async function projectFolder(): Promise<ProjectFolder> {
	const folder = await temporaryFolder();
	const [path, home] = [join(folder.path, "project"), join(folder.path, "home")];
	await mkdir(path);
	await mkdir(home);
	await symlink(modules, join(folder.path, "node_modules"));
	return { path, home, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}
