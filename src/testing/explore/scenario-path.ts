/** The name of a path, with rounds of a loop written once: `start → (check → work)×25 → done`. */

const longestLoop = 12;

/** A path as one line. */
export function pathName(path: readonly string[]): string {
	return foldLoops(path).join(" → ");
}

/** Replaces rounds that follow each other by one round and their number. */
function foldLoops(path: readonly string[]): string[] {
	const folded: string[] = [];
	for (let at = 0; at < path.length; ) {
		const { length, rounds } = longestRepeat(path, at);
		if (rounds > 2) {
			const round = path.slice(at, at + length).join(" → ");
			folded.push(`${length === 1 ? round : `(${round})`}×${rounds}`);
			at += length * rounds;
		} else {
			folded.push(path[at] ?? "");
			at++;
		}
	}
	return folded;
}

function longestRepeat(path: readonly string[], at: number): { readonly length: number; readonly rounds: number } {
	let best = { length: 1, rounds: 1 };
	for (let length = 1; length <= longestLoop && at + length < path.length; length++) {
		let rounds = 1;
		while (isSame(path, at, at + length * rounds, length)) rounds++;
		if (rounds > 2 && length * rounds > best.length * best.rounds) best = { length, rounds };
	}
	return best;
}

function isSame(path: readonly string[], first: number, second: number, length: number): boolean {
	if (second + length > path.length) return false;
	for (let index = 0; index < length; index++) if (path[first + index] !== path[second + index]) return false;
	return true;
}
