/** Gives a fix to syntax errors of conditions that were written in another language's manner. */
import type { Diagnostic, Fix } from "../diagnostics/diagnostic.ts";
import type { SourceDocument } from "../document/document.ts";
import { valueAt } from "../document/plain-data.ts";
import type { MachinePlan } from "../plan/plan.ts";
import { mendCondition } from "./mend-condition.ts";
import { scalarText } from "./scalar-text.ts";

/**
 * @param plans whose expression engines count; a file with a CEL machine is left alone
 * @returns the same diagnostics, some with a fix and a suggestion
 */
export function withConditionFixes(
	diagnostics: readonly Diagnostic[],
	documents: ReadonlyMap<string, SourceDocument>,
	plans: ReadonlyMap<string, MachinePlan>,
): readonly Diagnostic[] {
	const cel = new Set([...plans.values()].filter((plan) => plan.expressionEngine === "cel").map((plan) => plan.file));
	return diagnostics.map((diagnostic) => {
		const document = documents.get(diagnostic.file);
		if (document === undefined || diagnostic.fix !== undefined || cel.has(diagnostic.file)) return diagnostic;
		const fix = fixOf(diagnostic, document);
		if (fix === undefined) return diagnostic;
		return { ...diagnostic, fix, suggestion: diagnostic.suggestion ?? fix.title };
	});
}

function fixOf({ code, path }: Diagnostic, document: SourceDocument): Fix | undefined {
	if (code !== "FS5002" && code !== "FS5004") return undefined;
	const range = document.rangeOf(path, "value");
	if (range === undefined) return undefined;
	const { file } = document;
	if (code === "FS5004") return { file, range, text: "null", title: "Write `null`, which is always taken" };
	const written = valueAt(document.value, path);
	const mended = typeof written === "string" ? mendCondition(written, "simple") : undefined;
	const text = mended === undefined ? undefined : scalarText(document.text.slice(range.start, range.end), mended, file);
	return text === undefined ? undefined : { file, range, text, title: `Write \`${mended}\`` };
}
