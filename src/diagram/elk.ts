/** One level of a diagram, laid out by ELK's layered algorithm: boxes of known sizes, arrows with labels between them. */
import type { ElkExtendedEdge, ElkNode, LayoutOptions } from "elkjs/lib/elk-api.js";
import type { Box, Point } from "./diagram.ts";
import { DiagramError } from "./errors.ts";

export interface Size {
	readonly width: number;
	readonly height: number;
}

export type Direction = "DOWN" | "RIGHT";

/** Ends are positions in `items`. */
export interface FlatGraph {
	readonly items: readonly (Size & { readonly isFirst?: boolean })[];
	readonly links: readonly { readonly from: number; readonly to: number; readonly label?: Size }[];
}

export interface PlacedGraph extends Size {
	/** As the items; larger than these where many arrows end. */
	readonly boxes: readonly Box[];
	/** As the links. */
	readonly routes: readonly { readonly points: readonly Point[]; readonly label?: Box }[];
}

/**
 * Up to so many items ELK places them by network simplex, which makes the straightest arrows; its time grows with more
 * than the square (50 states: 3 s, in place of 0.4 s).
 */
const smallGraph = 30;
/** Above this it looks less long for short arrows and few crossings: the search would take minutes, or all of the stack. */
const largeGraph = 150;
/** Above this another way of placing takes half the time, and more room. */
const hugeGraph = 250;
/** ELK takes half a minute here, and much longer behind it. */
const mostItems = 600;
const mostLinks = 2400;
/** Pixels between the ends of arrows at one side of an item. */
const endGap = 13;
/** An item does not grow larger than this to keep the ends of its arrows apart. */
const longestSide = 480;

/**
 * Places the items with their upper left corner at 0, 0.
 * @throws DiagramError where the graph is too large
 */
export async function placeGraph(graph: FlatGraph, direction: Direction): Promise<PlacedGraph> {
	if (graph.items.length > mostItems || graph.links.length > mostLinks) {
		throw new DiagramError(
			`A machine of ${graph.items.length} states and ${graph.links.length} arrows is too large to be laid out ` +
				`(${mostItems} and ${mostLinks} are the most). The formats dot and mermaid have no such limit.`,
		);
	}
	if (graph.items.length === 0) return { width: 0, height: 0, boxes: [], routes: [] };
	// 1.6 MB of code: loaded when a picture is laid out, and not before.
	const { default: elk } = await import("elkjs/lib/elk.bundled.js");
	const placed = await new elk.default()
		.layout({
			id: "root",
			layoutOptions: optionsOf(direction, graph.items.length),
			children: grown(graph, direction).map((item, index) => elkItem(item, index)),
			edges: graph.links.map((link, index) => elkLink(link, index)),
		})
		.catch((cause: unknown) => {
			const reason = cause instanceof Error ? cause.message : String(cause);
			throw new DiagramError(`The diagram cannot be laid out: ${reason}`, { cause });
		});
	return readPlaced(placed, graph);
}

/** The items, with sides as long as all arrows that may begin or end there need. */
function grown({ items, links }: FlatGraph, direction: Direction): FlatGraph["items"] {
	const into = items.map(() => 0);
	const outOf = items.map(() => 0);
	for (const { from, to } of links) {
		outOf[from] = (outOf[from] ?? 0) + 1;
		into[to] = (into[to] ?? 0) + 1;
	}
	return items.map((item, index) => {
		if (item.isFirst) return item;
		const ends = Math.max(into[index] ?? 0, outOf[index] ?? 0);
		const side = Math.min((ends + 1) * endGap, longestSide);
		return direction === "DOWN"
			? { ...item, width: Math.max(item.width, side) }
			: { ...item, height: Math.max(item.height, side) };
	});
}

function elkItem({ width, height, isFirst }: FlatGraph["items"][number], index: number): ElkNode {
	const layoutOptions: LayoutOptions = isFirst ? { "elk.layered.layering.layerConstraint": "FIRST" } : {};
	return { id: `n${index}`, width, height, layoutOptions };
}

function elkLink({ from, to, label }: FlatGraph["links"][number], index: number): ElkExtendedEdge {
	const labels = label ? [{ id: `l${index}`, text: "·", width: label.width, height: label.height }] : [];
	return { id: `e${index}`, sources: [`n${from}`], targets: [`n${to}`], labels };
}

function optionsOf(direction: Direction, count: number): LayoutOptions {
	return {
		"elk.algorithm": "layered",
		"elk.direction": direction,
		"elk.randomSeed": "1",
		"elk.edgeRouting": "ORTHOGONAL",
		"elk.padding": "[top=0,left=0,bottom=0,right=0]",
		"elk.spacing.nodeNode": "36",
		"elk.spacing.edgeNode": "22",
		"elk.spacing.edgeEdge": "14",
		"elk.spacing.edgeLabel": "3",
		"elk.spacing.nodeSelfLoop": "16",
		"elk.spacing.componentComponent": "36",
		"elk.layered.spacing.nodeNodeBetweenLayers": "40",
		"elk.layered.spacing.edgeNodeBetweenLayers": "18",
		"elk.layered.spacing.edgeEdgeBetweenLayers": "14",
		"elk.layered.layering.strategy": count > largeGraph ? "LONGEST_PATH_SOURCE" : "NETWORK_SIMPLEX",
		"elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
		"elk.layered.nodePlacement.strategy": placementFor(count),
		"elk.layered.thoroughness": count > largeGraph ? "2" : "12",
	};
}

function placementFor(count: number): string {
	if (count > hugeGraph) return "BRANDES_KOEPF";
	return count > smallGraph ? "LINEAR_SEGMENTS" : "NETWORK_SIMPLEX";
}

function readPlaced(placed: ElkNode, { items, links }: FlatGraph): PlacedGraph {
	const boxes = items.map((_, index) => boxOf(placed.children?.[index]));
	const routes = links.map((_, index) => {
		const edge = placed.edges?.[index];
		const [section] = edge?.sections ?? [];
		const [label] = edge?.labels ?? [];
		const points = section ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint] : [];
		return { points: points.map(({ x, y }) => ({ x, y })), ...(label && { label: boxOf(label) }) };
	});
	return { width: placed.width ?? 0, height: placed.height ?? 0, boxes, routes };
}

function boxOf(shape: { x?: number; y?: number; width?: number; height?: number } | undefined): Box {
	return { x: shape?.x ?? 0, y: shape?.y ?? 0, width: shape?.width ?? 0, height: shape?.height ?? 0 };
}
