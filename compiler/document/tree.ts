/** The syntax tree of a document with its aliases resolved, and the entries of its maps after merging. */
import { type Alias, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from "yaml";

/** One entry of a map as it counts: after merges, the last of equal keys. */
export interface TreeEntry {
	readonly key: Scalar;
	/** Null where the source gives no value at all. */
	readonly value: Node | null;
}

/** Problems that are found while entries are collected. */
export interface TreeProblem {
	readonly code: "FS1002" | "FS1007" | "FS1008" | "FS1009" | "FS1010" | "FS1014";
	readonly node: Node;
	readonly message: string;
	readonly suggestion?: string;
	readonly first?: Node;
}

/** A tree that can be walked by keys. */
export interface Tree {
	readonly root: Node | null;
	/** Follows aliases; null for an alias of nothing. */
	resolve(node: Node | null): Node | null;
	/** Entries of a map by key text; the same map object for the same node. */
	entriesOf(map: YAMLMap): ReadonlyMap<string, TreeEntry>;
}

const maxAliasHops = 100;

/**
 * Resolves aliases in document order and gives access to entries.
 * @param mayHaveAliases false spares the search for them
 * @param onProblem called once for each problem, when its map is first looked at
 */
export function createTree(
	root: Node | null,
	mayHaveAliases: boolean,
	onProblem: (problem: TreeProblem) => void,
): Tree {
	const targets = mayHaveAliases ? resolveAliases(root, onProblem) : new Map<Alias, Node>();
	const known = new Map<YAMLMap, Map<string, TreeEntry>>();
	const merging = new Set<YAMLMap>();

	function resolve(node: Node | null): Node | null {
		let current = node;
		for (let hops = 0; isAlias(current); hops++) {
			if (hops > maxAliasHops) return null;
			current = targets.get(current) ?? null;
		}
		return current;
	}

	function entriesOf(map: YAMLMap): ReadonlyMap<string, TreeEntry> {
		const before = known.get(map);
		if (before) return before;
		merging.add(map);
		const entries = collect(map);
		merging.delete(map);
		known.set(map, entries);
		return entries;
	}

	function collect(map: YAMLMap): Map<string, TreeEntry> {
		const merged = new Map<string, TreeEntry>();
		const ownEntries = new Map<string, TreeEntry>();
		for (const pair of map.items) {
			const key = resolve(asNode(pair.key));
			const value = asNode(pair.value);
			if (!isScalar(key)) {
				onProblem(complexKey(asNode(pair.key) ?? map));
				continue;
			}
			if (isMergeKey(key)) {
				mergeInto(merged, value, key);
				continue;
			}
			const text = typeof key.value === "string" ? key.value : String(key.value);
			if (text === "__proto__") {
				onProblem({ code: "FS1009", node: key, message: "the key `__proto__` is not allowed" });
				continue;
			}
			const first = ownEntries.get(text);
			if (first) onProblem({ code: "FS1002", node: key, first: first.key, message: `\`${text}\` is given twice` });
			const kind = isPlain(key) ? kindOfPlainKey(text) : undefined;
			if (kind) {
				const message = `this key is ${kind} in YAML; it is read as the text \`${text}\``;
				onProblem({ code: "FS1008", node: key, message, suggestion: `quote it: \`"${text}":\`` });
			}
			ownEntries.set(text, { key, value });
		}
		if (merged.size === 0) return ownEntries;
		for (const [text, entry] of ownEntries) merged.set(text, entry);
		return merged;
	}

	/** Merged keys stand before the map's own; of a list, the later maps stand first and the earlier ones win. */
	function mergeInto(merged: Map<string, TreeEntry>, value: Node | null, key: Scalar): void {
		const target = resolve(value);
		const sources = isSeq(target) ? target.items.map((item) => resolve(asNode(item))).reverse() : [target];
		for (const source of sources) {
			if (!isMap(source) || merging.has(source)) {
				const message = "only maps can be merged with `<<`, and no map into itself";
				onProblem({ code: "FS1014", node: value ?? key, message });
				continue;
			}
			for (const [text, entry] of entriesOf(source)) merged.set(text, entry);
		}
	}

	return { root, resolve, entriesOf };
}

/** The YAML library types tree children as unknown where a document could have been changed by hand. */
export function asNode(value: unknown): Node | null {
	return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value) ? value : null;
}

export function isPlain(scalar: Scalar): boolean {
	return scalar.type === "PLAIN" && scalar.tag === undefined;
}

function isMergeKey(key: Scalar): boolean {
	return (isPlain(key) && key.value === "<<") || key.tag === "tag:yaml.org,2002:merge";
}

function kindOfPlainKey(text: string): string | undefined {
	if (text === "" || text === "~" || /^null$/i.test(text)) return "null";
	return /^[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?$/.test(text) ? "a number" : undefined;
}

function complexKey(node: Node): TreeProblem {
	return {
		code: "FS1007",
		node,
		message: "a map or list cannot be a key",
		suggestion: 'if this is a template, quote it: `"{{ … }}"`',
	};
}

function resolveAliases(root: Node | null, onProblem: (problem: TreeProblem) => void): Map<Alias, Node> {
	const anchors = new Map<string, Node>();
	const targets = new Map<Alias, Node>();
	const stack: unknown[] = [root];
	while (stack.length > 0) {
		const node = stack.pop();
		if (isPair(node)) {
			stack.push(node.value, node.key);
			continue;
		}
		if (isAlias(node)) {
			const target = anchors.get(node.source);
			if (target) targets.set(node, target);
			else onProblem({ code: "FS1010", node, message: `no anchor \`&${node.source}\` stands before this alias` });
			continue;
		}
		if (!isScalar(node) && !isMap(node) && !isSeq(node)) continue;
		if (node.anchor) anchors.set(node.anchor, node);
		if (!isScalar(node)) for (let index = node.items.length - 1; index >= 0; index--) stack.push(node.items[index]);
	}
	return targets;
}
