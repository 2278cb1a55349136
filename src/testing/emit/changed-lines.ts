/** The lines in which two texts of one test differ, for people. */
import { bareText } from "./bare-text.ts";

/** So many lines of one test are shown. */
const mostShown = 12;
/** Longer parts are shown as all gone and all come. */
const mostCompared = 400;

/** Lines that go (`- …`) and that come (`+ …`), in their order and without their layout. */
export function changedLines(before: string, after: string): readonly string[] {
	const changes = compared(linesOf(before), linesOf(after));
	const more = changes.length - mostShown;
	return more > 0 ? [...changes.slice(0, mostShown), `… ${more} more`] : changes;
}

function linesOf(text: string): readonly string[] {
	return text
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => line !== "");
}

function compared(before: readonly string[], after: readonly string[]): readonly string[] {
	const isSame = (one: string | undefined, other: string | undefined): boolean =>
		one !== undefined && other !== undefined && bareText(one) === bareText(other);
	let start = 0;
	while (isSame(before[start], after[start])) start += 1;
	let end = 0;
	while (before.length - end > start && after.length - end > start && isSame(before.at(-1 - end), after.at(-1 - end))) {
		end += 1;
	}
	return changesIn(before.slice(start, before.length - end), after.slice(start, after.length - end), isSame);
}

/** By the longest list of lines that stay. */
function changesIn(
	before: readonly string[],
	after: readonly string[],
	isSame: (one: string | undefined, other: string | undefined) => boolean,
): readonly string[] {
	const gone = (line: string | undefined) => `- ${line}`;
	const come = (line: string | undefined) => `+ ${line}`;
	if (Math.max(before.length, after.length) > mostCompared) return [...before.map(gone), ...after.map(come)];
	const stay = before.map(() => after.map(() => 0));
	const staying = (i: number, j: number): number => stay[i]?.[j] ?? 0;
	for (let i = before.length - 1; i >= 0; i -= 1) {
		for (let j = after.length - 1; j >= 0; j -= 1) {
			const row = stay[i];
			if (!row) continue;
			row[j] = isSame(before[i], after[j]) ? staying(i + 1, j + 1) + 1 : Math.max(staying(i + 1, j), staying(i, j + 1));
		}
	}
	const changes: string[] = [];
	let [i, j] = [0, 0];
	while (i < before.length || j < after.length) {
		if (isSame(before[i], after[j])) [i, j] = [i + 1, j + 1];
		else if (i < before.length && (j >= after.length || staying(i + 1, j) >= staying(i, j + 1))) {
			changes.push(gone(before[i]));
			i += 1;
		} else {
			changes.push(come(after[j]));
			j += 1;
		}
	}
	return changes;
}
