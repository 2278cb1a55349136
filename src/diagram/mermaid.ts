/** A diagram as a Mermaid state diagram: child machines are composite states. */
import type { Diagram, DiagramEdge, DiagramGroup, DiagramNode } from "./diagram.ts";

/** Mermaid has no dashed arrows between states: what an arrow is stands in front of its label. */
const prefixes = { transition: "", error: "on ", launch: "launch" } as const;
const marks = { covered: "✓ ", dead: "✗ ", unsolved: "? " } as const;

const styles = {
	covered: "fill:#e8f7ec,stroke:#1a7f37,color:#1f2328",
	dead: "fill:#ffeeed,stroke:#cf222e,color:#1f2328",
	unsolved: "fill:#fff6dc,stroke:#8f5f00,color:#1f2328",
} as const;

/** Every state and group has an alias of letters and digits, as names can be anything. */
interface Names {
	readonly diagram: Diagram;
	readonly aliases: ReadonlyMap<string, string>;
}

/** Writes a diagram as `stateDiagram-v2`. */
export function toMermaid(diagram: Diagram): string {
	const aliases = new Map([
		...diagram.nodes.map(({ id }, index) => [id, `s${index}`] as const),
		...diagram.groups.map(({ id }, index) => [id, `m${index}`] as const),
	]);
	const used = (["covered", "dead", "unsolved"] as const).filter((mark) =>
		diagram.nodes.some(({ coverage }) => coverage === mark),
	);
	const lines = [
		"---",
		`title: ${JSON.stringify(escaped(diagram.title))}`,
		"---",
		"stateDiagram-v2",
		...used.map((mark) => `\tclassDef ${mark} ${styles[mark]}`),
		...machineLines("", { diagram, aliases }, 1),
	];
	return `${lines.join("\n")}\n`;
}

function machineLines(group: string, names: Names, depth: number): string[] {
	const { diagram } = names;
	const nodes = diagram.nodes.filter(({ parent = "" }) => parent === group);
	const own = new Set(nodes.map(({ id }) => id));
	const launched = diagram.groups.filter(({ owner, isLaunched }) => isLaunched && own.has(owner));
	return [
		...nodes.flatMap((node) => nodeLines(node, names, depth)),
		...launched.flatMap((child) => groupLines(child, names, depth)),
		...nodes.flatMap(({ id, kind }) => (kind === "initial" ? [`${indent(depth)}[*] --> ${alias(id, names)}`] : [])),
		...diagram.edges.filter(({ from }) => own.has(from)).map((edge) => indent(depth) + edgeLine(edge, names)),
		...nodes.flatMap(({ id, kind }) => (kind === "final" ? [`${indent(depth)}${alias(id, names)} --> [*]`] : [])),
		...nodes.flatMap(({ id, coverage }) => (coverage ? [`${indent(depth)}class ${alias(id, names)} ${coverage}`] : [])),
	];
}

function nodeLines(node: DiagramNode, names: Names, depth: number): string[] {
	const { id, label, lines, coverage } = node;
	const groups = names.diagram.groups.filter(({ owner, isLaunched }) => owner === id && !isLaunched);
	const name = (coverage ? marks[coverage] : "") + escaped(label);
	const own = alias(id, names);
	if (groups.length === 0) {
		const described = lines.map((line) => `${indent(depth)}${own} : ${escaped(line)}`);
		return [`${indent(depth)}state "${name}" as ${own}`, ...described];
	}
	const text = [name, ...lines.map(escaped)].join("<br/>");
	return [
		`${indent(depth)}state "${text}" as ${own} {`,
		...groups.flatMap((group) => groupLines(group, names, depth + 1)),
		`${indent(depth)}}`,
	];
}

function groupLines({ id, label }: DiagramGroup, names: Names, depth: number): string[] {
	return [
		`${indent(depth)}state "${escaped(label)}" as ${alias(id, names)} {`,
		...machineLines(id, names, depth + 1),
		`${indent(depth)}}`,
	];
}

function edgeLine({ from, to, kind, label, coverage }: DiagramEdge, names: Names): string {
	const text = label.split("\n").map(escaped).join("<br/>");
	const whole = (coverage ? marks[coverage] : "") + prefixes[kind] + text;
	return `${alias(from, names)} --> ${alias(to, names)}${whole === "" ? "" : ` : ${whole}`}`;
}

function alias(id: string, { aliases }: Names): string {
	return aliases.get(id) ?? "unknown";
}

/**
 * Text that Mermaid takes as it is: all but letters, digits and harmless signs become entities. Two words of its own
 * syntax would change the entities behind them, so they are broken up by one.
 */
function escaped(text: string): string {
	return text
		.replace(/[^\p{L}\p{M}\p{N} .,=!()+/'_?→×…-]|[\ufb02\u00b0\u00b6\u00df]|style|classDef/gu, (found) => {
			const code = `#${found.codePointAt(0)};`;
			return found.length > 2 ? code + found.slice(1) : code;
		})
		.replace(/\u00a0/g, " ");
}

function indent(depth: number): string {
	return "\t".repeat(depth);
}
