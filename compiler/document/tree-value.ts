/** Turns a syntax tree into its plain value, within bounds. */
import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";
import type { Code } from "../diagnostics/codes.ts";
import { type DocumentLimits, defaultDocumentLimits } from "./limits.ts";
import { resolveJson, resolvePlain, resolveTagged, type ScalarValue } from "./scalars.ts";
import type { Tree } from "./tree.ts";

/** A problem at a node. */
export interface ValueProblem {
	readonly code: Code;
	readonly node: Node;
	readonly message: string;
	readonly suggestion?: string;
}

/** A value with what it costs when written out: aliases share objects but count each time. */
interface Built {
	readonly value: unknown;
	readonly nodes: number;
	readonly depth: number;
}

const allowedCollectionTags = new Set(["tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"]);
const nothing: Built = { value: null, nodes: 1, depth: 0 };

/** Thrown once bounds are passed; nothing more is read then. */
class TooMuch extends Error {}

/**
 * Builds the value of a tree. Values behind aliases are shared, not copied.
 * @returns undefined if the value passes the bounds; the problem has been reported then
 */
export function valueOfTree(
	tree: Tree,
	options: {
		readonly json: boolean;
		/** Where the text ends, if that is not after a line break. */
		readonly openEnd?: number;
		readonly limits?: DocumentLimits;
		readonly onProblem: (problem: ValueProblem) => void;
	},
): { readonly value: unknown } | undefined {
	const { json, openEnd, limits = defaultDocumentLimits, onProblem } = options;
	const shared = new Map<Node, Built>();
	const open = new Set<Node>();

	function build(node: Node | null, level: number): Built {
		if (isAlias(node)) {
			const target = tree.resolve(node);
			if (!target) return nothing;
			if (open.has(target)) {
				onProblem({ code: "FS1010", node, message: `\`*${node.source}\` stands inside of \`&${node.source}\`` });
				return nothing;
			}
			const known = shared.get(target) ?? build(target, level);
			shared.set(target, known);
			checkDepth(level + known.depth, node);
			return known;
		}
		if (isScalar(node)) return { value: scalar(node), nodes: 1, depth: 0 };
		if (!isMap(node) && !isSeq(node)) return nothing;
		checkDepth(level + 1, node);
		if (node.tag !== undefined && !allowedCollectionTags.has(node.tag)) onProblem(unknownTag(node.tag, node));
		open.add(node);
		const built = isMap(node) ? record() : list();
		open.delete(node);
		return built;

		function record(): Built {
			const value: Record<string, unknown> = {};
			let nodes = 1;
			let depth = 0;
			if (!isMap(node)) return nothing;
			for (const [key, entry] of tree.entriesOf(node)) {
				const child = build(entry.value, level + 1);
				value[key] = child.value;
				nodes = checkNodes(nodes + child.nodes, entry.value ?? entry.key);
				depth = Math.max(depth, child.depth);
			}
			return { value, nodes, depth: depth + 1 };
		}

		function list(): Built {
			const value: unknown[] = [];
			let nodes = 1;
			let depth = 0;
			if (!isSeq(node)) return nothing;
			for (const item of node.items) {
				const itemNode = isScalar(item) || isMap(item) || isSeq(item) || isAlias(item) ? item : null;
				const child = build(itemNode, level + 1);
				value.push(child.value);
				nodes = checkNodes(nodes + child.nodes, itemNode ?? node);
				depth = Math.max(depth, child.depth);
			}
			return { value, nodes, depth: depth + 1 };
		}
	}

	function checkNodes(nodes: number, node: Node): number {
		if (nodes <= limits.maxNodes) return nodes;
		const message = `with its aliases expanded the document has more than ${limits.maxNodes} values`;
		onProblem({ code: "FS1006", node, message });
		throw new TooMuch();
	}

	function checkDepth(depth: number, node: Node): void {
		if (depth <= limits.maxDepth) return;
		onProblem({ code: "FS1005", node, message: `more than ${limits.maxDepth} levels of maps and lists` });
		throw new TooMuch();
	}

	function scalar(node: Scalar): ScalarValue["value"] {
		const text = textOf(node);
		const found = resolve(node, text);
		if (!found) {
			onProblem(unknownTag(node.tag ?? "", node));
			return text;
		}
		if (found.surprise) onProblem({ node, ...found.surprise });
		return found.value;
	}

	/** A block at the end of a text that has no last line break has none either; the YAML library adds one. */
	function textOf(node: Scalar): string {
		const text = typeof node.value === "string" ? node.value : String(node.value ?? "");
		const isOpen = node.type?.startsWith("BLOCK") && node.range?.[1] === openEnd && text.endsWith("\n");
		return isOpen ? text.slice(0, -1) : text;
	}

	function resolve(node: Scalar, text: string): ScalarValue | undefined {
		if (node.tag !== undefined && node.tag !== "!") return resolveTagged(node.tag, text);
		if (node.type !== "PLAIN") return { value: text };
		return json ? (resolveJson(text) ?? { value: text }) : resolvePlain(text);
	}

	try {
		return { value: tree.root === null ? {} : build(tree.root, 0).value };
	} catch (error) {
		if (error instanceof TooMuch) return undefined;
		throw error;
	}
}

function unknownTag(tag: string, node: Node): ValueProblem {
	const name = tag.replace("tag:yaml.org,2002:", "!!");
	return { code: "FS1011", node, message: `the tag \`${name}\` cannot be read here`, suggestion: "remove the tag" };
}
