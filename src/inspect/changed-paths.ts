/** Which parts of a context a step has changed, as paths into it. */
import { isRecord } from "../../compiler/document/plain-data.ts";

/** A list that was replaced whole has more changes than anybody wants to see one by one. */
const mostPaths = 200;

/**
 * Paths of what differs between two values of plain JSON: the innermost that both have, or that one alone has. Items of a
 * list go by their indexes.
 * @param limit at most so many
 */
export function changedPaths(
	before: Readonly<Record<string, unknown>>,
	after: Readonly<Record<string, unknown>>,
	limit = mostPaths,
): (readonly string[])[] {
	const paths: (readonly string[])[] = [];
	compare(before, after, [], paths, limit);
	return paths;
}

function compare(
	before: unknown,
	after: unknown,
	path: readonly string[],
	paths: (readonly string[])[],
	limit: number,
) {
	if (paths.length >= limit || Object.is(before, after)) return;
	const old = partsOf(before);
	const parts = partsOf(after);
	if (!old || !parts || Array.isArray(before) !== Array.isArray(after)) {
		paths.push(path);
		return;
	}
	for (const [key, value] of Object.entries(parts)) {
		if (Object.hasOwn(old, key)) compare(old[key], value, [...path, key], paths, limit);
		else if (paths.length < limit) paths.push([...path, key]);
	}
	for (const key of Object.keys(old)) {
		if (!Object.hasOwn(parts, key) && paths.length < limit) paths.push([...path, key]);
	}
}

function partsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
	if (isRecord(value)) return value;
	return Array.isArray(value) ? { ...value } : undefined;
}
