/** Which rows of a long list are to be drawn. All rows are equally high. */

export interface RowWindow {
	readonly first: number;
	/** The row behind the last one. */
	readonly end: number;
}

/** Rows above and below what is seen, so that scrolling shows no gap. */
const spare = 8;

/** @param top how far it is scrolled, in pixels @param height of what is seen, in pixels */
export function windowOfRows(count: number, rowHeight: number, top: number, height: number): RowWindow {
	const first = Math.max(0, Math.min(count, Math.floor(top / rowHeight) - spare));
	return { first, end: Math.max(first, Math.min(count, Math.ceil((top + height) / rowHeight) + spare)) };
}

/** @returns how far to scroll so that a row is seen whole */
export function scrollToRow(row: number, rowHeight: number, top: number, height: number): number {
	const start = row * rowHeight;
	if (start < top) return start;
	return start + rowHeight > top + height ? start + rowHeight - height : top;
}
