/** Types of expressions and templates, given the types of the names they use (Python's rules, spec sections 4 and 5). */
import type { DocumentPath } from "../document/document.ts";
import type { Expression } from "../expression/nodes.ts";
import type { PlannedTemplate, Structure } from "../plan/plan.ts";
import {
	BOOLEAN,
	info,
	LIST,
	MAP,
	NULL,
	NUMBER,
	TEXT,
	typesOfValue,
	UNKNOWN,
	union,
	type ValueInfo,
} from "./value-types.ts";
import { pathOf, soleExpression } from "./visit.ts";

/** Looks up a path such as `context.score`. */
export type Lookup = (path: readonly string[]) => ValueInfo;

const NUMBER_FILTERS = new Set(["int", "float", "length", "count", "round", "abs", "sum", "wordcount"]);
const TEXT_FILTERS = new Set(
	`string upper lower trim title capitalize join replace tojson pprint format truncate indent escape e urlencode
	wordwrap striptags center filesizeformat`.split(/\s+/),
);
const LIST_FILTERS = new Set([
	"list",
	"sort",
	"unique",
	"map",
	"select",
	"reject",
	"selectattr",
	"rejectattr",
	"batch",
]);

/**
 * @param restricted true in conditions, where `and` and `or` give true or false; in templates they give an operand
 */
export function inferExpression(node: Expression, lookup: Lookup, restricted: boolean): ValueInfo {
	const infer = (one: Expression): ValueInfo => inferExpression(one, lookup, restricted);
	switch (node.kind) {
		case "literal":
			return info(typesOfValue(node.value));
		case "name":
		case "attribute":
		case "subscript": {
			const path = pathOf(node);
			return path === undefined ? UNKNOWN : lookup(path);
		}
		case "slice":
			return info(infer(node.object).types & (TEXT | LIST) || UNKNOWN.types);
		case "not":
		case "compare":
		case "test":
			return info(BOOLEAN);
		case "unary":
			return info(NUMBER);
		case "binary":
			return inferBinary(node.operator, infer(node.left), infer(node.right));
		case "logical":
			return restricted ? info(BOOLEAN) : union(infer(node.left), infer(node.right));
		case "conditional":
			return union(infer(node.then), node.otherwise === null ? UNKNOWN : infer(node.otherwise));
		case "list":
			return info(LIST);
		case "map":
			return info(MAP);
		case "call":
			return UNKNOWN;
		case "filter": {
			if (NUMBER_FILTERS.has(node.name)) return info(NUMBER);
			if (TEXT_FILTERS.has(node.name)) return info(TEXT);
			if (LIST_FILTERS.has(node.name)) return info(LIST);
			const fallback = node.args[0];
			const isDefault = node.name === "default" || node.name === "d";
			if (!isDefault) return UNKNOWN;
			return union(infer(node.input), fallback === undefined ? info(TEXT) : infer(fallback));
		}
	}
}

function inferBinary(operator: string, left: ValueInfo, right: ValueInfo): ValueInfo {
	if (operator === "~") return info(TEXT);
	if (left.types === NUMBER && right.types === NUMBER) return info(NUMBER);
	if (operator === "+" && left.types === TEXT && right.types === TEXT) return info(TEXT);
	return operator === "-" || operator === "/" || operator === "//" || operator === "**" ? info(NUMBER) : UNKNOWN;
}

/**
 * @param parsesRendered below 1.1.0 a rendered text that parses as JSON is parsed, so its type is not known
 */
export function inferTemplate(
	template: PlannedTemplate,
	path: DocumentPath,
	lookup: Lookup,
	parsesRendered: boolean,
): ValueInfo {
	const { node } = template;
	if (node.kind === "literal") return info(TEXT);
	if (node.kind === "path") return lookup([node.root, ...node.keys]);
	if (parsesRendered) return UNKNOWN;
	const sole = soleExpression(node);
	const bare = sole && barePathOf(sole);
	return {
		types: TEXT,
		writers: [
			{
				path,
				text: template.text.trim(),
				inner: sole === undefined ? 0 : inferExpression(sole, lookup, false).types,
				...(bare !== undefined && { barePath: bare }),
			},
		],
	};
}

export function inferStructure(
	structure: Structure,
	path: DocumentPath,
	lookup: Lookup,
	parsesRendered: boolean,
): ValueInfo {
	switch (structure.kind) {
		case "template":
			return inferTemplate(structure, path, lookup, parsesRendered);
		case "constant":
			return info(typesOfValue(structure.value));
		case "list":
			return info(LIST);
		case "map":
			return info(MAP);
	}
}

/** `output.a.b` where a bare path could stand for the expression. */
function barePathOf(node: Expression): string | undefined {
	const path = pathOf(node);
	const [root = ""] = path ?? [];
	if (path === undefined || !["context", "input", "output"].includes(root)) return undefined;
	return path.every((key) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) ? path.join(".") : undefined;
}

/** What a missing key gives: nothing. */
export const MISSING: ValueInfo = info(NULL);
