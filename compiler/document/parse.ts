/** Text of a YAML or JSON file -> document with positions, and every problem of the text at once. */
import type { Code } from "../diagnostics/codes.ts";
import type { Diagnostic, SourceRange } from "../diagnostics/diagnostic.ts";
import { sourceLinesOf } from "../diagnostics/frame.ts";
import { createReporter, type Reporter } from "../diagnostics/report.ts";
import type { SourceDocument } from "./document.ts";
import { findJsonProblem } from "./json-syntax.ts";
import { type DocumentLimits, defaultDocumentLimits } from "./limits.ts";
import { parseTree } from "./parse-tree.ts";
import { isRecord } from "./plain-data.ts";
import { createPositions } from "./positions.ts";
import { createTree } from "./tree.ts";
import { valueOfTree } from "./tree-value.ts";
import { findUnquotedTemplate } from "./unquoted-template.ts";

export interface ParseOptions {
	/** Name of the file in diagnostics. */
	readonly file: string;
	/** Folder that relative references start from. */
	readonly dir: string;
	/** Default: by the ending of `file`. */
	readonly format?: "yaml" | "json";
	readonly limits?: DocumentLimits;
}

export interface ParseResult {
	/** Absent if the text could not be read at all. */
	readonly document?: SourceDocument;
	readonly diagnostics: Diagnostic[];
}

/**
 * Parses one document. An empty one has the value `{}`, and is a diagnostic.
 * @throws never; whatever is wrong with the text is in `diagnostics`
 */
export function parseDocument(source: string, options: ParseOptions): ParseResult {
	const { file, dir, limits = defaultDocumentLimits } = options;
	const json = (options.format ?? (file.toLowerCase().endsWith(".json") ? "json" : "yaml")) === "json";
	const text = source.startsWith("\ufeff") ? source.slice(1) : source;
	if (text.length > limits.maxLength) {
		const [length, limit] = [text.length, limits.maxLength].map((count) => count.toLocaleString("en-US"));
		const message = `the document has ${length} characters, the limit is ${limit}`;
		const reporter = createReporter({ ...unread, file, dir, text: "" });
		reporter.report("FS1004", { path: [], message, suggestion: "split it into files that reference each other" });
		return { diagnostics: reporter.diagnostics };
	}

	const parsed = parseTree(text, limits);
	const bounded = boundedReporter(createReporter({ ...unread, file, dir, text }), limits.maxProblems);
	const stopped = parsed.problems.some(({ code }) => code === "FS1004" || code === "FS1005");
	if (!json || stopped)
		for (const { code, start, end, ...words } of parsed.problems) bounded.add(code, start, end, words);
	if (stopped) return { diagnostics: bounded.finish() };
	// YAML reads more than JSON and forbids some of it (very long keys): for JSON its own rules decide.
	const jsonProblem = json && text.trim() !== "" ? findJsonProblem(text) : undefined;
	if (jsonProblem) bounded.add("FS1001", jsonProblem.start, jsonProblem.end, jsonProblem);

	const tree = createTree(parsed.root, text.includes("*"), ({ code, node, message, suggestion, first }) => {
		const place = first?.range;
		const template =
			code === "FS1007" && node.range ? findUnquotedTemplate(text, node.range[0], node.range[1]) : undefined;
		if (template) {
			bounded.add(code, template.start, template.end, {
				message: "a template without quotes is a map to YAML",
				suggestion: `write ${template.quoted}`,
				quoted: template.quoted,
			});
			return;
		}
		bounded.add(code, node.range?.[0] ?? 0, node.range?.[1] ?? 0, {
			message,
			...(suggestion !== undefined && { suggestion }),
			...(place && { first: bounded.lines.range(place[0], place[1]) }),
		});
	});
	const built = valueOfTree(tree, {
		json,
		limits,
		...(!text.endsWith("\n") && { openEnd: text.length }),
		onProblem: ({ code, node, message, suggestion }) =>
			bounded.add(code, node.range?.[0] ?? 0, node.range?.[1] ?? 0, {
				message,
				...(suggestion !== undefined && { suggestion }),
			}),
	});
	if (!built) return { diagnostics: bounded.finish() };
	const value = built.value ?? {};
	const document: SourceDocument = {
		file,
		dir,
		text,
		value,
		...createPositions(tree, text, () => sourceLinesOf(document)),
	};
	if (bounded.count() === 0 && (tree.root === null || built.value === null)) {
		bounded.add("FS1016", 0, 0, {
			message: "the file is empty",
			suggestion: "start with `spec:`, `spec_version:` and `data:`",
		});
	}
	if (!isRecord(value) && bounded.count() === 0) {
		const end = text.trimEnd().length;
		bounded.add("FS1016", 0, end, {
			message: `a map is expected, this is ${Array.isArray(value) ? "a list" : "a scalar"}`,
		});
	}
	return { document, diagnostics: bounded.finish() };
}

const unread: Pick<SourceDocument, "value" | "rangeOf" | "rangeInString"> = {
	value: undefined,
	rangeOf: () => undefined,
	rangeInString: () => undefined,
};

interface ProblemWords {
	readonly message: string;
	readonly suggestion?: string;
	/** Where the same key stands first. */
	readonly first?: SourceRange;
	/** The place's text in quotes, which mends it. */
	readonly quoted?: string;
}

/** Reports in source order, each place once, and no more than a person reads. */
function boundedReporter(reporter: Reporter, limit: number) {
	const lines = sourceLinesOf(reporter.document);
	const found: { readonly code: Code; readonly range: SourceRange; readonly words: ProblemWords }[] = [];
	return {
		lines,
		count: () => found.length,
		add(code: Code, start: number, end: number, words: ProblemWords): void {
			found.push({ code, range: lines.range(start, end), words });
		},
		finish(): Diagnostic[] {
			// A hostile text has any number of problems: only those that may be shown are compared with each other.
			const first = found.sort((a, b) => a.range.start - b.range.start).slice(0, limit * 4);
			const templates = first.filter(({ words }) => words.quoted !== undefined);
			// What YAML says of the inside of an unquoted template only follows from it.
			const shown = first.filter(
				(problem) => !templates.some((other) => other !== problem && contains(other.range, problem.range)),
			);
			for (const { code, range, words } of shown.slice(0, limit)) {
				const { message, suggestion, first: firstPlace, quoted } = words;
				const { file } = reporter.document;
				reporter.report(code, {
					path: [],
					range,
					message,
					...(suggestion !== undefined && { suggestion }),
					...(quoted !== undefined && { fix: { file, range, text: quoted, title: "put it in quotes" } }),
					...(firstPlace && { related: [{ file, range: firstPlace, message: "first given here" }] }),
				});
			}
			const hidden = found.length - first.length + Math.max(0, shown.length - limit);
			if (hidden > 0) {
				const range = shown[limit]?.range;
				reporter.report("FS1017", { path: [], ...(range && { range }), message: `${hidden} further problems` });
			}
			return reporter.diagnostics;
		},
	};
}

function contains(outer: SourceRange, inner: SourceRange): boolean {
	return outer.start <= inner.start && inner.end <= outer.end;
}
