/** The line below a picture that says what its coverage marks mean, with their numbers. */
import type { CoverageMark } from "./coverage.ts";
import type { Diagram } from "./diagram.ts";
import { metrics } from "./metrics.ts";
import { markAt, markRadius } from "./svg-mark.ts";
import { textLine } from "./svg-text.ts";
import { measureText } from "./text-measure.ts";
import { element } from "./xml.ts";

const words: Readonly<Record<CoverageMark, string>> = {
	covered: "covered",
	dead: "never taken",
	unsolved: "not solved",
};

const size = 12;
const height = 28;
const gap = 20;

/** An empty legend where nothing has a mark. */
export interface Legend {
	readonly width: number;
	readonly height: number;
	/** At that place of the picture. */
	readonly draw: (x: number, y: number) => string;
}

export function legendOf({ nodes, edges }: Diagram): Legend {
	const count = (mark: CoverageMark): string => {
		const ways = edges
			.filter(({ coverage }) => coverage === mark)
			.reduce((sum, { transitions }) => sum + (transitions?.length ?? 1), 0);
		const states = nodes.filter(({ coverage }) => coverage === mark).length;
		const counts = [...plural(ways, "transition"), ...plural(states, "state")];
		return counts.length === 0 ? "" : `${words[mark]}: ${counts.join(", ")}`;
	};
	const marks: readonly CoverageMark[] = ["covered", "dead", "unsolved"];
	const entries = marks.map((mark) => ({ mark, text: count(mark) })).filter(({ text }) => text !== "");
	if (entries.length === 0) return { width: 0, height: 0, draw: () => "" };
	const widths = entries.map(({ text }) => 2 * markRadius + 6 + measureText(text, size) + gap);
	return {
		width: widths.reduce((sum, width) => sum + width, 0) - gap + 2 * metrics.margin,
		height,
		draw: (left, top) => {
			let x = left + metrics.margin;
			const parts = entries.map(({ mark, text }, index) => {
				const at = x;
				x += widths[index] ?? 0;
				const label = textLine(text, { x: at + 2 * markRadius + 6, y: top, height: 16, size });
				return markAt({ x: at + markRadius, y: top + 8 }, mark) + label;
			});
			return element("g", { class: "legend" }, parts.join(""));
		},
	};
}

function plural(count: number, noun: string): string[] {
	if (count === 0) return [];
	return [count === 1 ? `1 ${noun}` : `${count} ${noun}s`];
}
