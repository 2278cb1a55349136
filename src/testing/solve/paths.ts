/** Places inside plain data: reading, and changing a copy. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import type { Expression } from "../../../compiler/expression/nodes.ts";

/** Keys of mappings and indexes of lists; a negative index counts from the end. */
export type Path = readonly (string | number)[];

/** Stands for a key that is not there at all. */
export const ABSENT: unique symbol = Symbol("absent");

/** The path of a chain of constant steps such as `context.items[0].ok`, else undefined. */
export function expressionPath(node: Expression): Path | undefined {
	if (node.kind === "name") return [node.name];
	if (node.kind === "attribute") {
		const object = expressionPath(node.object);
		return object && [...object, node.name];
	}
	if (node.kind !== "subscript") return undefined;
	const index = constantIndex(node.index);
	const object = index === undefined ? undefined : expressionPath(node.object);
	return object && index !== undefined ? [...object, index] : undefined;
}

function constantIndex(node: Expression): string | number | undefined {
	if (node.kind === "literal") {
		return typeof node.value === "string" || typeof node.value === "number" ? node.value : undefined;
	}
	if (node.kind !== "unary" || node.operator !== "-" || node.operand.kind !== "literal") return undefined;
	return typeof node.operand.value === "number" ? -node.operand.value : undefined;
}

/** Whether `path` is `prefix`, or lies below it. */
export function startsWith(path: Path, prefix: Path): boolean {
	return prefix.length <= path.length && prefix.every((key, index) => key === path[index]);
}

export function samePath(one: Path, other: Path): boolean {
	return one.length === other.length && startsWith(one, other);
}

/** What stands at `path`; own data only. */
export function getAt(value: unknown, path: Path): unknown {
	let at = value;
	for (const key of path) {
		if (Array.isArray(at)) at = typeof key === "number" ? at.at(key) : undefined;
		else at = isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined;
	}
	return at;
}

/** So many items a list is filled up to, where an index asks for one. */
const MOST_FILLED = 50;

/** A copy in which `path` holds `value`; what is missing on the way is made. `ABSENT` takes the key away. */
export function setAt(root: unknown, path: Path, value: unknown): unknown {
	const [key, ...rest] = path;
	if (key === undefined) return value === ABSENT ? undefined : value;
	if (typeof key === "number") return setItem(root, key, rest, value);
	const copy: Record<string, unknown> = isRecord(root) ? { ...root } : {};
	if (rest.length === 0 && value === ABSENT) delete copy[key];
	else if (key !== "__proto__") copy[key] = setAt(Object.hasOwn(copy, key) ? copy[key] : undefined, rest, value);
	return copy;
}

function setItem(root: unknown, index: number, rest: Path, value: unknown): unknown {
	const list: unknown[] = Array.isArray(root) ? [...root] : [];
	const place = index < 0 ? Math.max(0, list.length + index) : index;
	if (rest.length === 0 && value === ABSENT) return list.slice(0, place);
	if (place >= MOST_FILLED) return list;
	const made = setAt(list[place], rest, value);
	while (list.length < place) list.push(made);
	list[place] = made;
	return list;
}
