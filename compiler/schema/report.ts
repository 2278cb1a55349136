/** The schema's problems as diagnostics of a document, with a fix where the right spelling is certain. */
import type { Fix } from "../diagnostics/diagnostic.ts";
import type { Reporter } from "../diagnostics/report.ts";
import type { SourceDocument } from "../document/document.ts";
import { scalarText } from "../fix/scalar-text.ts";
import type { SchemaKind } from "./definitions.ts";
import type { SchemaProblem } from "./problem.ts";
import { validateAgainstSchema } from "./validate.ts";

/** Holds a document against the schema of its kind and reports what is wrong with it. */
export function reportSchemaProblems(document: SourceDocument, reporter: Reporter, kind: SchemaKind): void {
	for (const problem of validateAgainstSchema(document.value, kind)) {
		const { code, path, at, message, suggestion } = problem;
		const fix = fixOf(document, problem);
		reporter.report(code, { path, at, message, ...(suggestion !== undefined && { suggestion }), ...(fix && { fix }) });
	}
}

function fixOf(document: SourceDocument, { path, at, replacement, code }: SchemaProblem): Fix | undefined {
	const range = replacement === undefined ? undefined : document.rangeOf(path, at);
	if (range === undefined || replacement === undefined) return undefined;
	const original = document.text.slice(range.start, range.end);
	// A value of the wrong type is put into quotes as it stands, so that `1.10` does not become `1.1`.
	const text = code === "FS2002" ? JSON.stringify(original) : scalarText(original, replacement, document.file);
	return text === undefined ? undefined : { file: document.file, range, text, title: `Write ${text}` };
}
