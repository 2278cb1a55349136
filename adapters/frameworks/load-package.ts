/**
 * Loads the package of an agent framework, which users install beside their machine: lazily, and the copy that the
 * machine's own modules get, since an agent of one copy does not fit the runner of another.
 */
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { resolve } from "import-meta-resolve";
import { PackageError } from "./errors.ts";

/** A package, or one of its entry points. */
export interface FrameworkPackage<Exports> {
	/** What a module would import: `@openai/agents`. */
	readonly name: string;
	/** Who asks for it, as the subject of a sentence: "Agents of the type `openai-agents`". */
	readonly neededBy: string;
	/** What npm is to install; default: the package of `name`. */
	readonly install?: readonly string[];
	/** Functions and classes that are used: a version without one of them does not fit. */
	readonly functions: readonly (keyof Exports & string)[];
}

/**
 * Loads a package from the first place that has it: the given folders in order, the working directory, flatstate's own
 * dependencies.
 *
 * @param wanted the package and what is used of it
 * @param folders absolute paths: of the module that names an agent, of the machine's document
 * @returns its exports
 * @throws PackageError `package_missing` where no place has it, with the command that installs it; `package_failed` where
 * its import fails; `package_unfit` where it lacks one of the `functions`
 */
export async function loadPackage<Exports extends object>(
	wanted: FrameworkPackage<Exports>,
	folders: readonly string[],
): Promise<Exports> {
	const url = find(wanted, folders);
	let loaded: unknown;
	try {
		loaded = await import(url);
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		throw new PackageError("package_failed", `Loading ${fileURLToPath(url)} failed: ${reason}`, { cause });
	}
	if (fits(loaded, wanted)) return loaded;
	throw new PackageError(
		"package_unfit",
		`${wanted.neededBy} need another version of the package ${wanted.name}: ${fileURLToPath(url)} has no ` +
			`${missing(loaded, wanted).join(", ")}. ${toInstall(wanted)}`,
	);
}

function find<Exports>(wanted: FrameworkPackage<Exports>, folders: readonly string[]): string {
	let cause: unknown;
	const places = [...new Set([...folders, process.cwd()])];
	const parents = [...places.map((folder) => pathToFileURL(join(folder, "index.js")).href), import.meta.url];
	for (const parent of parents) {
		try {
			return resolve(wanted.name, parent);
		} catch (error) {
			cause ??= error;
		}
	}
	throw new PackageError(
		"package_missing",
		`${wanted.neededBy} need the package ${wanted.name}, which is not installed. ${toInstall(wanted)} ` +
			`Looked for from: ${places.join(", ")}.`,
		{ cause },
	);
}

function toInstall<Exports>({ name, install }: FrameworkPackage<Exports>): string {
	const packages = install ?? [name.split("/", name.startsWith("@") ? 2 : 1).join("/")];
	return `Install it in the machine's project: \`npm install ${packages.join(" ")}\`.`;
}

function fits<Exports>(loaded: unknown, wanted: FrameworkPackage<Exports>): loaded is Exports {
	return missing(loaded, wanted).length === 0;
}

function missing<Exports>(loaded: unknown, { functions }: FrameworkPackage<Exports>): readonly string[] {
	return functions.filter(
		(name) => typeof loaded !== "object" || loaded === null || typeof Reflect.get(loaded, name) !== "function",
	);
}
