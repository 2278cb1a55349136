/** Deletes whole executions with the children that they waited for, and finds those that are old or too many. */
import type { Lease } from "../../../runtime/store/execution-lock.ts";
import type { ExecutionSummary } from "../../../runtime/store/execution-summary.ts";
import type { PruneOptions } from "../../../runtime/store/persistence-backend.ts";
import { timeOf } from "../filter.ts";
import { checkPrune } from "../prune-limits.ts";
import type { Catalog } from "./catalog.ts";
import type { CommitParts } from "./commit-writer.ts";
import type { FileSignals } from "./file-signals.ts";
import { isExecutionName } from "./layout.ts";

export class Deletion {
	readonly #parts: CommitParts;
	readonly #catalog: Catalog;
	readonly #signals: FileSignals;
	readonly #now: () => number;
	readonly #newId: () => string;

	constructor(
		parts: CommitParts,
		catalog: Catalog,
		signals: FileSignals,
		clock: { now: () => number; newId: () => string },
	) {
		this.#parts = parts;
		this.#catalog = catalog;
		this.#signals = signals;
		this.#now = clock.now;
		this.#newId = clock.newId;
	}

	/** Children first: what is left after a crash is found and deleted the next time. */
	async deleteExecution(id: string): Promise<void> {
		if (!isExecutionName(id)) return;
		const { executions, lock } = this.#parts;
		const lease = executions.exists(id) ? lock.acquireNow(id, true) : null;
		this.#signals.removeOf(await this.#deleteFamily(id, lease));
	}

	async prune(options: PruneOptions): Promise<number> {
		checkPrune(options);
		const { maxAgeSeconds, maxCount } = options;
		const oldest = maxAgeSeconds === undefined ? Number.NEGATIVE_INFINITY : this.#now() - maxAgeSeconds * 1000;
		const old = maxAgeSeconds === undefined ? [] : await this.#catalog.list({ updatedBefore: oldest });
		const all = maxCount === undefined ? [] : await this.#catalog.list({});
		const left = all
			.filter((each) => this.#isRoot(each) && timeOf(each.updated_at) >= oldest)
			.sort((a, b) => timeOf(b.updated_at) - timeOf(a.updated_at) || (a.execution_id < b.execution_id ? -1 : 1));
		const deleted: string[] = [];
		let roots = 0;
		for (const { execution_id } of [...old.filter((each) => this.#isRoot(each)), ...left.slice(maxCount)]) {
			const lease = this.#parts.lock.acquireNow(execution_id);
			if (lease === null) continue;
			deleted.push(...(await this.#deleteFamily(execution_id, lease)));
			roots++;
		}
		this.#signals.removeOf(deleted);
		return roots;
	}

	/** A child whose root is gone counts as a root: nobody else would ever delete it. */
	#isRoot({ execution_id, root_execution_id }: ExecutionSummary): boolean {
		return root_execution_id === execution_id || !this.#parts.executions.exists(root_execution_id);
	}

	/** The execution, the children that it waited for, and theirs; those that it launched are their own roots. */
	async #family(id: string): Promise<string[]> {
		const family = new Set([id]);
		for (const { execution_id } of await this.#catalog.list({ rootExecutionId: id })) family.add(execution_id);
		for (const member of family) {
			for (const child of await this.#catalog.list({ parentExecutionId: member })) {
				if (child.root_execution_id !== child.execution_id) family.add(child.execution_id);
			}
		}
		return [...family];
	}

	/** @returns the ids of all that were deleted */
	async #deleteFamily(id: string, lease: Lease | null): Promise<readonly string[]> {
		const family = await this.#family(id);
		for (const member of family.toReversed()) this.#deleteOne(member);
		if (lease !== null) this.#parts.lock.remove(lease);
		return family;
	}

	#deleteOne(id: string): void {
		const { disk, layout, executions, logs, markers } = this.#parts;
		const summary = executions.exists(id) ? executions.summary(id) : null;
		logs.forget(id);
		disk.makeDirectory(layout.temporary);
		for (const path of [layout.execution(id), layout.resultsOf(id)]) {
			// Gone at once; what a crash leaves is swept up with what is old there.
			const gone = `${layout.temporary}/gone-${process.pid}-${this.#newId()}`;
			if (disk.within(layout.temporary, () => disk.rename(path, gone))) disk.operations.removeTree(gone);
		}
		disk.syncDirectory(layout.dir);
		if (summary !== null) markers.removeAll(summary);
		this.#catalog.noteDeletion(id);
	}
}
