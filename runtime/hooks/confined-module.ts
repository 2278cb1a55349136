/** Modules that a machine names are code: they come from its own folder, or from where the caller allows. */
import { resolve } from "node:path";
import { confinedPath } from "../confined-path.ts";
import { HookModuleError } from "./errors.ts";
import type { ModuleImporter } from "./import-module.ts";

/** What module references may import. */
export interface ModuleAccess {
	/** Folders besides the machine's own that modules may be in. Default: none. */
	readonly roots?: readonly string[];
	/** Replaces the import itself, for hosts that load modules in their own way. */
	readonly importer?: ModuleImporter;
}

/** How messages call a module, and what they advise beside moving it. */
export interface ModuleWords {
	/** `hooks module`. */
	readonly what: string;
	readonly otherwise: string;
}

/**
 * The real path of a module that a machine names. Symbolic links do not lead out of the allowed folders.
 *
 * @param reference the machine's folder, and the file as the machine names it
 * @param roots further folders that are allowed
 * @throws {HookModuleError} `hook_module` when there is no such file, or it is outside the allowed folders
 */
export async function confinedModule(
	reference: { readonly dir: string; readonly file: string },
	roots: readonly string[],
	{ what, otherwise }: ModuleWords,
): Promise<string> {
	const asked = resolve(reference.dir, reference.file);
	const found = await confinedPath(reference, roots);
	if ("path" in found) return found.path;
	if (found.problem === "missing") {
		throw new HookModuleError(asked, `There is no ${what} ${asked} (\`file: ${reference.file}\`).`);
	}
	throw new HookModuleError(
		asked,
		`The ${what} ${asked} is outside the machine's folder ${resolve(reference.dir)}. Move it there, ${otherwise}.`,
	);
}
