/** Imports a user's JavaScript or TypeScript module, and says what to do when that fails. */
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { HookModuleError } from "./errors.ts";

/** The exports of a module. */
export type ModuleExports = Readonly<Record<string, unknown>>;

/** Imports a module by its `file:` address. */
export type ModuleImporter = (url: string) => Promise<unknown>;

const JAVASCRIPT = new Set([".js", ".mjs", ".cjs"]);
const TYPESCRIPT = new Set([".ts", ".mts", ".cts"]);

const nativeImport: ModuleImporter = (url) => import(url);

function errorCode(error: unknown): unknown {
	return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

function isExports(value: unknown): value is ModuleExports {
	return typeof value === "object" && value !== null;
}

/** A module that a compiler turned from ESM into CommonJS carries its exports one level deeper. */
function unwrapped(exports: ModuleExports): ModuleExports {
	const inner = Object.hasOwn(exports, "default") ? exports.default : undefined;
	return isExports(inner) && Object.hasOwn(inner, "__esModule") ? inner : exports;
}

function explain(file: string, error: unknown): string {
	const code = errorCode(error);
	const reason = error instanceof Error ? error.message : String(error);
	if (TYPESCRIPT.has(extname(file))) {
		if (code === "ERR_UNKNOWN_FILE_EXTENSION") {
			return (
				`Node ${process.versions.node} cannot import TypeScript (${file}). ` +
				"Compile it and name the JavaScript file, or use Node 24 (or 22.18 and later)."
			);
		}
		if (typeof code === "string" && /TYPESCRIPT|TYPE_STRIPPING/.test(code)) {
			return (
				`Node cannot strip the types of ${file}: ${reason}. ` +
				"Use only syntax that can be erased (no enums, no parameter properties), or compile it to JavaScript."
			);
		}
	}
	if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") {
		return `Cannot import ${file}: ${reason}. Check the path, and that what it imports is installed.`;
	}
	return `Importing ${file} failed: ${reason}`;
}

/**
 * Imports a module and gives its exports.
 *
 * @param file absolute path of a `.js`, `.mjs`, `.cjs`, `.ts`, `.mts` or `.cts` file
 * @throws {HookModuleError} `hook_module` with what to do, and with the import's own error as `cause`
 */
export async function importModule(file: string, importer: ModuleImporter = nativeImport): Promise<ModuleExports> {
	const extension = extname(file);
	if (extension === ".py") {
		throw new HookModuleError(
			file,
			`${file} is a Python module. Write it as a JavaScript or TypeScript module, ` +
				"or register hooks under a name and refer to that name.",
		);
	}
	if (!JAVASCRIPT.has(extension) && !TYPESCRIPT.has(extension)) {
		throw new HookModuleError(file, `Expected a module to end in .js, .mjs, .cjs, .ts, .mts or .cts, got ${file}.`);
	}
	let exports: unknown;
	try {
		exports = await importer(pathToFileURL(file).href);
	} catch (error) {
		throw new HookModuleError(file, explain(file, error), { cause: error });
	}
	return isExports(exports) ? unwrapped(exports) : {};
}
