/** Hooks from a module that a machine names: `{file, class, args}` (decisions: Versions, `data.hooks`). */
import type { HookRef } from "../../compiler/plan/plan.ts";
import { confinedModule, type ModuleAccess } from "./confined-module.ts";
import { HookModuleError } from "./errors.ts";
import type { MachineHooks } from "./hooks.ts";
import { importModule, type ModuleExports } from "./import-module.ts";
import { type HooksEntry, isHooksFactory, makeHooks } from "./make.ts";
import { looksLikeHooks } from "./methods.ts";
import { didYouMean, nameList } from "./nearest-name.ts";

/** A reference to a class of a module. */
export type ModuleHookRef = Extract<HookRef, { kind: "module" }>;

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
	const file = await confinedModule(ref, access.roots ?? [], {
		what: "hooks module",
		otherwise:
			"allow its folder with `new HooksRegistry({ modules: { roots: [folder] } })`, or register the hooks under a name",
	});
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
