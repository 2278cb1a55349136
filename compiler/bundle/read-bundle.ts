/** Text of a stored configuration -> bundle. The text may come from anywhere: every part of it is checked. */
import { isRecord, own } from "../document/plain-data.ts";
import { type Bundle, type BundledCatalog, BundleError, bundleFormat, bundleKey, bundleLimits } from "./bundle.ts";
import { isPortablePath } from "./portable-path.ts";

/**
 * Reads a bundle.
 * @returns null for a text without our record, such as a plain machine document that another program stored
 * @throws BundleError where there is a record, and it cannot be used
 */
export function readBundle(text: string): Bundle | null {
	if (text.length > bundleLimits.maxLength) {
		throw invalid(`it has ${text.length} characters, the limit is ${bundleLimits.maxLength}`);
	}
	const document = jsonObject(text);
	const record = own(own(document, "metadata"), bundleKey);
	const format = own(record, "format");
	if (!document || !isRecord(record) || format === undefined) return null;
	if (format !== bundleFormat) {
		const message = `The stored configuration has the format ${JSON.stringify(format)}, this release reads ${bundleFormat}. Update flatstate.`;
		throw new BundleError("bundle_format", message);
	}
	const files = filesOf(own(record, "files"));
	const modules = new Set(listOf(own(record, "modules"), "modules", pathOf));
	const entry = pathOf(own(record, "entry"), "entry");
	if (!files.has(entry)) throw invalid("its `entry` is not among its `files`");
	const base = listOf(own(record, "at"), "at", keyOf);
	if (base.length > bundleLimits.maxDepth) throw invalid(`\`at\` has more than ${bundleLimits.maxDepth} levels`);
	const planId = textOf(own(record, "plan"), "plan");
	if (base.length === 0 ? planId !== entry : !planId.startsWith(`${entry}#`)) {
		throw invalid("its `plan` is no machine of its `entry`");
	}
	return {
		entry,
		planId,
		base,
		files,
		modules,
		links: linksOf(own(record, "links"), (path) => files.has(path) || modules.has(path)),
		catalogs: listOf(own(record, "profiles"), "profiles", (value) => catalogOf(value, files)),
		leavesOutKeys: own(record, "left_out") === "keys",
		document,
	};
}

function jsonObject(text: string): Record<string, unknown> | undefined {
	if (!/^\s*\{/.test(text)) return undefined;
	try {
		const value: unknown = JSON.parse(text);
		return isRecord(value) ? value : undefined;
	} catch {
		// No JSON: YAML may begin with a brace as well.
		return undefined;
	}
}

function filesOf(value: unknown): Map<string, string> {
	const files = new Map<string, string>();
	for (const [name, text] of entriesOf(value, "files")) {
		if (typeof text !== "string") throw invalid(`the file ${shown(name)} is no text`);
		if (text.length > bundleLimits.maxFileLength) {
			throw invalid(
				`the file ${shown(name)} has ${text.length} characters, the limit is ${bundleLimits.maxFileLength}`,
			);
		}
		files.set(pathOf(name, "files"), text);
	}
	return files;
}

function linksOf(value: unknown, isThere: (path: string) => boolean): Map<string, Map<string, string>> {
	const links = new Map<string, Map<string, string>>();
	if (value === undefined) return links;
	for (const [folder, references] of entriesOf(value, "links")) {
		const ofFolder = new Map<string, string>();
		for (const [reference, target] of entriesOf(references, "links")) {
			const path = pathOf(target, "links");
			if (!isThere(path)) throw invalid(`a link leads to ${shown(path)}, which it does not hold`);
			ofFolder.set(reference, path);
		}
		links.set(folder, ofFolder);
	}
	return links;
}

function catalogOf(value: unknown, files: ReadonlyMap<string, string>): BundledCatalog {
	const machines = listOf(own(value, "machines"), "profiles", textOf);
	const catalog = own(value, "catalog");
	if (isRecord(catalog)) return { machines, source: { value: catalog } };
	const file = pathOf(own(value, "file"), "profiles");
	if (!files.has(file)) throw invalid(`its profiles name ${shown(file)}, which it does not hold`);
	return { machines, source: { file } };
}

/** The entries of a map that is not too large. `__proto__` has no place in any. */
function entriesOf(value: unknown, what: string): [string, unknown][] {
	if (!isRecord(value)) throw invalid(`\`${what}\` is no map`);
	const entries = Object.entries(value);
	if (entries.length > bundleLimits.maxFiles)
		throw invalid(`\`${what}\` has more than ${bundleLimits.maxFiles} entries`);
	if (Object.hasOwn(value, "__proto__")) throw invalid(`\`${what}\` has the key \`__proto__\``);
	return entries;
}

function listOf<T>(value: unknown, what: string, read: (item: unknown, what: string) => T): T[] {
	if (value === undefined) return [];
	if (!Array.isArray(value)) throw invalid(`\`${what}\` is no list`);
	if (value.length > bundleLimits.maxFiles) throw invalid(`\`${what}\` has more than ${bundleLimits.maxFiles} entries`);
	return value.map((item: unknown) => read(item, what));
}

function pathOf(value: unknown, what: string): string {
	const path = textOf(value, what);
	if (!isPortablePath(path)) throw invalid(`${shown(path)} in \`${what}\` is no path of a file that is stored`);
	return path;
}

function keyOf(value: unknown): string | number {
	if (typeof value === "string" || (typeof value === "number" && Number.isSafeInteger(value))) return value;
	throw invalid("`at` is no list of keys");
}

function textOf(value: unknown, what: string): string {
	if (typeof value !== "string") throw invalid(`\`${what}\` is missing or no text`);
	return value;
}

function shown(text: string): string {
	return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

function invalid(reason: string): BundleError {
	return new BundleError("invalid_bundle", `The stored configuration is damaged or no bundle of flatstate: ${reason}.`);
}
