/** What a check gets: one machine's plan, the document and path it was written at, and a way to report. */
import type { Code } from "../diagnostics/codes.ts";
import type { Fix } from "../diagnostics/diagnostic.ts";
import type { ReportDetail, Reporter } from "../diagnostics/report.ts";
import { nearest } from "../diagnostics/suggest.ts";
import type { DocumentPath } from "../document/document.ts";
import { isRecord, valueAt } from "../document/plain-data.ts";
import { scalarText } from "../fix/scalar-text.ts";
import type { MachinePlan, StatePlan } from "../plan/plan.ts";

/** Of words with each other, in one machine: a thousand misspelt names among a thousand take half a second. */
const MOST_COMPARISONS = 500_000;

export type YamlMap = Readonly<Record<string, unknown>>;

export interface CheckedMachine {
	readonly plan: MachinePlan;
	/** `data` as written, for what a plan no longer shows: keys without effect, names never used. */
	readonly data: YamlMap;
	readonly stateNames: readonly string[];
	/** Names that `hooks` may use; undefined = not known at compile time. */
	readonly knownHooks?: ReadonlySet<string>;
	/** Path of something inside `data`. */
	path(...keys: DocumentPath): DocumentPath;
	/** A state as written. */
	written(state: StatePlan | string): YamlMap;
	report(code: Code, detail: ReportDetail): void;
	/** The word that a misspelt one was probably meant to be; undefined too once very many have been looked for. */
	nearest(word: string, candidates: ReadonlySet<string> | readonly string[]): string | undefined;
	/** Puts another text in place of the key or scalar at a path; undefined where that cannot be done safely. */
	replace(path: DocumentPath, at: "key" | "value", text: string, title: string): Fix | undefined;
	/** The text at a path; undefined where there is something else. */
	textAt(path: DocumentPath): string | undefined;
	/** What is written at a path, quotes and all; undefined for documents without text. */
	sourceAt(path: DocumentPath): string | undefined;
	/** Where a path stands, for `related`. */
	place(path: DocumentPath): { readonly file: string; readonly range?: ReturnType<Reporter["document"]["rangeOf"]> };
}

/**
 * @param base path of the machine's wrapper inside the reporter's document; empty for a file of its own
 */
export function checkedMachine(
	plan: MachinePlan,
	reporter: Reporter,
	base: DocumentPath,
	knownHooks?: ReadonlySet<string>,
): CheckedMachine {
	const { document } = reporter;
	const data = mapAt(document.value, [...base, "data"]);
	const states = isRecord(data.states) ? data.states : {};
	let comparisons = 0;
	return {
		plan,
		data,
		stateNames: Object.keys(states),
		...(knownHooks && { knownHooks }),
		path: (...keys) => [...base, "data", ...keys],
		written: (state) => mapAt(states, [typeof state === "string" ? state : state.name]),
		report: (code, detail) => {
			reporter.report(code, detail);
		},
		nearest(word, candidates) {
			comparisons += "size" in candidates ? candidates.size : candidates.length;
			return comparisons > MOST_COMPARISONS ? undefined : nearest(word, candidates);
		},
		replace(path, at, text, title) {
			const range = document.rangeOf(path, at);
			if (range === undefined) return undefined;
			const written = scalarText(document.text.slice(range.start, range.end), text, document.file);
			return written === undefined ? undefined : { file: document.file, range, text: written, title };
		},
		textAt(path) {
			const value = valueAt(document.value, path);
			return typeof value === "string" ? value : undefined;
		},
		sourceAt(path) {
			const range = document.rangeOf(path, "value");
			return range && document.text.slice(range.start, range.end);
		},
		place(path) {
			const range = document.rangeOf(path);
			return { file: document.file, ...(range && { range }) };
		},
	};
}

function mapAt(value: unknown, path: DocumentPath): YamlMap {
	const found = valueAt(value, path);
	return isRecord(found) ? found : {};
}
