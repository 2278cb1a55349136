/** The diagram of the chosen machine, lit by where it stands and where it has been. */
import {
	getViewportForBounds,
	Panel,
	ReactFlow,
	ReactFlowProvider,
	useReactFlow,
	useStore,
	useStoreApi,
} from "@xyflow/react";
import { type RefObject, useEffect, useMemo, useRef } from "react";
import type { Box, LaidOutDiagram } from "../../diagram/diagram.ts";
import type { InspectedActor } from "../../inspect/protocol.ts";
import { type DiagramLights, lightsAt } from "../diagram-lights.ts";
import { drawingOf } from "../diagram-of-actor.ts";
import { flowEdges, flowNodes } from "../flow-elements.ts";
import { type Moment, stateAt, statusAt, timeAt } from "../moment.ts";
import type { Drawing, Session } from "../session.ts";
import { FitIcon, MinusIcon, PlusIcon } from "./icons.tsx";
import { ArrowHeads, RouteEdge, Starts } from "./route-edge.tsx";
import { GroupNode, StateNode } from "./state-node.tsx";

export interface DiagramPanelProps {
	readonly session: Session;
	/** The chosen machine. */
	readonly machine: InspectedActor | undefined;
	readonly moment: Moment;
}

const nodeTypes = { state: StateNode, machine: GroupNode };
const edgeTypes = { route: RouteEdge };
const noLights: DiagramLights = { standing: new Map(), visits: new Map(), taken: new Set(), last: new Set() };
/** Larger diagrams draw only what is in sight. */
const manyNodes = 150;
const leastZoom = 0.01;
/** Smaller than this, nobody can read the states. */
const leastReadable = 0.45;
const readableZoom = 0.7;

export function DiagramPanel({ session, machine, moment }: DiagramPanelProps) {
	const drawing = drawingOf(session, machine);
	const state = machine && stateAt(session, machine, moment);
	if (drawing?.is !== "drawn") {
		return (
			<section className="panel diagram" aria-label="Diagram">
				<p className="empty">{wordsFor(session, drawing)}</p>
			</section>
		);
	}
	const { diagram } = drawing;
	return (
		<section
			className="panel diagram"
			aria-label={`Diagram of ${diagram.title}${state === undefined ? "" : `, which stands in ${state}`}`}
		>
			<ReactFlowProvider key={diagram.machine}>
				<Flow session={session} diagram={diagram} machine={machine} moment={moment} />
			</ReactFlowProvider>
		</section>
	);
}

/** Why there is no picture, or not yet. */
function wordsFor({ hello }: Session, drawing: Drawing | undefined): string {
	if (hello === null) return "Waiting for the run…";
	return drawing?.is === "undrawn" ? `There is no picture. ${drawing.reason}` : "The picture is being drawn…";
}

interface FlowProps extends DiagramPanelProps {
	readonly diagram: LaidOutDiagram;
}

function Flow({ session, diagram, machine, moment }: FlowProps) {
	const { actors, framesOf } = session;
	// biome-ignore lint/correctness/useExhaustiveDependencies: of the session, only its actors and frames matter
	const lights = useMemo(
		() => (machine === undefined ? noLights : lightsAt(session, diagram, machine, moment)),
		[actors, framesOf, diagram, machine, moment],
	);
	const status = machine === undefined ? "not started" : statusAt(session, machine, timeAt(session, moment));
	const isMovedByHand = useRef(false);
	const nodes = useMemo(() => flowNodes(diagram, lights, status), [diagram, lights, status]);
	const edges = useMemo(() => flowEdges(diagram, lights), [diagram, lights]);
	return (
		<ReactFlow
			nodes={nodes}
			edges={edges}
			nodeTypes={nodeTypes}
			edgeTypes={edgeTypes}
			onMoveStart={(event) => {
				if (event !== null) isMovedByHand.current = true;
			}}
			minZoom={leastZoom}
			maxZoom={2.5}
			nodesDraggable={false}
			nodesConnectable={false}
			nodesFocusable={false}
			edgesFocusable={false}
			elementsSelectable={false}
			zoomOnDoubleClick={false}
			deleteKeyCode={null}
			selectionKeyCode={null}
			multiSelectionKeyCode={null}
			onlyRenderVisibleElements={nodes.length > manyNodes}
			zIndexMode="manual"
			colorMode="system"
		>
			<ArrowHeads />
			<Starts diagram={diagram} />
			<FitToPanel diagram={diagram} lights={lights} isMovedByHand={isMovedByHand} />
			<KeepInSight diagram={diagram} lights={lights} />
			<ZoomButtons diagram={diagram} isMovedByHand={isMovedByHand} />
		</ReactFlow>
	);
}

interface FitToPanelProps extends Hand {
	readonly diagram: LaidOutDiagram;
	readonly lights: DiagramLights;
}

interface Hand {
	/** Whether the reader has moved or zoomed the picture: then it stays as it is. */
	readonly isMovedByHand: RefObject<boolean>;
}

/**
 * Shows all of it, again whenever the panel's size changes. What would be too small to read is shown from where the
 * machine stands.
 */
function FitToPanel({ diagram, lights, isMovedByHand }: FitToPanelProps) {
	const { setViewport } = useReactFlow();
	const width = useStore((state) => state.width);
	const height = useStore((state) => state.height);
	const box = boxOf(diagram, standingIn(lights));
	// biome-ignore lint/correctness/useExhaustiveDependencies: where the machine goes then is followed by itself
	useEffect(() => {
		if (width === 0 || height === 0 || isMovedByHand.current) return;
		const whole = wholeDiagram(diagram, width, height);
		const { x, y, width: boxWidth, height: boxHeight } = box ?? { x: 0, y: 0, width: 0, height: 0 };
		const readable = {
			x: width / 2 - (x + boxWidth / 2) * readableZoom,
			y: height / 2 - (y + boxHeight / 2) * readableZoom,
			zoom: readableZoom,
		};
		void setViewport(whole.zoom < leastReadable && box !== undefined ? readable : whole);
	}, [diagram, width, height, box === undefined, setViewport, isMovedByHand]);
	return null;
}

function standingIn({ standing }: DiagramLights): string | undefined {
	const [node] = standing.keys();
	return node;
}

function boxOf({ boxes }: LaidOutDiagram, node: string | undefined): Box | undefined {
	return node !== undefined && Object.hasOwn(boxes, node) ? boxes[node] : undefined;
}

function wholeDiagram({ width, height }: LaidOutDiagram, roomX: number, roomY: number) {
	return getViewportForBounds({ x: 0, y: 0, width, height }, roomX, roomY, leastZoom, 1.25, 0);
}

function ZoomButtons({ diagram, isMovedByHand }: { readonly diagram: LaidOutDiagram } & Hand) {
	const { zoomIn, zoomOut, setViewport } = useReactFlow();
	const store = useStoreApi();

	function fit() {
		const { width, height } = store.getState();
		isMovedByHand.current = false;
		void setViewport(wholeDiagram(diagram, width, height));
	}

	function zoom(change: () => unknown) {
		isMovedByHand.current = true;
		change();
	}

	return (
		<Panel position="bottom-left" className="zoom">
			<button type="button" aria-label="Zoom in" title="Zoom in" onClick={() => zoom(zoomIn)}>
				<PlusIcon />
			</button>
			<button type="button" aria-label="Zoom out" title="Zoom out" onClick={() => zoom(zoomOut)}>
				<MinusIcon />
			</button>
			<button type="button" aria-label="Show all" title="Show all" onClick={fit}>
				<FitIcon />
			</button>
		</Panel>
	);
}

/** Moves the picture when the machine goes to a state out of sight; only then, so that it does not jump about. */
function KeepInSight({ diagram, lights }: { readonly diagram: LaidOutDiagram; readonly lights: DiagramLights }) {
	const { setCenter } = useReactFlow();
	const store = useStoreApi();
	const here = standingIn(lights);
	const before = useRef(here);
	useEffect(() => {
		if (here === undefined || here === before.current) return;
		before.current = here;
		const box = boxOf(diagram, here);
		if (box === undefined) return;
		const {
			transform: [x, y, zoom],
			width,
			height,
		} = store.getState();
		const left = box.x * zoom + x;
		const top = box.y * zoom + y;
		const isSeen = left >= 0 && top >= 0 && left + box.width * zoom <= width && top + box.height * zoom <= height;
		if (isSeen) return;
		const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
		void setCenter(box.x + box.width / 2, box.y + box.height / 2, { zoom, duration: isCalm ? 0 : 250 });
	}, [here, diagram, setCenter, store]);
	return null;
}
