/** Gives every part of a diagram its place: the innermost machines first, each then a box in its state. */
import type { Box, Diagram, DiagramEdge, DiagramGroup, DiagramNode, LaidOutDiagram, Point } from "./diagram.ts";
import { type Direction, type FlatGraph, type PlacedGraph, placeGraph, type Size } from "./elk.ts";
import { flowOrder } from "./flow-order.ts";
import { metrics } from "./metrics.ts";
import { packBoxes } from "./pack-boxes.ts";
import { groupLabelSize, labelSize, nodeTextSize, pictureTitle } from "./part-sizes.ts";

export interface LayOutOptions {
	/** Where the arrows lead, in every machine of the diagram. Default: what gives the better shape, for each machine. */
	readonly direction?: "down" | "right";
}

/** Pixels that a page usually has for a picture; what is wider is shown smaller. */
const pageWidth = 920;
/** What letters of half the size cost, in pixels of height, by three. */
const smallLetters = 600;
/** From so many states on only one direction is tried. */
const largeMachine = 150;

/** The parts of a diagram by what holds them. */
interface Parts {
	/** By group; those of the diagram's own machine under the empty text. */
	readonly nodes: ReadonlyMap<string, readonly DiagramNode[]>;
	/** Groups within a node. */
	readonly within: ReadonlyMap<string, readonly DiagramGroup[]>;
	/** Groups beside the nodes of a group. */
	readonly beside: ReadonlyMap<string, readonly DiagramGroup[]>;
	/** By the node that they start from. */
	readonly edges: ReadonlyMap<string, readonly DiagramEdge[]>;
	readonly direction: Direction | undefined;
}

/** A machine, a node or a group with its content: places are relative to its own corner. */
interface Arranged extends Size {
	readonly parts: readonly Placed[];
	readonly edges: readonly { readonly id: string; readonly points: readonly Point[]; readonly label?: Box }[];
	readonly starts: readonly { readonly node: string; readonly dot: Box; readonly points: readonly Point[] }[];
}

interface Placed {
	/** Absent for what is only a place, such as the groups of a node together. */
	readonly id?: string;
	readonly x: number;
	readonly y: number;
	readonly content: Arranged;
}

/**
 * Lays a diagram out. The same diagram gives the same places on every machine.
 * @throws DiagramError where a machine has too many states
 */
export async function layOut(diagram: Diagram, options: LayOutOptions = {}): Promise<LaidOutDiagram> {
	const { margin, titleHeight } = metrics;
	const { direction } = options;
	const parts = partsOf(diagram, direction === undefined ? undefined : direction === "down" ? "DOWN" : "RIGHT");
	const arranged = await arrangeMachine("", parts);
	const boxes = new Map<string, Box>();
	const routes = new Map<string, LaidOutDiagram["routes"][string]>();
	const starts: Arranged["starts"][number][] = [];
	const collect = ({ id, x, y, content }: Placed): void => {
		if (id !== undefined) boxes.set(id, rounded({ x, y, width: content.width, height: content.height }));
		for (const { id: edge, points, label } of content.edges) {
			routes.set(edge, { points: moved(points, x, y), ...(label && { label: movedBox(label, x, y) }) });
		}
		for (const { node, dot, points } of content.starts) {
			starts.push({ node, dot: movedBox(dot, x, y), points: moved(points, x, y) });
		}
		for (const part of content.parts) collect({ ...part, x: x + part.x, y: y + part.y });
	};
	collect({ x: margin, y: margin + titleHeight, content: arranged });
	return {
		...diagram,
		width: Math.ceil(Math.max(arranged.width, pictureTitle(diagram).width) + 2 * margin),
		height: Math.ceil(arranged.height + 2 * margin + titleHeight),
		boxes: Object.fromEntries(boxes),
		routes: Object.fromEntries(routes),
		starts,
	};
}

function partsOf({ nodes, groups, edges }: Diagram, direction: Direction | undefined): Parts {
	return {
		nodes: byKey(nodes, ({ parent = "" }) => parent),
		within: byKey(
			groups.filter(({ isLaunched }) => !isLaunched),
			({ owner }) => owner,
		),
		beside: byKey(
			groups.filter(({ isLaunched }) => isLaunched),
			({ parent = "" }) => parent,
		),
		edges: byKey(edges, ({ from }) => from),
		direction,
	};
}

function byKey<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
	const lists = new Map<string, T[]>();
	for (const item of items) {
		const list = lists.get(keyOf(item));
		if (list) list.push(item);
		else lists.set(keyOf(item), [item]);
	}
	return lists;
}

/** The states of one machine with the arrows between them, and what it launches beside them. */
async function arrangeMachine(group: string, parts: Parts): Promise<Arranged> {
	const nodes = parts.nodes.get(group) ?? [];
	const contents = new Map<string, Arranged>();
	for (const node of nodes) contents.set(node.id, await arrangeNode(node, parts));
	for (const launched of parts.beside.get(group) ?? []) {
		contents.set(launched.id, await arrangeGroup(launched, parts));
	}
	const ids = inFlowOrder([...contents.keys()], nodes, parts);
	const position = new Map(ids.map((id, index) => [id, index]));
	const edges = nodes
		.flatMap(({ id }) => parts.edges.get(id) ?? [])
		.filter(({ from, to }) => position.has(from) && position.has(to));
	const initials = nodes.filter(({ kind }) => kind === "initial");
	const dots = initials.map(() => ({ width: metrics.dot, height: metrics.dot, isFirst: true }));
	const sizes = ids.map((id) => sizeOf(contents.get(id)));
	const graph: FlatGraph = {
		items: [...dots, ...sizes],
		links: [
			...initials.map(({ id }, index) => ({ from: index, to: dots.length + (position.get(id) ?? 0) })),
			...edges.map(({ from, to, label }) => ({
				from: dots.length + (position.get(from) ?? 0),
				to: dots.length + (position.get(to) ?? 0),
				...(label !== "" && { label: labelSize(label) }),
			})),
		],
	};
	const placed = await bestPlaced(graph, parts.direction);
	return {
		width: placed.width,
		height: placed.height,
		parts: ids.flatMap((id, index): Placed[] => {
			const box = placed.boxes[dots.length + index];
			const content = contents.get(id);
			return box && content ? [{ id, x: box.x, y: box.y, content: { ...content, ...sizeOf(box) } }] : [];
		}),
		edges: edges.flatMap(({ id }, index) => {
			const route = placed.routes[initials.length + index];
			return route ? [{ id, ...route }] : [];
		}),
		starts: initials.flatMap(({ id }, index) => {
			const [dot, route] = [placed.boxes[index], placed.routes[index]];
			return dot && route ? [{ node: id, dot, points: route.points }] : [];
		}),
	};
}

function inFlowOrder(ids: readonly string[], nodes: readonly DiagramNode[], parts: Parts): string[] {
	const position = new Map(ids.map((id, index) => [id, index]));
	const ways = ids.map((id) => {
		const edges = parts.edges.get(id) ?? [];
		return edges.map(({ to }) => position.get(to)).filter((to) => to !== undefined);
	});
	const first = nodes.findIndex(({ kind }) => kind === "initial");
	return flowOrder(ways, Math.max(first, 0)).flatMap((index) => ids[index] ?? []);
}

/** Both directions are tried where there is time: the better is what is larger on a page, then what takes less of it. */
async function bestPlaced(graph: FlatGraph, direction: Direction | undefined): Promise<PlacedGraph> {
	const down = direction === "RIGHT" ? undefined : await placeGraph(graph, "DOWN");
	if (down && (direction === "DOWN" || graph.items.length > largeMachine)) return down;
	const right = await placeGraph(graph, "RIGHT");
	return down && effort(down) <= effort(right) ? down : right;
}

/** What it takes to read a picture of that size: its height on the page, and much for letters that get smaller. */
function effort({ width, height }: Size): number {
	const scale = Math.min(1, pageWidth / width);
	return height * scale + (1 / scale ** 2 - 1) * smallLetters + Math.min(width, pageWidth) / 4;
}

/** A state: its name and lines, and below them the machines that it calls. */
async function arrangeNode(node: DiagramNode, parts: Parts): Promise<Arranged> {
	const text = nodeTextSize(node);
	const groups = parts.within.get(node.id) ?? [];
	if (groups.length === 0) return { ...text, parts: [], edges: [], starts: [] };
	const contents: Arranged[] = [];
	for (const group of groups) contents.push(await arrangeGroup(group, parts));
	const { padX, padY } = metrics.node;
	const packed = packBoxes(contents, metrics.group.pad);
	const width = Math.max(text.width, packed.width + 2 * padX);
	return {
		width,
		height: text.height + packed.height + padY,
		parts: groups.flatMap(({ id }, index): Placed[] => {
			const [at, content] = [packed.places[index], contents[index]];
			return at && content ? [{ id, x: padX + at.x, y: text.height + at.y, content }] : [];
		}),
		edges: [],
		starts: [],
	};
}

/** A frame with the machine's name above it. */
async function arrangeGroup(group: DiagramGroup, parts: Parts): Promise<Arranged> {
	const inner = await arrangeMachine(group.id, parts);
	const { pad, labelHeight } = metrics.group;
	const label = groupLabelSize(group);
	return {
		width: Math.ceil(Math.max(inner.width, label.width) + 2 * pad),
		height: Math.ceil(inner.height + labelHeight + 2 * pad),
		parts: [{ x: pad, y: pad + labelHeight, content: inner }],
		edges: [],
		starts: [],
	};
}

function sizeOf(shape: Size | undefined): Size {
	return { width: shape?.width ?? 0, height: shape?.height ?? 0 };
}

function moved(points: readonly Point[], dx: number, dy: number): Point[] {
	return points.map(({ x, y }) => ({ x: tenth(x + dx), y: tenth(y + dy) }));
}

function movedBox({ x, y, width, height }: Box, dx: number, dy: number): Box {
	return rounded({ x: x + dx, y: y + dy, width, height });
}

function rounded({ x, y, width, height }: Box): Box {
	return { x: tenth(x), y: tenth(y), width: tenth(width), height: tenth(height) };
}

/** Tenths of a pixel: engines may differ in what is far behind the point. */
function tenth(value: number): number {
	return Math.round(value * 10) / 10;
}
