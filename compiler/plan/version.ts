/** `spec_version`: reading and comparing (decisions: Versions). */
import type { Reporter } from "../diagnostics/report.ts";
import type { DocumentPath } from "../document/document.ts";

/** The newest specification that this release knows, and what a missing version means. */
export const latestSpecVersion = "4.2.1";
const oldestKnown = "0.4.0";
const lastThatParsesRendered = "1.1.0";

/** Whether a version can be compared at all. */
export function isVersion(text: string): boolean {
	return /^\d{1,6}(?:\.\d{1,6}){0,2}(?:[-+].*)?$/.test(text);
}

/** Compares `major.minor.patch`; missing parts are 0, what follows `-` or `+` does not count. */
export function compareVersions(a: string, b: string): number {
	const parts = (text: string): number[] => (text.split(/[-+]/)[0] ?? "").split(".").map(Number);
	const left = parts(a);
	const right = parts(b);
	for (let index = 0; index < 3; index++) {
		const difference = (left[index] ?? 0) - (right[index] ?? 0);
		if (difference !== 0) return difference;
	}
	return 0;
}

/** Below 1.1.0 the text of a rendered template is parsed as JSON when it parses. */
export function parsesRendered(version: string): boolean {
	return isVersion(version) && compareVersions(version, lastThatParsesRendered) < 0;
}

/**
 * Reads `spec_version` of a document (a YAML number counts as its text) and warns of versions that are not known.
 * @param value what stands at `path`
 */
export function readVersion(value: unknown, path: DocumentPath, reporter: Reporter): string {
	if (value === undefined || value === null || value === "") return latestSpecVersion;
	const range = reporter.document.rangeOf(path, "value");
	// `2.0` as a number is 2: only the source still has what was written.
	const written = range ? reporter.document.text.slice(range.start, range.end) : String(value);
	const text = typeof value === "number" ? written : typeof value === "string" ? value : "";
	if (!isVersion(text)) {
		const message = `\`${text || written}\` is not a version`;
		reporter.report("FS6002", { path, at: "value", message, suggestion: `write "${latestSpecVersion}"` });
		return text || latestSpecVersion;
	}
	if (compareVersions(text, latestSpecVersion) > 0) {
		const message = `spec_version ${text} is newer than ${latestSpecVersion}, the newest that is known here`;
		reporter.report("FS6001", { path, at: "value", message });
	} else if (compareVersions(text, oldestKnown) < 0) {
		const message = `spec_version ${text} is older than 0.4, the oldest that is known here`;
		reporter.report("FS6003", { path, at: "value", message });
	}
	return text;
}
