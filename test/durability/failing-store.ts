/** A store that fails at one of its commits, and at all that follow, as a process that dies or a disk that is full. */

import type { ExecutionCommit } from "../../runtime/store/persistence-backend.ts";
import type { Store } from "../../runtime/store/store.ts";
import { withMethods } from "./with-methods.ts";

export interface Failure {
	/** Commits that succeed, counted from the wrapping on; or which commit fails. */
	readonly after: number | ((commits: readonly ExecutionCommit[]) => boolean);
	/** Whether the commit that fails takes effect all the same. */
	readonly takesEffect: boolean;
	readonly error?: Error;
}

export interface FailingStore {
	readonly store: Store;
	readonly commits: number;
	readonly hasFailed: boolean;
}

/** Wraps a store; closing the wrapper leaves the store open. */
export function failingStore(
	store: Store,
	{ after, takesEffect, error = new Error("the disk is gone") }: Failure,
): FailingStore {
	let commits = 0;
	let hasFailed = false;
	const { persistence } = store;
	const wrapped = withMethods(persistence, {
		commit(list, lease) {
			if (hasFailed) throw error;
			commits += 1;
			const fails = typeof after === "number" ? commits > after : after(list);
			if (!fails) return persistence.commit(list, lease);
			hasFailed = true;
			if (!takesEffect) throw error;
			const written = persistence.commit(list, lease);
			if (!written) throw error;
			return written.then(() => {
				throw error;
			});
		},
	});
	return {
		store: { ...store, persistence: wrapped, close: async () => undefined },
		get commits() {
			return commits;
		},
		get hasFailed() {
			return hasFailed;
		},
	};
}
