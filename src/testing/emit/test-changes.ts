/** What differs between a test file as it is and as it would be written now. */
import { testsIn, writtenDigests } from "./test-blocks.ts";

/** Names of tests. */
export interface TestChanges {
	readonly added: readonly string[];
	readonly removed: readonly string[];
	readonly changed: readonly string[];
	readonly unchanged: readonly string[];
	/** Those of the removed and changed ones that somebody has written or edited. */
	readonly edited: ReadonlySet<string>;
}

/** Compares two texts of one test file, test by test. */
export function testChanges(before: string, after: string): TestChanges {
	const written = writtenDigests(before);
	const old = new Map(testsIn(before).map(({ name, digest }) => [name, digest]));
	const fresh = new Map(testsIn(after).map(({ name, digest }) => [name, digest]));
	const names = [...fresh.keys()];
	const removed = [...old.keys()].filter((name) => !fresh.has(name));
	const changed = names.filter((name) => old.has(name) && old.get(name) !== fresh.get(name));
	const isEdited = (name: string) => !written?.has(old.get(name) ?? "");
	return {
		added: names.filter((name) => !old.has(name)),
		removed,
		changed,
		unchanged: names.filter((name) => old.get(name) === fresh.get(name)),
		edited: new Set([...removed, ...changed].filter(isEdited)),
	};
}
