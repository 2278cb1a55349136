/** Texts of the SVG. */
import { measureText, type Weight } from "./text-measure.ts";
import { element, escapeXml } from "./xml.ts";

export interface TextPlace {
	readonly x: number;
	/** The top of the line. */
	readonly y: number;
	/** Of the line. */
	readonly height: number;
	/** `x` is the left end of the text, or its middle. */
	readonly anchor?: "start" | "middle";
	readonly size: number;
	readonly weight?: Weight;
	readonly class?: string;
}

/** Share of the font size from the middle of a line down to the baseline: half the height of a capital letter. */
const baseline = 0.36;

/**
 * One line of text, held to the width that the layout counted with, whatever font the reader's system has.
 */
export function textLine(text: string, place: TextPlace): string {
	const { x, y, height, anchor = "start", size, weight = "regular" } = place;
	if (text === "") return "";
	const width = measureText(text, size, weight);
	return element(
		"text",
		{
			x: anchor === "middle" ? x - width / 2 : x,
			y: y + height / 2 + size * baseline,
			class: place.class,
			textLength: width,
			lengthAdjust: "spacingAndGlyphs",
		},
		escapeXml(text),
	);
}
