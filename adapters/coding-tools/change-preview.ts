/** What a change of a file looks like to a person: the lines that go and come, with those around them. */

/** Lines around a change. */
const around = 3;
/** Lines of each side that are shown. */
const mostLines = 200;

/** @param before undefined for a file that is new */
export function changeOf(file: string, before: string | undefined, after: string): string {
	const old = linesOf(before ?? "");
	const fresh = linesOf(after);
	let start = 0;
	while (start < old.length && start < fresh.length && old[start] === fresh[start]) start += 1;
	let end = 0;
	const most = Math.min(old.length, fresh.length) - start;
	while (end < most && old.at(-1 - end) === fresh.at(-1 - end)) end += 1;
	const shown = [
		`--- ${before === undefined ? "(new file)" : file}`,
		`+++ ${file}`,
		`@@ line ${start + 1} @@`,
		...marked(" ", old.slice(Math.max(0, start - around), start)),
		...marked("-", old.slice(start, old.length - end)),
		...marked("+", fresh.slice(start, fresh.length - end)),
		...marked(" ", old.slice(old.length - end, old.length - end + around)),
	];
	return shown.join("\n");
}

function marked(mark: string, lines: readonly string[]): string[] {
	const shown = lines.slice(0, mostLines).map((line) => `${mark}${line}`);
	return lines.length > mostLines ? [...shown, `${mark}… (${lines.length - mostLines} more lines)`] : shown;
}

function linesOf(text: string): string[] {
	if (text === "") return [];
	return text.replace(/\n$/, "").split("\n");
}
