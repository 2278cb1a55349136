/** Makes diagnostics of one document: looks up severity and place, draws the frame. */
import type { DocumentPath, SourceDocument } from "../document/document.ts";
import { type Code, diagnosticCodes } from "./codes.ts";
import type { Diagnostic, Fix, RelatedPlace, SourceRange } from "./diagnostic.ts";
import { codeFrame } from "./frame.ts";

/** Where and what; the code says how bad. */
export interface ReportDetail {
	/** From the root of the document. If it does not exist there, the nearest parent that does gives the place. */
	readonly path: DocumentPath;
	/** Mark the key or the value; default the value if there is one. */
	readonly at?: "key" | "value";
	/** Characters inside the string at `path`, UTF-16 units from 0. */
	readonly offsets?: { readonly start: number; readonly end: number };
	/** A place that is known already. */
	readonly range?: SourceRange;
	readonly message: string;
	readonly suggestion?: string;
	readonly fix?: Fix;
	readonly related?: readonly RelatedPlace[];
}

/** Collects the diagnostics of a document. */
export interface Reporter {
	readonly document: SourceDocument;
	readonly diagnostics: Diagnostic[];
	report(code: Code, detail: ReportDetail): Diagnostic;
}

/**
 * A reporter for a document.
 * @param diagnostics the list to add to; default a new one
 */
export function createReporter(document: SourceDocument, diagnostics: Diagnostic[] = []): Reporter {
	return {
		document,
		diagnostics,
		report(code, detail) {
			const range = detail.range ?? placeOf(document, detail);
			const diagnostic: Diagnostic = {
				code,
				severity: diagnosticCodes[code].severity,
				message: detail.message,
				file: document.file,
				path: detail.path,
				...(range && { range, frame: codeFrame(document, range) }),
				...(detail.suggestion !== undefined && { suggestion: detail.suggestion }),
				...(detail.fix && { fix: detail.fix }),
				...(detail.related && { related: detail.related }),
			};
			diagnostics.push(diagnostic);
			return diagnostic;
		},
	};
}

function placeOf(document: SourceDocument, detail: ReportDetail): SourceRange | undefined {
	if (document.text === "") return undefined;
	if (detail.offsets) {
		const inside = document.rangeInString(detail.path, detail.offsets.start, detail.offsets.end);
		if (inside) return inside;
	}
	const exact = document.rangeOf(detail.path, detail.at);
	if (exact) return exact;
	// A missing key is shown at the key of the map that lacks it.
	for (let length = detail.path.length; length > 0; length--) {
		const parent = detail.path.slice(0, length);
		const range = document.rangeOf(parent, "key") ?? document.rangeOf(parent);
		if (range) return range;
	}
	return document.rangeOf([]);
}
