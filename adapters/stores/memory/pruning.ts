/** Which executions to delete: whole families, by age, then by number. */
import type { PruneOptions } from "../../../runtime/store/persistence-backend.ts";
import { checkPrune } from "../prune-limits.ts";
import type { ExecutionIndex } from "./execution-index.ts";

/** An execution, with the children that it waited for and theirs; not those that it launched. */
export function familyOf(id: string, index: ExecutionIndex): string[] {
	const family = new Set([id]);
	for (const member of index.idsWith("root_execution_id", id)) family.add(member);
	for (const member of family) {
		for (const child of index.idsWith("parent_execution_id", member)) {
			if (index.get(child)?.root_execution_id !== child) family.add(child);
		}
	}
	return [...family];
}

/**
 * The families to delete.
 * @param now milliseconds since 1970
 * @throws StoreError `invalid_prune` for a negative number
 */
export function prunable(
	options: PruneOptions,
	index: ExecutionIndex,
	now: number,
	isHeld: (id: string) => boolean,
): string[][] {
	const { maxAgeSeconds, maxCount } = options;
	checkPrune(options);
	const isRoot = ({ id }: { readonly id: string }) => {
		const root = index.get(id)?.root_execution_id ?? id;
		return root === id || index.get(root) === undefined;
	};
	const oldest = maxAgeSeconds === undefined ? Number.NEGATIVE_INFINITY : now - maxAgeSeconds * 1000;
	const old = maxAgeSeconds === undefined ? [] : index.byAge(oldest).filter(isRoot);
	const left = maxCount === undefined ? [] : index.byAge().filter((each) => isRoot(each) && each.time >= oldest);
	return [...old, ...left.slice(maxCount)].filter(({ id }) => !isHeld(id)).map(({ id }) => familyOf(id, index));
}
