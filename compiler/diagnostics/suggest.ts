/** "Did you mean": the nearest known word. */
import { closest, distance } from "fastest-levenshtein";

/**
 * The candidate that a misspelt word most likely stands for: at most a third of its characters differ (at least one, at
 * most three), or only upper and lower case, `-` and `_` do, or two neighbours have changed places.
 * @returns undefined if none is near
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
	const others = [...candidates].filter((candidate) => candidate !== word);
	if (others.length === 0 || word.length > 200) return undefined;
	const plain = normalise(word);
	const sameButForm = others.find((candidate) => normalise(candidate) === plain);
	if (sameButForm !== undefined) return sameButForm;
	const swapped = others.find((candidate) => isSwap(plain, normalise(candidate)));
	if (swapped !== undefined) return swapped;
	const found = closest(word, others);
	const allowed = Math.min(3, Math.floor(word.length / 3));
	return distance(word, found) <= allowed ? found : undefined;
}

/**
 * A sentence for `Diagnostic.suggestion`.
 * @returns ``did you mean `writer`?``, or undefined if no candidate is near
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
	const found = nearest(word, candidates);
	return found === undefined ? undefined : `did you mean \`${found}\`?`;
}

/** Two neighbouring characters changed places: the commonest slip, and two edits to a Levenshtein distance. */
function isSwap(word: string, candidate: string): boolean {
	if (word.length !== candidate.length) return false;
	const first = [...word].findIndex((character, index) => character !== candidate[index]);
	return (
		first >= 0 &&
		word[first] === candidate[first + 1] &&
		word[first + 1] === candidate[first] &&
		word.slice(first + 2) === candidate.slice(first + 2)
	);
}

function normalise(word: string): string {
	return word.toLowerCase().replaceAll("-", "_");
}
