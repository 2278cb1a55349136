/** Diagrams of small machines, for the tests beside it. */
import { analyzeSource, compile } from "../../src/compile.ts";
import type { Diagram, DiagramEdge, DiagramNode } from "../../src/diagram/diagram.ts";
import { type DiagramOptions, diagramOf } from "../../src/diagram/diagram-of.ts";

/** The diagram of a machine whose `data` is given, with agents for the names that its states use. */
export function diagramOfData(data: Readonly<Record<string, unknown>>, options?: DiagramOptions): Diagram {
	const { plan, plans } = compile(documentWith(data));
	return diagramOf(plan, plans, options);
}

export function documentWith(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
	const agent = { spec: "flatagent", data: { model: { provider: "p", name: "m" }, user: "hi" } };
	return {
		spec: "flatmachine",
		spec_version: "4.2.1",
		data: { agents: { writer: agent, critic: agent }, context: { score: 0, text: "" }, ...data },
	};
}

/** The diagram of a document, though the compiler may have found errors in it. */
export function diagramOfDocument(config: Readonly<Record<string, unknown>>, options?: DiagramOptions): Diagram {
	const { entry, plans } = analyzeSource({ config, dir: "/" }, {});
	const plan = entry === null ? undefined : plans.get(entry);
	if (!plan) throw new Error("The document has no plan.");
	return diagramOf(plan, plans, options);
}

export function nodeNamed(diagram: Diagram, id: string): DiagramNode {
	const found = diagram.nodes.find((node) => node.id === id);
	if (!found) throw new Error(`No node ${id} in ${diagram.nodes.map((node) => node.id).join(", ")}`);
	return found;
}

/** The edges as `from → to: label`, those that are no transitions with their kind behind. */
export function edgeTexts(diagram: Diagram): string[] {
	return diagram.edges.map(edgeText);
}

function edgeText({ from, to, label, kind }: DiagramEdge): string {
	const kindText = kind === "transition" ? "" : ` (${kind})`;
	return `${from} → ${to}${label === "" ? "" : `: ${label.replaceAll("\u00a0", " ")}`}${kindText}`;
}
