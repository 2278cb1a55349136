/**
 * The index: an empty file for each thing that executions are looked up by, named by the execution, in a folder named by
 * the thing. A marker is there before what it tells is, and goes after it: one too many is seen through, none is missing.
 */
import {
	type ExecutionFilter,
	type ExecutionSummary,
	executionStatuses,
} from "../../../runtime/store/execution-summary.ts";
import { type Disk, parentOf } from "./disk.ts";
import { codeOf, isMissing } from "./failures.ts";
import { encodeName, type Layout } from "./layout.ts";
import { modes } from "./operations.ts";

const hourMs = 3_600_000;
/** Events of executions that rest. The others follow each other step by step, and share a folder. */
const restingEvents: readonly string[] = ["waiting", "machine_end"];
const eventFolders = [...restingEvents, "running"];

export class IndexMarkers {
	readonly #disk: Disk;
	readonly #root: string;

	constructor(disk: Disk, layout: Layout) {
		this.#disk = disk;
		this.#root = layout.index;
	}

	/** Adds what `after` needs, and gives what is to be removed once `after` holds. */
	add(before: ExecutionSummary | null, after: ExecutionSummary): readonly string[] {
		const old = new Set(before === null ? [] : this.#markersOf(before));
		for (const path of this.#markersOf(after)) {
			if (!old.delete(path)) this.#create(path);
		}
		return [...old];
	}

	remove(paths: readonly string[]): void {
		for (const path of paths) {
			if (!this.#disk.remove(path)) continue;
			const folder = parentOf(path);
			// Those with few values are as good as full.
			if (/\/(?:parent|root|channel)\//.test(folder)) this.#removeEmpty(folder);
		}
	}

	removeAll(summary: ExecutionSummary): void {
		this.remove(this.#markersOf(summary));
	}

	/** Ids that may pass a filter; undefined where all may. */
	candidates(filter: ExecutionFilter): ReadonlySet<string> | undefined {
		const { waitingChannel, parentExecutionId, rootExecutionId, wakeBefore } = filter;
		if (waitingChannel !== undefined) return this.#in([`channel/${encodeName(waitingChannel)}`]);
		if (parentExecutionId !== undefined) return this.#in([`parent/${encodeName(parentExecutionId)}`]);
		if (rootExecutionId !== undefined) {
			return new Set(this.#in([`root/${encodeName(rootExecutionId)}`])).add(rootExecutionId);
		}
		if (wakeBefore !== undefined) return this.#in(this.#hours("wake", wakeBefore));
		const { status, event, updatedBefore, rootsOnly } = filter;
		if (status === undefined && event === undefined && updatedBefore === undefined) {
			return rootsOnly === true ? this.#in(["top"]) : undefined;
		}
		const events = event === undefined ? eventFolders : [folderOf(event)];
		return this.#in(
			(status === undefined ? executionStatuses : [status]).flatMap((each) =>
				events.flatMap((name) => this.#hours(`state/${each}/${name}`, updatedBefore ?? Number.POSITIVE_INFINITY)),
			),
		);
	}

	#markersOf(summary: ExecutionSummary): string[] {
		const { execution_id: id, status, event, parent_execution_id, root_execution_id, waiting_channel } = summary;
		const folders = [`state/${status}/${folderOf(event)}/${hourOf(Date.parse(summary.updated_at))}`];
		if (parent_execution_id !== null) folders.push(`parent/${encodeName(parent_execution_id)}`);
		folders.push(root_execution_id === id ? "top" : `root/${encodeName(root_execution_id)}`);
		if (waiting_channel !== null) folders.push(`channel/${encodeName(waiting_channel)}`);
		if (summary.wake_at !== null) folders.push(`wake/${hourOf(summary.wake_at)}`);
		return folders.map((folder) => `${this.#root}/${folder}/${id}`);
	}

	#create(path: string): void {
		const folder = parentOf(path);
		const { operations } = this.#disk;
		try {
			this.#disk.makeDirectory(folder);
			operations.close(this.#disk.within(folder, () => operations.open(path, modes.create)));
			this.#disk.syncDirectory(folder);
		} catch (error) {
			if (codeOf(error) !== "EEXIST") throw error;
		}
	}

	#in(folders: readonly string[]): Set<string> {
		return new Set(folders.flatMap((folder) => this.#disk.list(`${this.#root}/${folder}`)));
	}

	/** Folders of the hours up to a time. */
	#hours(folder: string, until: number): string[] {
		const last = until === Number.POSITIVE_INFINITY ? until : Math.floor(until / hourMs);
		return this.#disk
			.list(`${this.#root}/${folder}`)
			.filter((hour) => Number(hour) <= last)
			.map((hour) => `${folder}/${hour}`);
	}

	#removeEmpty(folder: string): void {
		try {
			this.#disk.operations.removeDirectory(folder);
		} catch (error) {
			// Somebody else has a marker there, or was faster.
			if (!isMissing(error) && !["ENOTEMPTY", "EEXIST"].includes(codeOf(error))) throw error;
		}
	}
}

function folderOf(event: string): string {
	return restingEvents.includes(event) ? event : "running";
}

/** Whole hours since 1970; of a time that cannot be read, the first, where every search for old ones looks. */
function hourOf(milliseconds: number): number {
	return Number.isNaN(milliseconds) ? 0 : Math.floor(milliseconds / hourMs);
}
