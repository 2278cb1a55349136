/** What differs between a test file as it is and as it would be written now. */
import { changedLines } from "./changed-lines.ts";
import { type TestBlock, testsIn, writtenDigests } from "./test-blocks.ts";

/** Names of tests. */
export interface TestChanges {
	readonly added: readonly string[];
	readonly removed: readonly string[];
	readonly changed: readonly string[];
	readonly unchanged: readonly string[];
	/** Of the changed ones: the lines that go (`- …`) and that come (`+ …`). */
	readonly lines: ReadonlyMap<string, readonly string[]>;
	/** Those of the removed and changed ones that somebody has written or edited. */
	readonly edited: ReadonlySet<string>;
}

/** Compares two texts of one test file, test by test. */
export function testChanges(before: string, after: string): TestChanges {
	const written = writtenDigests(before);
	const old = new Map(testsIn(before).map((test) => [test.name, test]));
	const fresh = new Map(testsIn(after).map((test) => [test.name, test]));
	const names = [...fresh.keys()];
	const removed = [...old.keys()].filter((name) => !fresh.has(name));
	const isSame = (name: string) => old.get(name)?.digest === fresh.get(name)?.digest;
	const changed = names.filter((name) => old.has(name) && !isSame(name));
	const isEdited = (name: string) => !written?.has(old.get(name)?.digest ?? "");
	const textOf = (tests: ReadonlyMap<string, TestBlock>, name: string) => tests.get(name)?.text ?? "";
	return {
		added: names.filter((name) => !old.has(name)),
		removed,
		changed,
		unchanged: names.filter(isSame),
		lines: new Map(changed.map((name) => [name, changedLines(textOf(old, name), textOf(fresh, name))])),
		edited: new Set([...removed, ...changed].filter(isEdited)),
	};
}
