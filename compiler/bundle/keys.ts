/** Keys of providers and webhooks that stand in files: what a stored configuration leaves out, since many read a store. */
import type { DocumentPath, SourceDocument } from "../document/document.ts";
import { isRecord, valueAt } from "../document/plain-data.ts";

/** Below these the data of a run begin, which may have any names. */
const dataOfRuns: readonly unknown[] = ["context", "input", "launch_input", "output", "output_to_context"];

const secretHeader = /auth|key|token|secret|cookie|password/i;

/** What stands for a key where it is more than the value of one: a name, so that YAML reads it as a text, too. */
const leftOut = "left_out";

/** A shorter text is no key of a provider, and may stand anywhere for something else. */
const shortestKey = 8;

/**
 * Where keys stand in a document: `api_key` of models, profiles and hooks, and those of `extra_headers` and `headers` that are
 * called like keys. One that was left out, an empty text, is among them.
 */
export function keyPaths(value: unknown): DocumentPath[] {
	const found: DocumentPath[] = [];
	const walk = (at: unknown, path: DocumentPath): void => {
		if (typeof at === "string") {
			if (isKey(path)) found.push(path);
		} else if (Array.isArray(at)) {
			for (const [index, item] of at.entries()) walk(item, [...path, index]);
		} else if (isRecord(at)) {
			for (const [name, item] of Object.entries(at)) if (!dataOfRuns.includes(name)) walk(item, [...path, name]);
		}
	};
	walk(value, []);
	return found;
}

function isKey(path: DocumentPath): boolean {
	const [name, above, aboveThat] = path.slice(-3).reverse();
	if (above === "extra_headers" || above === "headers") return secretHeader.test(String(name));
	if (name !== "api_key") return false;
	return above === "model" || above === "args" || above === "config" || aboveThat === "model_profiles";
}

/** The same data with empty texts for keys. */
export function withoutKeys(value: unknown): unknown {
	const paths = keyPaths(value);
	if (paths.length === 0) return value;
	const known = new Set(paths.map((path) => JSON.stringify(path)));
	const erase = eraserOf(value, paths);
	const copy = (at: unknown, path: DocumentPath): unknown => {
		if (Array.isArray(at)) return at.map((item: unknown, index) => copy(item, [...path, index]));
		if (isRecord(at)) {
			return Object.fromEntries(Object.entries(at).map(([name, item]) => [name, copy(item, [...path, name])]));
		}
		if (typeof at !== "string") return at;
		return known.has(JSON.stringify(path)) ? "" : erase(at);
	};
	return copy(value, []);
}

/** Takes out of a text the same keys, which may stand elsewhere: where an anchor names them, or in a comment. */
function eraserOf(value: unknown, paths: readonly DocumentPath[]): (text: string) => string {
	const keys = paths.map((path) => String(valueAt(value, path)).trim()).filter(({ length }) => length >= shortestKey);
	return (text) => keys.reduce((rest, key) => rest.replaceAll(key, leftOut), text);
}

/** The text and the value of a document, with empty texts for keys. */
export function documentWithoutKeys(document: SourceDocument): Pick<SourceDocument, "text" | "value"> {
	const { text, value } = document;
	// Most files have none, and need not be walked through.
	const paths = text === "" || /api_key|headers/.test(text) ? keyPaths(value) : [];
	if (paths.length === 0) return { text, value };
	const ranges = new Map(
		paths.flatMap((path) => {
			const range = document.rangeOf(path, "value");
			return range ? [[range.start, range.end] as const] : [];
		}),
	);
	let rest = text;
	for (const [start, end] of [...ranges].sort(([a], [b]) => b - a)) {
		rest = `${rest.slice(0, start)}""${rest.slice(end)}`;
	}
	return { text: eraserOf(value, paths)(rest), value: withoutKeys(value) };
}
