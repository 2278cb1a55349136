/** "Did you mean" for names of hooks, exports and arguments. */
import { closest, distance } from "fastest-levenshtein";

/**
 * Gives `` Did you mean `x`? `` with a leading blank when one of `names` is near `wanted`, else an empty text.
 *
 * Near = at most two edits, or a third of a longer name.
 */
export function didYouMean(wanted: string, names: readonly string[]): string {
	if (names.length === 0 || wanted.length > 200) {
		return "";
	}
	const nearest = closest(
		wanted.toLowerCase(),
		names.map((name) => name.toLowerCase()),
	);
	const found = names.find((name) => name.toLowerCase() === nearest);
	const limit = Math.max(2, Math.floor(wanted.length / 3));
	return found !== undefined && distance(wanted.toLowerCase(), nearest) <= limit ? ` Did you mean \`${found}\`?` : "";
}

/** Lists names for a message: `` `a`, `b` ``, or `none`. */
export function nameList(names: readonly string[]): string {
	return names.length === 0 ? "none" : names.map((name) => `\`${name}\``).join(", ");
}
