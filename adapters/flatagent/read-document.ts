/** Reads the YAML and JSON files that agents name, with the compiler's bounds: a device or a huge file stops nothing. */
import type { Loader } from "../../compiler/document/loader.ts";
import { parseDocument } from "../../compiler/document/parse.ts";

/**
 * The value of a file.
 * @param reference relative to `dir`; `~` is the home directory
 * @throws LoaderError, SyntaxError for text that is no YAML or JSON
 */
export function readDocument(loader: Loader, dir: string, reference: string): unknown {
	const file = loader.resolve(dir, reference);
	const { document, diagnostics } = parseDocument(loader.read(file), { file, dir: loader.dirOf(file) });
	const [problem] = diagnostics.filter(({ severity }) => severity === "error");
	if (document === undefined || problem !== undefined) throw new SyntaxError(problem?.message);
	return document.value;
}

/** Why `readDocument` failed, for a message. */
export function reasonOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
