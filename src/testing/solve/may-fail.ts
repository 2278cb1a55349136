/** Whether what a state renders can fail, as far as its form tells. */
import type { Structure } from "../../../compiler/plan/plan.ts";

/** Whether rendering may fail: all but bare paths, texts, and prints of a key right under a variable. */
export function mayFail(structure: Structure | undefined): boolean {
	switch (structure?.kind) {
		case undefined:
		case "constant":
			return false;
		case "list":
			return structure.items.some(mayFail);
		case "map":
			return structure.entries.some(([, value]) => mayFail(value));
		case "template": {
			const { node } = structure;
			if (node.kind === "liquid") return true;
			if (node.kind !== "jinja") return false;
			return !node.body.every((statement) => {
				if (statement.kind === "text") return true;
				if (statement.kind !== "print") return false;
				const { expression } = statement;
				return expression.kind === "literal" || (expression.kind === "attribute" && expression.object.kind === "name");
			});
		}
	}
}
