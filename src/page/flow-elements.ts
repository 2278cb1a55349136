/** A laid-out diagram and its lights as React Flow's nodes and edges. */
import { type Edge, type Node, Position } from "@xyflow/react";
import type { Box, DiagramEdge, DiagramGroup, DiagramNode, LaidOutDiagram, Point } from "../diagram/diagram.ts";
import type { DiagramLights } from "./diagram-lights.ts";
import type { ActorStatus } from "./moment.ts";

export type StateFlowNode = Node<
	{ readonly node: DiagramNode; readonly standing: number; readonly visits: number; readonly tone: ActorStatus },
	"state"
>;
export type GroupFlowNode = Node<{ readonly group: DiagramGroup }, "machine">;
export type RouteFlowEdge = Edge<
	{
		readonly edge: DiagramEdge;
		readonly points: readonly Point[];
		readonly label: Box | undefined;
		readonly isTaken: boolean;
		readonly isLast: boolean;
	},
	"route"
>;

/**
 * Layers of a picture in which machines lie within states: each level has its arrows below its nodes, and these below the
 * frames of the machines within.
 */
const layers = { edge: 0, taken: 1, last: 2, node: 3, group: 4, perLevel: 5 } as const;

/**
 * Places are the layout's, so nothing is React Flow's parent of anything.
 * @param status of the machine: the colour of the state in which it stands
 */
export function flowNodes(
	diagram: LaidOutDiagram,
	lights: DiagramLights,
	status: ActorStatus,
): (StateFlowNode | GroupFlowNode)[] {
	const levels = levelsOf(diagram);
	const groups = diagram.groups.flatMap((group): GroupFlowNode[] => {
		const place = placeOf(diagram, group.id);
		if (place === undefined) return [];
		const zIndex = levelOf(levels, group.parent) * layers.perLevel + layers.group;
		return [{ ...place, zIndex, id: group.id, type: "machine", focusable: false, data: { group } }];
	});
	const states = diagram.nodes.flatMap((node): StateFlowNode[] => {
		const place = placeOf(diagram, node.id);
		if (place === undefined) return [];
		const standing = lights.standing.get(node.id) ?? 0;
		const visits = lights.visits.get(node.id) ?? 0;
		const ariaLabel = [node.label, ...node.lines, standing > 0 ? "current state" : "", visitWords(visits)];
		return [
			{
				...place,
				zIndex: levelOf(levels, node.parent) * layers.perLevel + layers.node,
				id: node.id,
				type: "state",
				ariaLabel: ariaLabel.filter((part) => part !== "").join(", "),
				data: { node, standing, visits, tone: node.parent === undefined ? status : "active" },
			},
		];
	});
	return [...groups, ...states];
}

export function flowEdges(diagram: LaidOutDiagram, lights: DiagramLights): RouteFlowEdge[] {
	const levels = levelsOf(diagram);
	const parents = new Map(diagram.nodes.map(({ id, parent }) => [id, parent]));
	return diagram.edges.flatMap((edge): RouteFlowEdge[] => {
		const route = Object.hasOwn(diagram.routes, edge.id) ? diagram.routes[edge.id] : undefined;
		if (route === undefined) return [];
		const isTaken = lights.taken.has(edge.id);
		const isLast = lights.last.has(edge.id);
		const layer = isLast ? layers.last : isTaken ? layers.taken : layers.edge;
		const { points, label } = route;
		return [
			{
				id: edge.id,
				source: edge.from,
				target: edge.to,
				type: "route",
				zIndex: levelOf(levels, parents.get(edge.from)) * layers.perLevel + layer,
				data: { edge, points, label, isTaken, isLast },
			},
		];
	});
}

/** How deep each group lies, from 1. */
function levelsOf({ groups }: LaidOutDiagram): ReadonlyMap<string, number> {
	const parents = new Map(groups.map(({ id, parent }) => [id, parent]));
	return new Map(
		groups.map(({ id }) => {
			let level = 0;
			// The bound is for a circle, which no layout has.
			for (let group: string | undefined = id; group !== undefined && level < 100; group = parents.get(group)) level++;
			return [id, level];
		}),
	);
}

/** 0 for the diagram's own machine. */
function levelOf(levels: ReadonlyMap<string, number>, group: string | undefined): number {
	return group === undefined ? 0 : (levels.get(group) ?? 0);
}

export function visitWords(visits: number): string {
	return visits === 0 ? "" : visits === 1 ? "entered once" : `entered ${visits} times`;
}

function placeOf(diagram: LaidOutDiagram, id: string) {
	const box = Object.hasOwn(diagram.boxes, id) ? diagram.boxes[id] : undefined;
	if (box === undefined) return undefined;
	const { x, y, width, height } = box;
	return { position: { x, y }, width, height, sourcePosition: Position.Bottom, targetPosition: Position.Top };
}
