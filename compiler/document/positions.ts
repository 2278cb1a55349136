/** Answers where a path of a document, or characters of one of its strings, stand in the source. */
import { isAlias, isMap, isScalar, isSeq, type Node } from "yaml";
import type { SourceRange } from "../diagnostics/diagnostic.ts";
import type { DocumentPath, SourceDocument } from "./document.ts";
import type { SourceLines } from "./source-lines.ts";
import { alignString } from "./string-offsets.ts";
import { asNode, type Tree } from "./tree.ts";

/** The two questions of `SourceDocument`, answered from the syntax tree. */
export function createPositions(
	tree: Tree,
	text: string,
	lines: () => SourceLines,
): Pick<SourceDocument, "rangeOf" | "rangeInString"> {
	function find(path: DocumentPath): { readonly key: Node | null; readonly value: Node | null } | undefined {
		let key: Node | null = null;
		let value: Node | null = tree.root;
		for (const step of path) {
			const parent: Node | null = tree.resolve(value);
			if (isMap(parent)) {
				const entry = tree.entriesOf(parent).get(String(step));
				if (!entry) return undefined;
				key = entry.key;
				value = entry.value;
			} else if (isSeq(parent)) {
				const index = typeof step === "number" ? step : Number(step);
				if (!(index in parent.items)) return undefined;
				key = null;
				value = asNode(parent.items[index]);
			} else {
				return undefined;
			}
		}
		return { key, value };
	}

	function rangeOfNode(node: Node | null): SourceRange | undefined {
		const range = node?.range;
		if (!range) return undefined;
		let end = range[1];
		// Blocks end after their last line break, which belongs to nobody.
		while (end > range[0] && /\s/.test(text[end - 1] ?? "")) end -= 1;
		return end > range[0] ? lines().range(range[0], end) : undefined;
	}

	return {
		rangeOf(path, part) {
			const found = find(path);
			if (!found) return undefined;
			if (part === "key") return rangeOfNode(found.key);
			return rangeOfNode(found.value) ?? (part === "value" ? undefined : rangeOfNode(found.key));
		},
		rangeInString(path, start, end) {
			const found = find(path);
			if (!found) return undefined;
			const node = tree.resolve(found.value);
			if (!isScalar(node) || typeof node.value !== "string" || !node.range || !node.type) {
				return rangeOfNode(found.value);
			}
			const source = text.slice(node.range[0], node.range[1]);
			const offsets = alignString(source, node.value, node.type);
			const from = offsets?.[Math.max(0, Math.min(start, node.value.length))];
			const last = offsets?.[Math.max(0, Math.min(end, node.value.length) - 1)];
			if (offsets === undefined || from === undefined || last === undefined) {
				return rangeOfNode(isAlias(found.value) ? found.value : node);
			}
			// The end is one after the last character: what follows it may stand on another line.
			const to = end > start ? Math.max(from, last) + 1 : from;
			return lines().range(node.range[0] + from, node.range[0] + to);
		},
	};
}
