/** An object given instead of text -> document: a deep copy of its own plain data. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { createReporter } from "../diagnostics/report.ts";
import { inlineFile, type SourceDocument } from "./document.ts";
import { type DocumentLimits, defaultDocumentLimits } from "./limits.ts";
import type { ParseResult } from "./parse.ts";

export interface FromValueOptions {
	/** Default `<inline>`. */
	readonly file?: string;
	/** Folder that relative references start from. */
	readonly dir: string;
	readonly limits?: DocumentLimits;
}

/**
 * Makes a document of a value. Keys whose value is undefined are left out; anything else that JSON has no word for
 * (functions, dates, cycles, …) is a diagnostic.
 * @throws never
 */
export function documentFromValue(value: unknown, options: FromValueOptions): ParseResult {
	const { file = inlineFile, dir, limits = defaultDocumentLimits } = options;
	const document = (copied: unknown): SourceDocument => ({
		file,
		dir,
		text: "",
		value: copied,
		rangeOf: () => undefined,
		rangeInString: () => undefined,
	});
	const reporter = createReporter(document(undefined));
	const open = new Set<object>();
	let nodes = 0;
	let full = false;

	function problem(code: "FS1005" | "FS1006" | "FS1009" | "FS1015", path: (string | number)[], message: string): null {
		if (reporter.diagnostics.length < limits.maxProblems) reporter.report(code, { path, message });
		return null;
	}

	function copy(from: unknown, path: (string | number)[]): unknown {
		nodes += 1;
		if (nodes > limits.maxNodes) {
			if (!full) problem("FS1006", path, `the value has more than ${limits.maxNodes} parts`);
			full = true;
			return null;
		}
		if (from === null || typeof from === "string" || typeof from === "boolean") return from;
		if (typeof from === "number") {
			return Number.isFinite(from) ? from : problem("FS1015", path, `${from} is no number that JSON can hold`);
		}
		if (typeof from !== "object") return problem("FS1015", path, `a ${typeof from} is not plain data`);
		if (open.has(from)) return problem("FS1015", path, "the value contains itself");
		if (path.length >= limits.maxDepth) return problem("FS1005", path, `more than ${limits.maxDepth} levels`);
		open.add(from);
		const copied = Array.isArray(from) ? copyList(from, path) : copyRecord(from, path);
		open.delete(from);
		return copied;
	}

	function copyList(from: readonly unknown[], path: (string | number)[]): unknown[] {
		const list: unknown[] = [];
		for (let index = 0; index < from.length && !full; index++) list.push(copy(from[index] ?? null, [...path, index]));
		return list;
	}

	function copyRecord(from: object, path: (string | number)[]): unknown {
		const prototype: unknown = Object.getPrototypeOf(from);
		// Objects of another realm have another Object.prototype, whose own prototype is null as well.
		if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
			return problem("FS1015", path, "an instance of a class is not plain data");
		}
		const record: Record<string, unknown> = {};
		for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(from))) {
			if (full || !descriptor.enumerable) continue;
			if (key === "__proto__") problem("FS1009", [...path, key], "the key `__proto__` is not allowed");
			else if (!("value" in descriptor)) problem("FS1015", [...path, key], "a getter is not plain data");
			else if (descriptor.value !== undefined) record[key] = copy(descriptor.value, [...path, key]);
		}
		return record;
	}

	const copied = copy(value ?? {}, []);
	const diagnostics: Diagnostic[] = reporter.diagnostics;
	if (typeof copied !== "object" || copied === null || Array.isArray(copied)) {
		if (diagnostics.length === 0)
			createReporter(document(copied), diagnostics).report("FS1016", { path: [], message: "a map is expected" });
		return { diagnostics };
	}
	return { document: document(copied), diagnostics };
}
