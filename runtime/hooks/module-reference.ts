/** Hooks from a module that a machine names: `{file, class, args}` (decisions: Versions, `data.hooks`). */
import { realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { HookRef } from "../../compiler/plan/plan.ts";
import { HookModuleError } from "./errors.ts";
import type { MachineHooks } from "./hooks.ts";
import { importModule, type ModuleExports, type ModuleImporter } from "./import-module.ts";
import { type HooksEntry, isHooksFactory, makeHooks } from "./make.ts";
import { looksLikeHooks } from "./methods.ts";
import { didYouMean, nameList } from "./nearest-name.ts";

/** What module references may import. */
export interface ModuleAccess {
	/** Folders besides the machine's own that modules may be in. Default: none. */
	readonly roots?: readonly string[];
	/** Replaces the import itself, for hosts that load modules in their own way. */
	readonly importer?: ModuleImporter;
}

/** A reference to a class of a module. */
export type ModuleHookRef = Extract<HookRef, { kind: "module" }>;

async function realPathOf(path: string): Promise<string | undefined> {
	try {
		return await realpath(path);
	} catch {
		return undefined;
	}
}

function isInside(folder: string, file: string): boolean {
	const way = relative(folder, file);
	return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function confinedFile(ref: ModuleHookRef, roots: readonly string[]): Promise<string> {
	const asked = resolve(ref.dir, ref.file);
	const file = await realPathOf(asked);
	if (file === undefined) {
		throw new HookModuleError(asked, `There is no hooks module ${asked} (\`file: ${ref.file}\`).`);
	}
	for (const root of [ref.dir, ...roots]) {
		const folder = await realPathOf(resolve(root));
		if (folder !== undefined && isInside(folder, file)) {
			return file;
		}
	}
	throw new HookModuleError(
		asked,
		`The hooks module ${asked} is outside the machine's folder ${resolve(ref.dir)}. Move it there, ` +
			"allow its folder with `new HooksRegistry({ modules: { roots: [folder] } })`, or register the hooks under a name.",
	);
}

function asEntry(value: unknown): HooksEntry | undefined {
	return isHooksFactory(value) || looksLikeHooks(value) ? value : undefined;
}

function ownExport(exports: object, name: string): unknown {
	return Object.hasOwn(exports, name) ? Reflect.get(exports, name) : undefined;
}

/** A reference without a class's name means the default export. */
function isDefaultMeant(exports: ModuleExports, className: string): boolean {
	return className === "" || hasOnlyDefault(exports);
}

/** Newer releases of Node show a CommonJS module also under `module.exports`. */
function hasOnlyDefault(exports: ModuleExports): boolean {
	return Object.keys(exports).every((name) => name === "default" || name === "module.exports");
}

function findClass(exports: ModuleExports, className: string): HooksEntry | undefined {
	const named = asEntry(ownExport(exports, className));
	if (named !== undefined) {
		return named;
	}
	const fallback = ownExport(exports, "default");
	if (isHooksFactory(fallback)) {
		const fits = fallback.name === className || fallback.name === "default" || isDefaultMeant(exports, className);
		return fits ? fallback : undefined;
	}
	if (typeof fallback !== "object" || fallback === null) {
		return undefined;
	}
	return (
		asEntry(ownExport(fallback, className)) ?? (isDefaultMeant(exports, className) ? asEntry(fallback) : undefined)
	);
}

/**
 * Imports the module of a reference and makes its hooks: the export of the class's name, or the default export when
 * that has the name or none, or is all that the module exports. Symbolic links do not lead out of the allowed folders.
 *
 * @throws {HookModuleError} `hook_module` when the file is missing, outside the allowed folders, fails to import, or
 * does not export the class
 * @throws {HookError} `hook_invalid` when the class makes no hooks
 */
export async function hooksFromModule(ref: ModuleHookRef, access: ModuleAccess = {}): Promise<MachineHooks> {
	const file = await confinedFile(ref, access.roots ?? []);
	const exports = await importModule(file, access.importer);
	const entry = findClass(exports, ref.className);
	if (entry === undefined) {
		const names = Object.keys(exports).sort();
		throw new HookModuleError(
			file,
			`${file} exports no class \`${ref.className}\`.${didYouMean(ref.className, names)} ` +
				`It exports: ${nameList(names)}.`,
		);
	}
	return makeHooks(entry, ref.args, `\`${ref.className}\` of ${file}`);
}
