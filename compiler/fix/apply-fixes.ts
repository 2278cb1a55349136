/** Applies mechanical cures to a source text; everything outside of their ranges stays byte for byte. */
import type { Fix } from "../diagnostics/diagnostic.ts";

/**
 * @param text the source that the ranges were made for
 * @param fixes of this one file; equal ones count once, and of two that overlap the earlier in the text wins
 * @returns the mended text
 * @throws RangeError when a range does not lie in the text
 */
export function applyFixes(text: string, fixes: readonly Fix[]): string {
	const ordered = [...fixes].sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
	let mended = "";
	let done = 0;
	let last: Fix | undefined;
	for (const fix of ordered) {
		const { start, end } = fix.range;
		if (start < 0 || end < start || end > text.length) {
			throw new RangeError(`The fix "${fix.title}" lies outside of the text: ${start} to ${end} of ${text.length}.`);
		}
		const overlaps = start < done || (last !== undefined && last.range.start === start && last.range.end === end);
		if (overlaps) continue;
		mended += text.slice(done, start) + fix.text;
		done = end;
		last = fix;
	}
	return mended + text.slice(done);
}

/**
 * The fixes of some diagnostics, by file.
 * @param diagnostics any
 */
export function fixesByFile(diagnostics: readonly { readonly fix?: Fix }[]): ReadonlyMap<string, readonly Fix[]> {
	const byFile = new Map<string, Fix[]>();
	for (const { fix } of diagnostics) {
		if (fix === undefined) continue;
		const fixes = byFile.get(fix.file);
		if (fixes === undefined) byFile.set(fix.file, [fix]);
		else fixes.push(fix);
	}
	return byFile;
}
