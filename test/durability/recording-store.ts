/** A store that remembers the commits that it was given. */
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import type { CheckpointWrite, ExecutionCommit, PersistenceBackend } from "../../runtime/store/persistence-backend.ts";
import type { Store } from "../../runtime/store/store.ts";

export interface RecordingStore {
	readonly store: Store;
	/** All transactions, in their order. */
	readonly commits: readonly (readonly ExecutionCommit[])[];
	/** All checkpoints, in the order in which they were written. */
	readonly checkpoints: readonly CheckpointWrite[];
	/** Names of an execution's checkpoints, in the order in which they were written, without `step_0000` and `.json`. */
	written(executionId: string): string[];
}

/** Wraps a store; closing the wrapper closes the store. */
export function recordingStore(inner: Store = openMemoryStore()): RecordingStore {
	const commits: (readonly ExecutionCommit[])[] = [];
	const { persistence } = inner;
	const checkpoints: CheckpointWrite[] = [];
	const recording: PersistenceBackend = {
		durability: persistence.durability,
		save: (key, value) => persistence.save(key, value),
		load: (key) => persistence.load(key),
		delete: (key) => persistence.delete(key),
		commit(list, lease) {
			commits.push(list);
			for (const { checkpoint } of list) if (checkpoint) checkpoints.push(checkpoint);
			return persistence.commit(list, lease);
		},
		loadExecution: (id) => persistence.loadExecution(id),
		loadCheckpoint: (key) => persistence.loadCheckpoint(key),
		listCheckpoints: (id) => persistence.listCheckpoints(id),
		loadLog: (id, step) => persistence.loadLog(id, step),
		listExecutionIds: (filter) => persistence.listExecutionIds(filter),
		listExecutions: (filter) => persistence.listExecutions(filter),
		deleteExecution: (id) => persistence.deleteExecution(id),
		prune: (options) => persistence.prune(options),
	};
	return {
		store: { ...inner, persistence: recording, close: () => inner.close(), [Symbol.asyncDispose]: () => inner.close() },
		commits,
		checkpoints,
		written: (executionId) =>
			checkpoints
				.filter(({ key }) => key.startsWith(`${executionId}/`))
				.map(({ key }) => key.slice(`${executionId}/step_0000`.length, -".json".length)),
	};
}
