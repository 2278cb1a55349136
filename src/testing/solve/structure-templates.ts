/** The templates inside of a structure, and what they test. */
import { childrenOf, expressionsOf } from "../../../compiler/checks/visit.ts";
import type { Expression } from "../../../compiler/expression/nodes.ts";
import type { PlannedTemplate, Structure } from "../../../compiler/plan/plan.ts";

/** What the templates of a structure test for truth: of their statements, and of the conditionals in what they print. */
export function testsIn(structure: Structure): readonly Expression[] {
	const inside = (node: Expression): readonly Expression[] => [
		...(node.kind === "conditional" ? [node.test] : []),
		...childrenOf(node).flatMap(inside),
	];
	return templatesOf(structure).flatMap(({ node }) =>
		[...expressionsOf(node)].flatMap(({ expression, tested }) => (tested ? [expression] : inside(expression))),
	);
}

/** All templates of a structure. */
export function templatesOf(structure: Structure): readonly PlannedTemplate[] {
	switch (structure.kind) {
		case "constant":
			return [];
		case "template":
			return [structure];
		case "list":
			return structure.items.flatMap(templatesOf);
		case "map":
			return structure.entries.flatMap(([, value]) => templatesOf(value));
	}
}
