/** Whether the profiles that a catalog itself names are in it, said at the catalog's own lines (spec section 3.1). */
import type { Reporter } from "../diagnostics/report.ts";
import { nearest } from "../diagnostics/suggest.ts";
import type { DocumentPath } from "../document/document.ts";
import { isRecord, own, ownRecord, ownString } from "../document/plain-data.ts";
import { scalarText } from "../fix/scalar-text.ts";

/** What each key does without its profile: every agent fails without the override, none without the default. */
const NAMING_KEYS = [
	["override", "FS3007", "so no agent can run with this catalog"],
	["default", "FS3008", "so nothing lies under the other profiles"],
] as const;

/**
 * Reports a `default` or `override` that is no profile of the catalog.
 * @param value a catalog, wrapped (`data: {…}`) or bare
 * @param base where it stands in the reporter's document
 */
export function checkCatalogNames(value: unknown, base: DocumentPath, reporter: Reporter): void {
	const wrapped = own(value, "data");
	const data = isRecord(wrapped) ? wrapped : value;
	const profiles = ownRecord(data, "model_profiles");
	for (const [key, code, consequence] of NAMING_KEYS) {
		const name = ownString(data, key);
		if (!name || Object.hasOwn(profiles, name)) continue;
		const path = [...base, ...(isRecord(wrapped) ? ["data"] : []), key];
		const meant = nearest(name, Object.keys(profiles));
		const { document } = reporter;
		const range = meant === undefined ? undefined : document.rangeOf(path, "value");
		const text =
			range && meant !== undefined
				? scalarText(document.text.slice(range.start, range.end), meant, document.file)
				: undefined;
		reporter.report(code, {
			path,
			at: "value",
			message: `the ${key} profile \`${name}\` is not in the catalog, ${consequence}`,
			suggestion: meant === undefined ? listed(Object.keys(profiles)) : `did you mean \`${meant}\`?`,
			...(range && text !== undefined && { fix: { file: document.file, range, text, title: `Write ${text}` } }),
		});
	}
}

function listed(names: readonly string[]): string {
	return names.length === 0 ? "the catalog is empty" : `it has ${names.map((name) => `\`${name}\``).join(", ")}`;
}
