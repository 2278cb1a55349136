/** Analyses several files and puts their problems together. */
import { fileLoader } from "../../adapters/files/file-loader.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import type { SourceDocument } from "../../compiler/document/document.ts";
import { type AnalyzeOptions, analyze } from "../../compiler/plan/analyze.ts";

export interface FilesAnalysis {
	/** Each problem once, although several of the files may reference the one that has it. */
	readonly diagnostics: readonly Diagnostic[];
	/** Every document that was read, by its file. */
	readonly documents: ReadonlyMap<string, SourceDocument>;
}

/** Analyses `files` with all that they reference. */
export function analyzeFiles(files: readonly string[], options: Omit<AnalyzeOptions, "loader">): FilesAnalysis {
	const loader = fileLoader();
	const diagnostics = new Map<string, Diagnostic>();
	const documents = new Map<string, SourceDocument>();
	for (const file of files) {
		const analysis = analyze({ file }, { ...options, loader });
		for (const diagnostic of analysis.diagnostics) diagnostics.set(identityOf(diagnostic), diagnostic);
		for (const [path, document] of analysis.documents) documents.set(path, document);
	}
	return { diagnostics: [...diagnostics.values()], documents };
}

function identityOf({ code, file, path, range, message }: Diagnostic): string {
	return JSON.stringify([code, file, path, range?.start, message]);
}
