/** Reads executions from their folders, whoever wrote them. */

import { parseCheckpointKey } from "../../../runtime/checkpoint/checkpoint-key.ts";
import { checkpointEvents } from "../../../runtime/checkpoint/machine-snapshot.ts";
import { StoreError } from "../../../runtime/store/errors.ts";
import type { ExecutionSummary } from "../../../runtime/store/execution-summary.ts";
import type { LogRow, StoredCheckpoint, StoredExecution } from "../../../runtime/store/persistence-backend.ts";
import { summaryOfSaved } from "../foreign-snapshot.ts";
import { digestOf, isMarked } from "./checkpoint-mark.ts";
import { type Disk, decodeText } from "./disk.ts";
import { isMissing } from "./failures.ts";
import { findProgress } from "./find-progress.ts";
import { isExecutionName, type Layout, latestName, logName, originName } from "./layout.ts";
import type { CheckpointMark } from "./log-lines.ts";
import { commitsBackwards, endOfLines, type LogCommit } from "./log-reader.ts";
import { modes } from "./operations.ts";

const eventOrder: readonly string[] = checkpointEvents;
const namePattern = /^step_\d{6,15}_[a-z_]{1,40}\.json$/;
/** Of a larger snapshot only the size is compared when no more than the row is asked for. */
const comparedBytes = 64 * 1024;
/** So many commits at the end of a log may have ended before their snapshot was written. */
const mostUnfinished = 200;

export class Executions {
	readonly #disk: Disk;
	readonly #layout: Layout;

	constructor(disk: Disk, layout: Layout) {
		this.#disk = disk;
		this.#layout = layout;
	}

	/**
	 * Whether there is a folder of this name.
	 * @throws StoreError `store_read_failed` where it is a link, which could lead anywhere
	 */
	exists(id: string): boolean {
		if (!isExecutionName(id)) return false;
		const found = this.#disk.operations.stat(this.#layout.execution(id));
		if (found?.kind !== "link") return found?.kind === "directory";
		const shown = JSON.stringify(id);
		throw new StoreError(
			"store_read_failed",
			`The folder of execution ${shown} is a symbolic link, which is not followed.`,
		);
	}

	/** Whether flatstate wrote it, at least in part. */
	isOwn(id: string): boolean {
		return this.#disk.operations.stat(this.#layout.file(id, logName)) !== undefined;
	}

	load(id: string): StoredExecution | null {
		const found = this.#find(id);
		return found && { ...found, origin: this.#disk.readText(this.#layout.file(id, originName)) };
	}

	summary(id: string): ExecutionSummary | null {
		return this.#find(id)?.summary ?? null;
	}

	/**
	 * The row once something else's `save` is done.
	 * @param text what the checkpoint will have, where that is what is saved
	 */
	preview(id: string, latestKey: string, text?: string): ExecutionSummary {
		const { summary, last } = this.#line(id, latestKey);
		return text === undefined && summary !== null ? summary : this.#rebuild(id, latestKey, last, text);
	}

	/** The key in `latest`; where that is cut off or names nothing that is there, the newest checkpoint's. */
	latestKey(id: string): string | null {
		const text = this.#disk.readText(this.#layout.file(id, latestName))?.trim();
		if (text === undefined) return null;
		const name = text.startsWith(`${id}/`) ? text.slice(id.length + 1) : "";
		if (name !== "" && !/[/\0]/.test(name) && !name.startsWith(".")) {
			if (this.#disk.operations.stat(this.#layout.file(id, name))?.kind === "file") return text;
		}
		return this.checkpoints(id).at(-1) ?? null;
	}

	/** @param key has passed `parseCheckpointKey` */
	checkpoint(key: string): StoredCheckpoint | null {
		const { executionId, name, step } = parseCheckpointKey(key);
		if (!this.exists(executionId)) return null;
		const bytes = this.#disk.readBytes(this.#layout.file(executionId, name));
		if (bytes === null) return null;
		const text = decodeText(bytes);
		if (step === undefined) return { text, progress: null };
		const wanted = { key, step, digest: digestOf(bytes) };
		return { text, progress: this.#withLog(executionId, null, (fd) => findProgress(this.#disk, fd, wanted)) };
	}

	/** Oldest first. Of the same step, by when they were written; where that is the same too, as a step goes. */
	checkpoints(id: string): string[] {
		if (!this.exists(id)) return [];
		const names = this.#disk.list(this.#layout.execution(id)).filter((name) => namePattern.test(name));
		const found = names.map((name) => ({ key: `${id}/${name}`, ...parseCheckpointKey(`${id}/${name}`) }));
		found.sort((a, b) => (a.step ?? 0) - (b.step ?? 0));
		const times = new Map<string, number>();
		for (const [index, { key, name, step }] of found.entries()) {
			if (found[index - 1]?.step !== step && found[index + 1]?.step !== step) continue;
			times.set(key, this.#disk.operations.stat(this.#layout.file(id, name))?.mtimeMs ?? 0);
		}
		const timeOf = (key: string) => times.get(key) ?? 0;
		const placeOf = (event: string | undefined) => eventOrder.indexOf(event ?? "");
		return found
			.sort(
				(a, b) => (a.step ?? 0) - (b.step ?? 0) || timeOf(a.key) - timeOf(b.key) || placeOf(a.event) - placeOf(b.event),
			)
			.map(({ key }) => key);
	}

	/** Reads from the end, so that what is before `fromStep` costs nothing. */
	log(id: string, fromStep: number): LogRow[] {
		if (!this.exists(id)) return [];
		return this.#withLog(id, [], (fd) => {
			const end = endOfLines(this.#disk, fd, this.#disk.operations.statOf(fd).size);
			const parts: (readonly LogRow[])[] = [];
			for (const each of commitsBackwards(this.#disk, fd, end)) {
				if (endsBefore(each, fromStep)) break;
				parts.push(each.rows.filter(({ step }) => step >= fromStep));
			}
			return parts.reverse().flat();
		});
	}

	/** A commit may be done between reading `latest` and the log: then once more. */
	#find(id: string): { summary: ExecutionSummary; latestKey: string | null } | null {
		for (let attempt = 0; ; attempt++) {
			if (!this.exists(id)) return null;
			const latestKey = this.latestKey(id);
			const { summary, last } = this.#line(id, latestKey);
			if (summary !== null) return { summary, latestKey };
			if (attempt === 0 && last !== null) continue;
			return latestKey === null ? null : { summary: this.#rebuild(id, latestKey, last), latestKey };
		}
	}

	/** The row of the newest commit that was done, and the newest row of all. */
	#line(id: string, latestKey: string | null): { summary: ExecutionSummary | null; last: ExecutionSummary | null } {
		return this.#withLog(id, { summary: null, last: null }, (fd) => {
			const end = endOfLines(this.#disk, fd, this.#disk.operations.statOf(fd).size);
			let last: ExecutionSummary | null = null;
			let seen = 0;
			for (const { commit } of commitsBackwards(this.#disk, fd, end)) {
				if (commit === undefined) continue;
				last ??= commit.summary;
				if (this.#isDone(commit.latest, latestKey)) return { summary: commit.summary, last };
				if (++seen >= mostUnfinished) break;
			}
			return { summary: null, last };
		});
	}

	#isDone(mark: CheckpointMark | null, latestKey: string | null): boolean {
		if (mark === null || latestKey === null) return mark === latestKey;
		if (mark.key !== latestKey) return false;
		const path = `${this.#layout.dir}/${latestKey}`;
		if (this.#disk.operations.stat(path)?.size !== mark.size) return false;
		if (mark.size > comparedBytes) return true;
		const bytes = this.#disk.readBytes(path);
		return bytes !== null && isMarked(mark, bytes);
	}

	#rebuild(id: string, key: string, last: ExecutionSummary | null, saved?: string): ExecutionSummary {
		const text = saved ?? this.#disk.readText(`${this.#layout.dir}/${key}`) ?? "";
		const changed = this.#disk.operations.stat(this.#layout.execution(id))?.mtimeMs ?? 0;
		const summary = summaryOfSaved(key, text, last && { row: last, committed: true }, changed);
		if (!Number.isNaN(Date.parse(summary.updated_at))) return summary;
		const time = new Date(changed).toISOString();
		return { ...summary, created_at: summary.created_at === "" ? time : summary.created_at, updated_at: time };
	}

	#withLog<T>(id: string, otherwise: T, read: (fd: number) => T): T {
		let fd: number;
		try {
			fd = this.#disk.operations.open(this.#layout.file(id, logName), modes.read);
		} catch (error) {
			if (isMissing(error)) return otherwise;
			throw error;
		}
		try {
			return read(fd);
		} finally {
			this.#disk.operations.close(fd);
		}
	}
}

function endsBefore({ rows, commit, place, start }: LogCommit, step: number): boolean {
	if (commit === undefined || place.at !== start) return false;
	return (rows.at(-1)?.step ?? commit.lastRow ?? -1) < step;
}
