/** Hooks from a module that a person names: `flatstate run --hooks MODULE`. */
import { resolve } from "node:path";
import { defaultHooksRegistry } from "./default-registry.ts";
import { HookModuleError } from "./errors.ts";
import type { MachineHooks } from "./hooks.ts";
import { importModule, type ModuleExports, type ModuleImporter } from "./import-module.ts";
import { type HooksEntry, isHooksFactory, makeHooks } from "./make.ts";
import { assertHooks, looksLikeHooks } from "./methods.ts";
import { HooksRegistry } from "./registry.ts";

/** What a module of hooks offers. */
export interface LoadedHooks {
	/** The built-in hooks and those that the module names. */
	readonly registry: HooksRegistry;
	/**
	 * Hooks that the module gives without a name: they serve the machine, and every state that declares no hooks of its own
	 * (spec section 1.2, step 5).
	 */
	readonly hooks: MachineHooks | null;
}

/** Settings of {@link loadHooksModule}. */
export interface LoadHooksOptions {
	/** The registry that the module's names are added to. Default: `defaultHooksRegistry()`. */
	readonly registry?: HooksRegistry;
	/** Replaces the import itself. */
	readonly importer?: ModuleImporter;
}

type RegistryLike = Pick<HooksRegistry, "names" | "get">;

const SHAPES =
	"Export as `default` or `hooks` one of: a hooks object (`{ onAction(action, context) { return context } }`), a class or " +
	"function that makes one, a map from names to these, or a HooksRegistry; or export hook methods, or named hooks, directly.";

/** Also knows a registry of another copy of this package. */
function isRegistryLike(value: unknown): value is RegistryLike {
	return (
		value instanceof HooksRegistry ||
		(typeof value === "object" &&
			value !== null &&
			["register", "resolve", "names", "get"].every((name) => typeof Reflect.get(value, name) === "function"))
	);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
	if (value === undefined || value === null) {
		return String(value);
	}
	if (Array.isArray(value)) {
		return "a list";
	}
	return isMap(value) && Object.keys(value).length === 0 ? "an empty object" : typeof value;
}

function isEntry(value: unknown): value is HooksEntry {
	return isHooksFactory(value) || looksLikeHooks(value);
}

/** Named exports that can be hooks; constants and the like beside them are left alone. */
function namedEntries(exports: ModuleExports): Readonly<Record<string, unknown>> | undefined {
	const entries = Object.entries(exports).filter(([, value]) => isEntry(value));
	return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function chosenExport(file: string, exports: ModuleExports): unknown {
	for (const name of ["default", "hooks"]) {
		if (Object.hasOwn(exports, name)) {
			return exports[name];
		}
	}
	const chosen = looksLikeHooks(exports) ? exports : namedEntries(exports);
	if (chosen === undefined) {
		throw new HookModuleError(file, `${file} exports no hooks. ${SHAPES}`);
	}
	return chosen;
}

function registerMap(file: string, registry: HooksRegistry, map: Readonly<Record<string, unknown>>): void {
	for (const [name, value] of Object.entries(map)) {
		if (!isEntry(value)) {
			assertUsable(file, value, `\`${name}\``);
			throw new HookModuleError(file, `\`${name}\` of ${file} is no hooks but ${describe(value)}. ${SHAPES}`);
		}
		registry.register(name, value);
	}
}

/** Says what is wrong with an object whose methods have names that nothing calls. */
function assertUsable(file: string, value: unknown, what: string): void {
	if (isMap(value)) {
		assertHooks(value, `${what} of ${file}`);
	}
}

/**
 * Imports a module of hooks. What counts is its `default` export, else its export `hooks`, else its named exports:
 *
 * - a `HooksRegistry`, or a map from names to hooks objects, classes or functions: hooks by name;
 * - a hooks object, a class or a function that makes one (called with `{}`): hooks without a name;
 * - a module that exports hook methods themselves (`export function onAction…`): hooks without a name;
 * - a module that exports classes, functions or hooks objects: hooks under the exports' names.
 *
 * @param path the module's path, relative to the working directory; JavaScript, or TypeScript where Node can import it
 * @throws {HookModuleError} `hook_module` when it cannot be imported or has none of these shapes
 * @throws {HookError} `hook_invalid` when a class or function makes no hooks
 */
export async function loadHooksModule(path: string, options: LoadHooksOptions = {}): Promise<LoadedHooks> {
	const file = resolve(path);
	const registry = options.registry ?? defaultHooksRegistry();
	const offered = chosenExport(file, await importModule(file, options.importer));
	if (isRegistryLike(offered)) {
		return { registry: registry.include(offered), hooks: null };
	}
	if (isEntry(offered)) {
		return { registry, hooks: makeHooks(offered, {}, `the hooks of ${file}`) };
	}
	if (!isMap(offered) || Object.keys(offered).length === 0) {
		throw new HookModuleError(file, `${file} exports ${describe(offered)} where hooks are expected. ${SHAPES}`);
	}
	assertUsable(file, offered, "the hooks");
	registerMap(file, registry, offered);
	return { registry, hooks: null };
}
