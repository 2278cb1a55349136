/** Arrows of the SVG: a line with round corners, its head, the label beside it, and the mark of its coverage. */
import type { DiagramEdge, LaidOutDiagram, Point } from "./diagram.ts";
import { metrics } from "./metrics.ts";
import { markAt } from "./svg-mark.ts";
import { textLine } from "./svg-text.ts";
import { element, escapeXml, numberText } from "./xml.ts";

const cornerRadius = 6;
const headLength = 9;
const headWidth = 7;

type Route = LaidOutDiagram["routes"][string];

export function edgeElement(edge: DiagramEdge, { points, label }: Route): string {
	const { id, kind, coverage, title } = edge;
	const content = [
		title === "" ? "" : element("title", {}, escapeXml(title)),
		arrow(points),
		label === undefined ? "" : labelElement(edge.label, label),
		coverage === undefined ? "" : markAt(markPlace(points), coverage),
	];
	return element("g", { class: classesOf("edge", kind, coverage), "data-edge": id }, content.join(""));
}

export function classesOf(...names: readonly (string | false | undefined)[]): string {
	return names.filter((name) => name !== undefined && name !== false).join(" ");
}

/** A line and its head, which ends at the last point. */
export function arrow(points: readonly Point[]): string {
	const [tip, before] = [points.at(-1), points.at(-2)];
	if (!tip || !before) return "";
	const neck = towards(tip, before, headLength);
	const [dx, dy] = [
		((tip.x - neck.x) / headLength) * (headWidth / 2),
		((tip.y - neck.y) / headLength) * (headWidth / 2),
	];
	const corners = [tip, { x: neck.x - dy, y: neck.y + dx }, { x: neck.x + dy, y: neck.y - dx }];
	// The line ends within the head: its end would stand out beside the tip.
	const line = [...points.slice(0, -1), towards(tip, before, headLength - 1)];
	return (
		element("path", { class: "line", d: roundedPath(line) }) +
		element("path", { class: "head", d: `M${corners.map(pair).join("L")}Z` })
	);
}

function roundedPath(points: readonly Point[]): string {
	const [first, ...rest] = points;
	if (!first) return "";
	const steps = rest.map((point, index) => {
		const [before, next] = [points[index], rest[index + 1]];
		if (!before || !next) return `L${pair(point)}`;
		const radius = Math.min(cornerRadius, distance(before, point) / 2, distance(point, next) / 2);
		return `L${pair(towards(point, before, radius))}Q${pair(point)} ${pair(towards(point, next, radius))}`;
	});
	return `M${pair(first)}${steps.join("")}`;
}

function labelElement(text: string, { x, y, width, height }: NonNullable<Route["label"]>): string {
	const { labelSize, labelHeight, labelPadX, labelPadY } = metrics.edge;
	const lines = text.split("\n").map((line, index) =>
		textLine(line, {
			x: x + labelPadX,
			y: y + labelPadY + index * labelHeight,
			height: labelHeight,
			size: labelSize,
		}),
	);
	return element("rect", { class: "behind", x, y, width, height, rx: 3 }) + lines.join("");
}

/** The middle of the longest straight part. */
function markPlace(points: readonly Point[]): Point {
	let best = { x: 0, y: 0 };
	let longest = -1;
	for (const [index, point] of points.entries()) {
		const next = points[index + 1];
		if (!next || distance(point, next) <= longest) continue;
		longest = distance(point, next);
		best = { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
	}
	return best;
}

/** The point so many pixels from `from` on the way to `to`. */
function towards(from: Point, to: Point, pixels: number): Point {
	const length = distance(from, to);
	if (length === 0) return from;
	return { x: from.x + ((to.x - from.x) * pixels) / length, y: from.y + ((to.y - from.y) * pixels) / length };
}

function distance(from: Point, to: Point): number {
	return Math.hypot(to.x - from.x, to.y - from.y);
}

function pair({ x, y }: Point): string {
	return `${numberText(x)},${numberText(y)}`;
}
