/** Rounds of a loop, in the lists of an emitted test: written once, with how often they come. */
import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../../../compiler/document/plain-data.ts";

/** So many times these items, one round behind the other. */
export class Repeat {
	readonly times: number;
	readonly items: readonly unknown[];

	constructor(times: number, items: readonly unknown[]) {
		this.times = times;
		this.items = items;
	}
}

const fewestTimes = 3;
/** Rounds are written out where folding would spare fewer items than this. */
const fewestSpared = 4;
const longestRound = 20;

/** The items several times over: `times(2, ["ask", "answer"])` is `["ask", "answer", "ask", "answer"]`. */
export function times<Item>(count: number, items: readonly Item[]): Item[] {
	return Array.from({ length: count }, () => items).flat();
}

/** A list with what comes again and again in it as `Repeat`. */
export function foldRepeats(list: readonly unknown[]): readonly unknown[] {
	const folded: unknown[] = [];
	let at = 0;
	while (at < list.length) {
		const { round, count } = longestRepeat(list, at);
		if (count === 1) folded.push(list[at]);
		else folded.push(new Repeat(count, list.slice(at, at + round)));
		at += round * count;
	}
	return folded;
}

/** A mapping of lists with each of them folded. */
export function foldLists(lists: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
	const entries = Object.entries(lists).map(([key, list]) => [key, Array.isArray(list) ? foldRepeats(list) : list]);
	return Object.fromEntries(entries);
}

/** Whether there is anything folded in a value. */
export function hasRepeats(value: unknown): boolean {
	if (value instanceof Repeat) return true;
	if (Array.isArray(value)) return value.some(hasRepeats);
	return isRecord(value) && Object.values(value).some(hasRepeats);
}

/** The rounds that begin at `at` and spare the most items; a count of 1 where there are none. */
function longestRepeat(list: readonly unknown[], at: number): { readonly round: number; readonly count: number } {
	let best = { round: 1, count: 1 };
	for (let round = 1; round <= longestRound && at + round * fewestTimes <= list.length; round += 1) {
		let end = at + round;
		while (end < list.length && isDeepStrictEqual(list[end], list[end - round])) end += 1;
		const count = Math.floor((end - at) / round);
		const spared = (count - 1) * round;
		if (count >= fewestTimes && spared >= fewestSpared && spared > (best.count - 1) * best.round)
			best = { round, count };
	}
	return best;
}
