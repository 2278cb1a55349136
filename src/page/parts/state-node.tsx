/** The boxes of a diagram: a state with what it does, and the frame around the states of a child machine. */
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { type GroupFlowNode, type StateFlowNode, visitWords } from "../flow-elements.ts";
import { formatCount } from "../format.ts";

export const StateNode = memo(function StateNode({ data }: NodeProps<StateFlowNode>) {
	const { node, standing, visits, tone } = data;
	const look = [
		"state-box",
		node.kind,
		node.coverage ?? "",
		visits > 0 ? "passed" : "",
		standing > 0 ? `current ${tone}` : "",
	];
	return (
		<div
			className={look.filter((name) => name !== "").join(" ")}
			title={node.title ?? [node.label, ...node.lines].join("\n")}
		>
			<Ends />
			<div className="label">{node.label}</div>
			{node.lines.map((line, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: the lines of a state never move
				<div key={index} className="line">
					{line}
				</div>
			))}
			{standing > 1 && <span className="badge standing">{formatCount(standing)} here</span>}
			{standing <= 1 && visits > 1 && (
				<span className="badge" title={visitWords(visits)}>
					{formatCount(visits)}×
				</span>
			)}
		</div>
	);
});

export const GroupNode = memo(function GroupNode({ data }: NodeProps<GroupFlowNode>) {
	return (
		<div className="group-box" title={data.group.label}>
			<Ends />
			<div className="group-label">{data.group.label}</div>
		</div>
	);
});

/** React Flow draws an edge only between handles. The routes come from the layout, so where these are does not matter. */
function Ends() {
	return (
		<>
			<Handle type="target" position={Position.Top} isConnectable={false} />
			<Handle type="source" position={Position.Bottom} isConnectable={false} />
		</>
	);
}
