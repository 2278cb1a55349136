/** YAML values in which strings may be templates -> structures, each template parsed once (spec section 4). */
import type { DocumentPath } from "../document/document.ts";
import { isRecord } from "../document/plain-data.ts";
import { ExpressionSyntaxError, parseTemplate } from "../expression/index.ts";
import { type BuildScope, bareRoots, placeAt } from "./build-scope.ts";
import { entriesInOrder } from "./document-order.ts";
import type { PlannedTemplate, Structure } from "./plan.ts";
import { reportSyntax } from "./report-syntax.ts";

type Constant = Extract<Structure, { readonly kind: "constant" }>;

/**
 * Plans one string. Text that is no template is a constant; a template that cannot be parsed is reported, and stays
 * text.
 * @param roots first words of bare paths
 */
export function planText(
	text: string,
	path: DocumentPath,
	scope: BuildScope,
	roots: readonly string[] = bareRoots,
): PlannedTemplate | Constant {
	try {
		const node = parseTemplate(text, { engine: scope.templateEngine, roots });
		if (node.kind === "literal") return { kind: "constant", value: text };
		return { kind: "template", text, node, ...placeAt(scope.reporter, path, "value") };
	} catch (error) {
		if (!(error instanceof ExpressionSyntaxError)) throw error;
		reportSyntax("FS5001", error, path, scope.reporter);
		return { kind: "constant", value: text };
	}
}

/** Plans a value of any shape. A list or map without a template in it becomes one constant. */
export function planStructure(
	value: unknown,
	path: DocumentPath,
	scope: BuildScope,
	roots: readonly string[] = bareRoots,
): Structure {
	if (typeof value === "string") return planText(value, path, scope, roots);
	if (Array.isArray(value)) {
		const items = value.map((item: unknown, index) => planStructure(item, [...path, index], scope, roots));
		return items.every(isConstant) ? { kind: "constant", value } : { kind: "list", items };
	}
	if (isRecord(value)) {
		const entries = planEntries(value, path, scope, roots);
		return entries.every(([, entry]) => isConstant(entry)) ? { kind: "constant", value } : { kind: "map", entries };
	}
	return { kind: "constant", value };
}

/** Plans the entries of a map in document order; anything else has none. */
export function planEntries(
	value: unknown,
	path: DocumentPath,
	scope: BuildScope,
	roots: readonly string[] = bareRoots,
): (readonly [string, Structure])[] {
	if (!isRecord(value)) return [];
	return entriesInOrder(value, path, scope.reporter.document).map(
		([key, entry]) => [key, planStructure(entry, [...path, key], scope, roots)] as const,
	);
}

/**
 * Plans `input`, `output` and the like: a map stays a map, so that its keys can be read; one template is allowed.
 * @returns undefined for null and absent
 */
export function planBlock(
	value: unknown,
	path: DocumentPath,
	scope: BuildScope,
	roots: readonly string[] = bareRoots,
): Structure | undefined {
	if (value === undefined || value === null) return undefined;
	if (isRecord(value)) return { kind: "map", entries: planEntries(value, path, scope, roots) };
	return planStructure(value, path, scope, roots);
}

function isConstant(structure: Structure): structure is Constant {
	return structure.kind === "constant";
}
