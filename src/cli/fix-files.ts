/** Applies the mechanical cures of diagnostics to the files on disk. */
import { readFileSync } from "node:fs";
import type { Fix } from "../../compiler/diagnostics/diagnostic.ts";
import { applyFixes, fixesByFile } from "../../compiler/fix/apply-fixes.ts";
import type { FilesAnalysis } from "./analyze-files.ts";
import { writeFileAtomically } from "./write-file.ts";

/** A cure can uncover the next problem; no document needs more rounds than this. */
const maxRounds = 10;

export interface FixedFiles {
	/** What is left. */
	readonly analysis: FilesAnalysis;
	/** In the order in which they were applied. */
	readonly applied: readonly Fix[];
}

/**
 * Applies fixes and analyses again until nothing changes. Everything outside of the fixed places stays as it is.
 * @throws Error of `node:fs` where a file cannot be written
 */
export function fixFiles(analyzeAgain: () => FilesAnalysis): FixedFiles {
	const applied: Fix[] = [];
	let analysis = analyzeAgain();
	for (let round = 0; round < maxRounds; round++) {
		const fixed = applyRound(analysis);
		if (fixed.length === 0) break;
		applied.push(...fixed);
		analysis = analyzeAgain();
	}
	return { analysis, applied };
}

function applyRound({ diagnostics, documents }: FilesAnalysis): Fix[] {
	const applied: Fix[] = [];
	for (const [file, fixes] of fixesByFile(diagnostics)) {
		const text = documents.get(file)?.text;
		if (text === undefined || text === "") continue;
		const onDisk = readFileSync(file, "utf8");
		const mark = onDisk.startsWith("\ufeff") ? "\ufeff" : "";
		const mended = applyFixes(text, fixes);
		// An editor may have saved the file meanwhile: its text wins.
		if (onDisk !== mark + text || mended === text) continue;
		writeFileAtomically(file, mark + mended);
		applied.push(...distinct(fixes));
	}
	return applied;
}

/** The fixes that `applyFixes` takes: equal ones once, and of two that overlap the earlier. */
function distinct(fixes: readonly Fix[]): Fix[] {
	const taken: Fix[] = [];
	for (const fix of [...fixes].sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end)) {
		const last = taken.at(-1);
		const isSame = last?.range.start === fix.range.start && last.range.end === fix.range.end;
		if (last === undefined || (fix.range.start >= last.range.end && !isSame)) taken.push(fix);
	}
	return taken;
}
