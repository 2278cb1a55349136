/** Turns what was typed after `validate` into files: folders are searched for flatmachine documents. */
import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { builtinText } from "../../compiler/builtin/builtin.ts";
import { parseDocument } from "../../compiler/document/parse.ts";
import { kindOfDocument } from "../../compiler/plan/document-kind.ts";
import { UsageError } from "./usage-error.ts";

const endings: ReadonlySet<string> = new Set([".yml", ".yaml", ".json"]);

/**
 * Files as they are, folders as the flatmachine, flatagent, prompt and profiles documents in them, sorted. Folders
 * whose name begins with a dot, and `node_modules`, are left out.
 * @throws UsageError for a path that does not exist, and a folder without documents
 */
export function findDocuments(paths: readonly string[]): string[] {
	const files = paths.flatMap((path) => {
		if (builtinText(path) !== undefined) return [path];
		const stat = statSync(path, { throwIfNoEntry: false });
		if (stat === undefined) throw new UsageError(`There is no file or folder ${path}.`);
		if (!stat.isDirectory()) return [path];
		const found = documentsIn(path);
		if (found.length > 0) return found;
		throw new UsageError(
			`The folder ${path} has no documents: YAML or JSON files with \`spec: flatmachine\` (or flatagent, prompt, flatprofile).`,
		);
	});
	return [...new Set(files)];
}

function documentsIn(folder: string): string[] {
	return readdirSync(folder, { withFileTypes: true })
		.sort((a, b) => (a.name < b.name ? -1 : 1))
		.flatMap((entry) => {
			const path = join(folder, entry.name);
			if (isSearched(entry)) return documentsIn(path);
			return entry.isFile() && endings.has(extname(entry.name).toLowerCase()) && isDocument(path) ? [path] : [];
		});
}

function isSearched(entry: Dirent): boolean {
	return entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules";
}

function isDocument(file: string): boolean {
	const text = readFileSync(file, "utf8");
	// Most other files of a project are told apart without reading them whole.
	if (!/\bspec\b/.test(text)) return false;
	const { document } = parseDocument(text, { file, dir: "." });
	return document === undefined
		? /^\s*["']?spec["']?\s*:\s*["']?(?:flat|prompt)/m.test(text)
		: kindOfDocument(document.value) !== undefined;
}
