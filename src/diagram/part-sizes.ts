/** The room that the texts of a diagram take. Whole pixels, so that what is drawn is the same everywhere. */
import type { Diagram, DiagramGroup, DiagramNode } from "./diagram.ts";
import type { Size } from "./elk.ts";
import { cutText } from "./labels.ts";
import { metrics } from "./metrics.ts";
import { measureText } from "./text-measure.ts";

const titleColumns = 60;

/** A state's box as far as its name and its lines need it. */
export function nodeTextSize({ label, lines, kind }: DiagramNode): Size {
	const { nameSize, lineSize, nameHeight, lineHeight, padX, padY, minWidth, finalGap } = metrics.node;
	const border = kind === "final" ? finalGap : 0;
	const text = Math.max(
		measureText(label, nameSize, "bold"),
		...lines.map((line) => measureText(line, lineSize)),
		minWidth - 2 * padX,
	);
	return {
		width: Math.ceil(text) + 2 * (padX + border),
		height: nameHeight + lines.length * lineHeight + 2 * (padY + border),
	};
}

/** The label of an edge, which has one line at least. */
export function labelSize(label: string): Size {
	const { labelSize: size, labelHeight, labelPadX, labelPadY } = metrics.edge;
	const lines = label.split("\n");
	return {
		width: Math.ceil(Math.max(...lines.map((line) => measureText(line, size)))) + 2 * labelPadX,
		height: lines.length * labelHeight + 2 * labelPadY,
	};
}

/** The line above the picture. */
export function pictureTitle({ title }: Diagram): { readonly text: string; readonly width: number } {
	const text = cutText(title, titleColumns);
	return { text, width: Math.ceil(measureText(text, metrics.titleSize, "bold")) };
}

export function groupLabelSize({ label }: DiagramGroup): Size {
	const { labelSize: size, labelHeight } = metrics.group;
	return { width: Math.ceil(measureText(label, size, "bold")), height: labelHeight };
}
