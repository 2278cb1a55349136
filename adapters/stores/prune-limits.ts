/** Checks what is to be pruned, before anything is. */
import { StoreError } from "../../runtime/store/errors.ts";
import type { PruneOptions } from "../../runtime/store/persistence-backend.ts";

/** @throws StoreError `invalid_prune` for a negative number, or what is none */
export function checkPrune({ maxAgeSeconds, maxCount }: PruneOptions): void {
	for (const [name, limit] of Object.entries({ maxAgeSeconds, maxCount })) {
		if (limit === undefined || limit >= 0) continue;
		throw new StoreError("invalid_prune", `Expected \`${name}\` to be 0 or more, got ${limit}. Nothing was pruned.`);
	}
}
