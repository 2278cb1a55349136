/** Syntax of the templates in a prompt (spec section 19.3). */
import type { Reporter } from "../diagnostics/report.ts";
import type { DocumentPath } from "../document/document.ts";
import { valueAt } from "../document/plain-data.ts";
import { ExpressionSyntaxError, parseTemplate } from "../expression/index.ts";
import { reportSyntax } from "./report-syntax.ts";

const templatePaths: readonly DocumentPath[] = [
	["system"],
	["user"],
	["instruction_suffix"],
	["post_history_instructions"],
	["mcp", "tool_prompt"],
];

/** Reports templates that cannot be parsed. */
export function checkPromptTemplates(
	prompt: unknown,
	base: DocumentPath,
	reporter: Reporter,
	paths: readonly DocumentPath[] = templatePaths,
): void {
	for (const path of paths) {
		const text = valueAt(prompt, path);
		if (typeof text !== "string") continue;
		try {
			parseTemplate(text, { engine: "jinja", roots: [] });
		} catch (error) {
			if (!(error instanceof ExpressionSyntaxError)) throw error;
			reportSyntax("FS5001", error, [...base, ...path], reporter);
		}
	}
}
