/** A laid out diagram as SVG: one self-contained text, without scripts, fonts or anything from elsewhere. */
import type { Box, DiagramEdge, DiagramGroup, DiagramNode, LaidOutDiagram } from "./diagram.ts";
import { metrics } from "./metrics.ts";
import { pictureTitle } from "./part-sizes.ts";
import { arrow, classesOf, edgeElement } from "./svg-edge.ts";
import { legendOf } from "./svg-legend.ts";
import { markAt } from "./svg-mark.ts";
import { styleOf, type Theme } from "./svg-style.ts";
import { textLine } from "./svg-text.ts";
import { element, escapeXml } from "./xml.ts";

export interface SvgOptions {
	/** Default: `auto`, as the reader's system prefers. */
	readonly theme?: Theme;
}

/**
 * Draws a diagram. Nodes have `data-state` and `data-machine`, groups `data-machine`, edges `data-edge`; titles hold
 * what was cut. The same diagram gives the same text.
 */
export function toSvg(diagram: LaidOutDiagram, options: SvgOptions = {}): string {
	const { margin, titleHeight } = metrics;
	const legend = legendOf(diagram);
	const width = Math.ceil(Math.max(diagram.width, legend.width));
	const height = diagram.height + legend.height;
	const { text } = pictureTitle(diagram);
	const heading = textLine(text, {
		x: margin,
		y: margin / 2,
		height: titleHeight,
		size: metrics.titleSize,
		weight: "bold",
		class: "title",
	});
	const content = [
		element("title", {}, escapeXml(diagram.title)),
		`<style>${styleOf(options.theme ?? "auto")}</style>`,
		element("rect", { class: "page", width, height }),
		heading,
		...partsWithin("", diagram),
		legend.draw(0, diagram.height),
	].filter((part) => part !== "");
	const attributes = {
		xmlns: "http://www.w3.org/2000/svg",
		width,
		height,
		viewBox: `0 0 ${width} ${height}`,
		role: "img",
		"data-machine": diagram.machine,
	};
	return `${element("svg", attributes, `\n${content.join("\n")}\n`)}\n`;
}

/** The parts of one machine: what it holds first, then its arrows, so that no box hides one. */
function partsWithin(group: string, diagram: LaidOutDiagram): string[] {
	const nodes = diagram.nodes.filter(({ parent = "" }) => parent === group);
	const own = new Set(nodes.map(({ id }) => id));
	const launched = diagram.groups.filter(({ owner, isLaunched }) => isLaunched && own.has(owner));
	const edges = diagram.edges.filter(({ from }) => own.has(from));
	return [
		...nodes.flatMap((node) => nodeElements(node, diagram)),
		...launched.flatMap((child) => groupElements(child, diagram)),
		...(diagram.starts ?? []).filter(({ node }) => own.has(node)).map(startElement),
		...edges.flatMap((edge) => edgeElements(edge, diagram)),
	];
}

function edgeElements(edge: DiagramEdge, { routes }: LaidOutDiagram): string[] {
	const route = routes[edge.id];
	return route ? [edgeElement(edge, route)] : [];
}

function nodeElements(node: DiagramNode, diagram: LaidOutDiagram): string[] {
	const box = diagram.boxes[node.id];
	if (!box) return [];
	const children = diagram.groups.filter(({ owner, isLaunched }) => owner === node.id && !isLaunched);
	return [nodeElement(node, box), ...children.flatMap((child) => groupElements(child, diagram))];
}

function nodeElement({ state, machine, kind, label, lines, title, coverage }: DiagramNode, box: Box): string {
	const { nameSize, lineSize, nameHeight, lineHeight, padX, padY, finalGap } = metrics.node;
	const gap = kind === "final" ? finalGap : 0;
	const { x, y, width, height } = box;
	const top = y + gap + padY;
	const name = textLine(label, {
		x: x + width / 2,
		// Without lines the name is in the middle, and else a little nearer to the edge than to the rule below it.
		y: lines.length === 0 ? top : top - 3,
		height: nameHeight,
		anchor: "middle",
		size: nameSize,
		weight: "bold",
		class: "name",
	});
	const ruleAt = top + nameHeight - 1;
	const content = [
		element("title", {}, escapeXml(title ?? [label, ...lines].join("\n"))),
		element("rect", { class: "box", x, y, width, height, rx: 8 }),
		gap === 0
			? ""
			: element("rect", {
					class: "inner",
					x: x + gap,
					y: y + gap,
					width: width - 2 * gap,
					height: height - 2 * gap,
					rx: 8 - gap / 2,
				}),
		name,
		lines.length === 0 ? "" : element("path", { class: "rule", d: `M${x + gap},${ruleAt}H${x + width - gap}` }),
		...lines.map((line, index) =>
			textLine(line, {
				x: x + gap + padX,
				y: top + nameHeight + 3 + index * lineHeight,
				height: lineHeight,
				size: lineSize,
				class: "line-text",
			}),
		),
		coverage === undefined ? "" : markAt({ x: x + width - 4, y: y + 4 }, coverage),
	];
	const attributes = { class: classesOf("node", kind, coverage), "data-state": state, "data-machine": machine };
	return element("g", attributes, content.join(""));
}

function groupElements(group: DiagramGroup, diagram: LaidOutDiagram): string[] {
	const box = diagram.boxes[group.id];
	if (!box) return [];
	const { pad, labelHeight, labelSize } = metrics.group;
	const name = textLine(group.label, {
		x: box.x + pad,
		y: box.y + pad / 2,
		height: labelHeight,
		size: labelSize,
		weight: "bold",
		class: "group-name",
	});
	const frame = element("rect", { class: "group", ...box, rx: 6 });
	return [
		element(
			"g",
			{ class: classesOf("child", group.isLaunched && "launched"), "data-machine": group.machine },
			frame + name,
		),
		...partsWithin(group.id, diagram),
	];
}

function startElement({ dot, points }: NonNullable<LaidOutDiagram["starts"]>[number]): string {
	const radius = dot.width / 2;
	const disc = element("circle", { class: "dot", cx: dot.x + radius, cy: dot.y + radius, r: radius - 1 });
	return element("g", { class: "start" }, disc + arrow(points));
}
