/** Keys of providers and webhooks that stand in files: what a stored configuration leaves out, since many read a store. */
import type { DocumentPath, SourceDocument } from "../document/document.ts";
import { isRecord, valueAt } from "../document/plain-data.ts";
import { leftOut, withoutAddressSecrets } from "./address-secrets.ts";

/** Below these the data of a run begin, which may have any names. */
const dataOfRuns: readonly unknown[] = ["context", "input", "launch_input", "output", "output_to_context"];

/** Whether a request header is called like one that holds a secret. */
export function isSecretHeader(name: string): boolean {
	return /auth|key|token|secret|cookie|password/i.test(name);
}

/** A shorter text is no key of a provider, and may stand anywhere for something else. */
const shortestKey = 8;

/** A value that has no secret in it, only the name of one. */
const isReference = /^(?:\w+\s+)?\$\{\w+\}$/;

/**
 * Where keys stand in a document: `api_key` of models, profiles and hooks, those of `extra_headers` and `headers` that are
 * called like keys, what MCP servers are given as `env` and `headers`, and addresses with secrets in them. One that was left
 * out is among them.
 */
export function keyPaths(value: unknown): DocumentPath[] {
	const found: DocumentPath[] = [];
	const walk = (at: unknown, path: DocumentPath): void => {
		if (typeof at === "string") {
			if ((isServersSecret(path, at) ?? isKey(path)) || withoutAddressSecrets(at)) found.push(path);
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
	if (above === "extra_headers" || above === "headers") return isSecretHeader(String(name));
	if (name !== "api_key") return false;
	return above === "model" || above === "args" || above === "config" || aboveThat === "model_profiles";
}

/** Undefined for what an MCP server is not given. */
function isServersSecret(path: DocumentPath, text: string): boolean | undefined {
	const [mcp, servers, , key] = path.slice(path.lastIndexOf("mcp"));
	if (mcp !== "mcp" || servers !== "servers") return undefined;
	return key === "env" || key === "headers" ? !isReference.test(text) : undefined;
}

/** What is stored in place of a text at one of these places, and the secrets that it had. */
function left(text: string, path: DocumentPath): { readonly text: string; readonly secrets: readonly string[] } {
	const isWhole = isServersSecret(path, text) ?? isKey(path);
	const address = isWhole ? undefined : withoutAddressSecrets(text);
	return address ?? { text: "", secrets: [text.trim()] };
}

/** The same data with empty texts for keys, and addresses without secrets. */
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
		return known.has(JSON.stringify(path)) ? left(at, path).text : erase(at);
	};
	return copy(value, []);
}

/** Takes out of a text the same keys, which may stand elsewhere: where an anchor names them, or in a comment. */
function eraserOf(value: unknown, paths: readonly DocumentPath[]): (text: string) => string {
	const secrets = paths.flatMap((path) => left(String(valueAt(value, path)), path).secrets);
	const keys = secrets.filter(({ length }) => length >= shortestKey);
	return (text) => keys.reduce((rest, key) => rest.replaceAll(key, leftOut), text);
}

/** The text and the value of a document, likewise. */
export function documentWithoutKeys(document: SourceDocument): Pick<SourceDocument, "text" | "value"> {
	const { text, value } = document;
	// Most files have none, and need not be walked through.
	const paths = text === "" || /api_key|headers|servers|:\/\//.test(text) ? keyPaths(value) : [];
	if (paths.length === 0) return { text, value };
	const ranges = new Map(
		paths.flatMap((path) => {
			const range = document.rangeOf(path, "value");
			const stored = left(String(valueAt(value, path)), path).text;
			return range ? [[range.start, { end: range.end, stored }] as const] : [];
		}),
	);
	let rest = text;
	for (const [start, { end, stored }] of [...ranges].sort(([a], [b]) => b - a)) {
		rest = `${rest.slice(0, start)}${JSON.stringify(stored)}${rest.slice(end)}`;
	}
	return { text: eraserOf(value, paths)(rest), value: withoutKeys(value) };
}
