/** A diagram as Graphviz DOT: child machines are clusters, since a DOT node can hold no others. */
import type { Diagram, DiagramEdge, DiagramGroup, DiagramNode } from "./diagram.ts";

type Attributes = Readonly<Record<string, string>>;

const colours = { covered: "#1a7f37", dead: "#cf222e", unsolved: "#8f5f00" } as const;
const marks = { covered: "✓", dead: "✗", unsolved: "?" } as const;

/**
 * Writes a diagram as a DOT graph. A state with child machines is a cluster that holds its own node and theirs.
 */
export function toDot(diagram: Diagram): string {
	const lines = [
		`digraph ${quoted(diagram.title)} {`,
		`\tgraph ${attributes({ label: escaped(diagram.title), labelloc: "t", fontname: "Arial", compound: "true" })}`,
		`\tnode ${attributes({ shape: "box", style: "rounded", fontname: "Arial", fontsize: "12" })}`,
		`\tedge ${attributes({ fontname: "Arial", fontsize: "10" })}`,
		...machineLines("", diagram, 1),
		...diagram.edges.map((edge) => `\t${edgeLine(edge, diagram)}`),
		"}",
	];
	return `${lines.join("\n")}\n`;
}

function machineLines(group: string, diagram: Diagram, depth: number): string[] {
	const nodes = diagram.nodes.filter(({ parent = "" }) => parent === group);
	return nodes.flatMap((node) => {
		const own = diagram.groups.filter(({ owner }) => owner === node.id);
		const within = own
			.filter(({ isLaunched }) => !isLaunched)
			.flatMap((child) => groupLines(child, diagram, depth + 1));
		const beside = own.filter(({ isLaunched }) => isLaunched).flatMap((child) => groupLines(child, diagram, depth));
		const start = node.kind === "initial" ? startLines(node, depth) : [];
		const line = nodeLine(node);
		if (within.length === 0) return [...start, `${indent(depth)}${line}`, ...beside];
		return [
			...start,
			`${indent(depth)}subgraph ${named(`cluster state ${node.id}`)} {`,
			`${indent(depth + 1)}label="" style="rounded,filled" fillcolor="#f6f8fa" color="#6e7781"`,
			`${indent(depth + 1)}${line}`,
			...within,
			`${indent(depth)}}`,
			...beside,
		];
	});
}

function groupLines(group: DiagramGroup, diagram: Diagram, depth: number): string[] {
	return [
		`${indent(depth)}subgraph ${named(clusterOf(group.id))} {`,
		`${indent(depth + 1)}label=${quoted(escaped(group.label))} style="rounded,filled" fillcolor="white" color="#6e7781"`,
		...machineLines(group.id, diagram, depth + 1),
		`${indent(depth)}}`,
	];
}

function nodeLine({ id, label, lines, title, kind, coverage }: DiagramNode): string {
	const mark = coverage ? `${marks[coverage]} ` : "";
	return `${named(id)} ${attributes({
		label: [mark + label, ...lines].map(escaped).join("\\n"),
		...(title !== undefined && { tooltip: escaped(title) }),
		...(kind === "final" && { peripheries: "2" }),
		...(kind === "initial" && { penwidth: "2" }),
		...(coverage && { color: colours[coverage] }),
	})}`;
}

function startLines({ id }: DiagramNode, depth: number): string[] {
	const start = named(`start of ${id}`);
	return [
		`${indent(depth)}${start} ${attributes({ shape: "point", width: "0.12", label: "" })}`,
		`${indent(depth)}${start} -> ${named(id)}`,
	];
}

function edgeLine(edge: DiagramEdge, diagram: Diagram): string {
	const { from, to, kind, label, title, coverage } = edge;
	const group = diagram.groups.find(({ id }) => id === to);
	// An arrow to a cluster is one to a node of it, cut off at the cluster's frame.
	const inner = group && diagram.nodes.find(({ parent }) => parent === group.id);
	const style = { transition: "solid", error: "dashed", launch: "dotted" }[kind];
	const mark = coverage ? `${marks[coverage]} ` : "";
	const text = mark + label;
	return `${named(from)} -> ${named(inner ? inner.id : to)} ${attributes({
		...(text !== "" && {
			label: text
				.split("\n")
				.map((line) => `${escaped(line)}\\l`)
				.join(""),
		}),
		...(title !== "" && title !== label && { tooltip: escaped(title) }),
		...(style !== "solid" && { style }),
		...(kind === "error" && { color: "#b4382a", fontcolor: "#b4382a" }),
		...(inner && { lhead: doubled(clusterOf(to)) }),
		...(coverage && { color: colours[coverage] }),
	})}`;
}

function clusterOf(group: string): string {
	return `cluster ${group}`;
}

function attributes(values: Attributes): string {
	return `[${Object.entries(values)
		.map(([key, value]) => `${key}=${quoted(value)}`)
		.join(" ")}]`;
}

/** In labels and tooltips a backslash begins an escape, and an ampersand an entity. */
function escaped(text: string): string {
	return doubled(text).replaceAll("&", "&amp;").replaceAll("\n", "\\n");
}

/** The name of a node or a cluster. */
function named(id: string): string {
	return quoted(doubled(id));
}

function doubled(text: string): string {
	return text.replaceAll("\\", "\\\\");
}

/** The text in quotes. Backslashes are the caller's. */
function quoted(text: string): string {
	return `"${text.replaceAll('"', '\\"').replace(/[\r\n\0]/g, " ")}"`;
}

function indent(depth: number): string {
	return "\t".repeat(depth);
}
