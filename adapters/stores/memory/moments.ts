/** Ids by time: what a sorted list of them is made of. */
import { compareText, type SortedList } from "../sorted-list.ts";

export interface Moment {
	/** Milliseconds since 1970. */
	readonly time: number;
	readonly id: string;
}

export function compareMoments(a: Moment, b: Moment): number {
	// Two times before all others are equal, though their difference is not a number.
	return a.time === b.time ? compareText(a.id, b.id) : a.time - b.time;
}

/** @param from null: it is not in the list @param to null: it is taken out */
export function moveMoment(list: SortedList<Moment>, id: string, from: number | null, to: number | null): void {
	if (from === to) return;
	if (from !== null) list.delete({ time: from, id });
	if (to !== null) list.add({ time: to, id });
}
