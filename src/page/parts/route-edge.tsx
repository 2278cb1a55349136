/** An arrow along the route that the layout gave it, with its condition. */
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, ViewportPortal } from "@xyflow/react";
import { memo } from "react";
import type { LaidOutDiagram } from "../../diagram/diagram.ts";
import type { RouteFlowEdge } from "../flow-elements.ts";
import { routePath } from "../route-path.ts";

export const RouteEdge = memo(function RouteEdge({ id, data }: EdgeProps<RouteFlowEdge>) {
	if (data === undefined) return null;
	const { edge, points, label, isTaken, isLast } = data;
	const look = ["route", edge.kind, edge.coverage ?? "", isTaken ? "taken" : "", isLast ? "last" : ""];
	const className = look.filter((name) => name !== "").join(" ");
	const head = isTaken ? "arrow-taken" : edge.kind === "error" ? "arrow-error" : "arrow";
	return (
		<>
			<BaseEdge
				id={id}
				path={routePath(points)}
				className={className}
				markerEnd={`url(#${head})`}
				interactionWidth={0}
			/>
			{label !== undefined && edge.label !== "" && (
				<EdgeLabelRenderer>
					<div
						className={`route-label ${className}`}
						title={edge.title}
						style={{
							transform: `translate(${label.x}px, ${label.y}px)`,
							width: label.width,
							height: label.height,
						}}
					>
						{edge.label}
					</div>
				</EdgeLabelRenderer>
			)}
		</>
	);
});

/** The markers' colours are in the style sheet, which knows light and dark. */
export function ArrowHeads() {
	return (
		<svg className="arrow-heads" aria-hidden="true">
			<defs>
				{["arrow", "arrow-taken", "arrow-error"].map((id) => (
					<marker
						key={id}
						id={id}
						viewBox="0 0 10 10"
						refX="9"
						refY="5"
						markerUnits="userSpaceOnUse"
						markerWidth="9"
						markerHeight="9"
						orient="auto"
					>
						<path d="M0 0.800L9.500 5 0 9.200z" className={id} />
					</marker>
				))}
			</defs>
		</svg>
	);
}

/** The dots where machines begin, with their arrows. */
export function Starts({ diagram }: { readonly diagram: LaidOutDiagram }) {
	return (
		<ViewportPortal>
			<svg className="starts" width={diagram.width} height={diagram.height} aria-hidden="true">
				{diagram.starts?.map(({ node, dot, points }) => (
					<g key={node}>
						<circle cx={dot.x + dot.width / 2} cy={dot.y + dot.height / 2} r={Math.min(dot.width, dot.height) / 2} />
						<path d={routePath(points)} markerEnd="url(#arrow)" />
					</g>
				))}
			</svg>
		</ViewportPortal>
	);
}
