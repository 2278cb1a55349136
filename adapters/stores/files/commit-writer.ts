/**
 * Writes commits, in the order in which they may stop at any point: everything new lies ready beside, then the logs
 * grow, then one rename after the other makes it count, children before parents.
 */
import { parseCheckpointKey } from "../../../runtime/checkpoint/checkpoint-key.ts";
import { LeaseLostError, StoreError } from "../../../runtime/store/errors.ts";
import type { Lease } from "../../../runtime/store/execution-lock.ts";
import type { ExecutionCommit } from "../../../runtime/store/persistence-backend.ts";
import { markOf } from "./checkpoint-mark.ts";
import { type Disk, parentOf } from "./disk.ts";
import type { Executions } from "./executions.ts";
import { isMissing } from "./failures.ts";
import type { FileLock } from "./file-lock.ts";
import type { IndexMarkers } from "./index-markers.ts";
import { assertExecutionName, encodeName, type Layout, latestName, originName } from "./layout.ts";
import type { CheckpointMark } from "./log-lines.ts";
import type { Appended, Logs } from "./logs.ts";

export interface CommitParts {
	readonly disk: Disk;
	readonly layout: Layout;
	readonly executions: Executions;
	readonly logs: Logs;
	readonly markers: IndexMarkers;
	readonly lock: FileLock;
}

/** A file that lies ready, and where it will be. */
interface StagedFile {
	readonly name: string;
	readonly destination: string;
}

interface StagedCommit {
	readonly commit: ExecutionCommit;
	readonly id: string;
	readonly mark: CheckpointMark | null;
	readonly files: readonly StagedFile[];
}

export class CommitWriter {
	readonly #parts: CommitParts;
	#files = 0;

	constructor(parts: CommitParts) {
		this.#parts = parts;
	}

	/** @throws LeaseLostError, and whatever the file system throws */
	write(commits: readonly ExecutionCommit[], lease: Lease | null): void {
		for (const commit of commits) check(commit);
		const staged: StagedCommit[] = [];
		const appended: Appended[] = [];
		const obsolete: string[] = [];
		const directory = this.#directory(lease);
		let isVisible = false;
		try {
			for (const commit of commits) staged.push(this.#stage(commit, lease, directory));
			for (const each of staged) {
				obsolete.push(...this.#announce(each, lease));
				appended.push(this.#append(each, lease));
			}
			for (const each of staged) {
				for (const file of each.files) {
					this.#publish(file, lease, directory);
					isVisible = true;
				}
				this.#sync(each);
			}
		} catch (error) {
			// Who has taken the lease may have read the log since, and counts on what it said.
			const isTaken = isVisible || error instanceof LeaseLostError;
			if (!isTaken) for (const each of appended.reverse()) this.#parts.logs.takeBack(each);
			this.#discard(staged, lease);
			throw error;
		}
		this.#parts.markers.remove(obsolete);
	}

	/** Writes all files of a commit to where the lease's owner alone has them. */
	#stage(commit: ExecutionCommit, lease: Lease | null, directory: string): StagedCommit {
		const { layout } = this.#parts;
		const { summary, origin, checkpoint, result } = commit;
		const id = summary.execution_id;
		const files: StagedFile[] = [];
		const stage = (text: string | Uint8Array, destination: string) => {
			const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : text;
			files.push({ name: this.#create(bytes, lease, directory), destination });
		};
		if (origin !== undefined) stage(origin, layout.file(id, originName));
		if (result !== undefined) stage(result, `${layout.resultsOf(id)}/${encodeName("result")}`);
		if (checkpoint === undefined) return { commit, id, files, mark: null };
		const bytes = Buffer.from(checkpoint.text, "utf8");
		stage(bytes, `${layout.dir}/${checkpoint.key}`);
		stage(checkpoint.key, layout.file(id, latestName));
		return { commit, id, files, mark: markOf(checkpoint.key, bytes) };
	}

	/** Makes the folder and the index's markers; what they tell is looked up, so that they may be too early. */
	#announce({ commit, id, files }: StagedCommit, lease: Lease | null): readonly string[] {
		const { disk, layout, executions, logs, markers } = this.#parts;
		if (!executions.exists(id)) {
			logs.forget(id);
			disk.operations.makeDirectory(layout.execution(id));
			disk.syncDirectory(layout.dir);
		}
		for (const { destination } of files) disk.makeDirectory(parentOf(destination));
		return markers.add(logs.last(id, tokenOf(lease)).summary, commit.summary);
	}

	#append({ commit, id, mark }: StagedCommit, lease: Lease | null): Appended {
		const { logs } = this.#parts;
		const { summary, log, checkpoint } = commit;
		const progress = checkpoint === undefined ? {} : { progress: checkpoint.progress };
		const latest = mark ?? this.#latest(id, lease);
		return logs.append(id, tokenOf(lease), { rows: log, summary, latest, ...progress });
	}

	/** The checkpoint that a commit without one leaves the latest. */
	#latest(id: string, lease: Lease | null): CheckpointMark | null {
		const { disk, layout, executions, logs } = this.#parts;
		const key = executions.latestKey(id);
		if (key === null) return null;
		const known = logs.last(id, tokenOf(lease)).latest;
		const path = `${layout.dir}/${key}`;
		if (known?.key === key && disk.operations.stat(path)?.size === known.size) return known;
		return markOf(key, disk.readBytes(path) ?? new Uint8Array());
	}

	#publish({ name, destination }: StagedFile, lease: Lease | null, directory: string): void {
		const { disk } = this.#parts;
		if (disk.rename(`${directory}/${name}`, destination)) return;
		// Either the lease is lost, or it was renewed late, or somebody removed the folder of the destination.
		const now = `${this.#directory(lease)}/${name}`;
		disk.within(parentOf(destination), () => disk.operations.rename(now, destination));
	}

	#create(bytes: Uint8Array, lease: Lease | null, directory: string): string {
		const { disk } = this.#parts;
		const name = `${process.pid}-${process.hrtime.bigint()}-${++this.#files}`;
		try {
			if (lease === null) disk.within(directory, () => disk.create(`${directory}/${name}`, bytes));
			else disk.create(`${directory}/${name}`, bytes);
		} catch (error) {
			if (!isMissing(error)) throw error;
			// What is not there was taken away with the lease, unless it was renewed late.
			disk.create(`${this.#directory(lease)}/${name}`, bytes);
		}
		return name;
	}

	/** @throws LeaseLostError */
	#directory(lease: Lease | null): string {
		const { disk, layout, lock } = this.#parts;
		if (lease === null) {
			disk.makeDirectory(layout.temporary);
			return layout.temporary;
		}
		const directory = lock.directory(lease);
		if (directory === undefined) throw new LeaseLostError(lease.key, lock.holderNow(lease.key));
		return directory;
	}

	#sync({ id, files }: StagedCommit): void {
		const { disk, layout } = this.#parts;
		const folders = new Set([layout.execution(id), ...files.map(({ destination }) => parentOf(destination))]);
		for (const folder of folders) disk.syncDirectory(folder);
	}

	/** Files of a commit that failed. Those that cannot be removed go with the lease, or are swept up later. */
	#discard(staged: readonly StagedCommit[], lease: Lease | null): void {
		try {
			const directory = this.#directory(lease);
			for (const { files } of staged) for (const { name } of files) this.#parts.disk.remove(`${directory}/${name}`);
		} catch {
			// The failure itself is what is reported.
		}
	}
}

function tokenOf(lease: Lease | null): number | null {
	return lease?.token ?? null;
}

function check({ summary, checkpoint }: ExecutionCommit): void {
	const id = summary.execution_id;
	assertExecutionName(id);
	if (checkpoint === undefined) return;
	const { executionId, name } = parseCheckpointKey(checkpoint.key);
	if (executionId === id && name !== latestName && !name.startsWith(".")) return;
	const shown = JSON.stringify(checkpoint.key.slice(0, 200));
	throw new StoreError("invalid_checkpoint_key", `${shown} cannot be the key of a checkpoint of execution ${id}.`);
}
