/** Boxes that nothing connects, put in rows: the machines that one state calls. */
import type { Point } from "./diagram.ts";
import type { Size } from "./elk.ts";

/**
 * Puts boxes in rows in their order, as wide as makes the whole no wider than it is high by more than half.
 * @param gap pixels between boxes
 */
export function packBoxes(boxes: readonly Size[], gap: number): Size & { readonly places: readonly Point[] } {
	const area = boxes.reduce((sum, { width, height }) => sum + (width + gap) * (height + gap), 0);
	const rowWidth = Math.max(Math.sqrt(area * 1.5), ...boxes.map(({ width }) => width));
	const places: Point[] = [];
	let [x, y, rowHeight, total] = [0, 0, 0, 0];
	for (const { width, height } of boxes) {
		if (x > 0 && x + width > rowWidth) {
			x = 0;
			y += rowHeight + gap;
			rowHeight = 0;
		}
		places.push({ x, y });
		total = Math.max(total, x + width);
		rowHeight = Math.max(rowHeight, height);
		x += width + gap;
	}
	return { places, width: total, height: y + rowHeight };
}
