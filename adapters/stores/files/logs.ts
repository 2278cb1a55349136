/** The logs of executions that are being written: what is known of each, and a bounded number of open files. */
import type { ExecutionSummary } from "../../../runtime/store/execution-summary.ts";
import type { LogRow } from "../../../runtime/store/persistence-backend.ts";
import type { Disk } from "./disk.ts";
import { type Layout, logName } from "./layout.ts";
import { type CheckpointMark, encodeCommit } from "./log-lines.ts";
import { commitsBackwards, endOfLines } from "./log-reader.ts";
import { modes } from "./operations.ts";

const mostOpen = 64;
const mostKnown = 10_000;

/** What the writer of a log knows, without reading it again. */
interface LogState {
	fd: number | undefined;
	/** Where the log ends, as far as this writer knows. */
	size: number;
	/** The greatest token in it. */
	token: number | null;
	lastRow: number | null;
	summary: ExecutionSummary | null;
	/** Of the last line, whatever `latest` says. */
	latest: CheckpointMark | null;
}

export interface LogEntry {
	readonly rows: readonly LogRow[];
	readonly summary: ExecutionSummary;
	readonly latest: CheckpointMark | null;
	readonly progress?: string;
}

/** What was appended, so that it can be taken back. */
export interface Appended {
	readonly id: string;
	readonly from: number;
	readonly to: number;
	readonly before: Omit<LogState, "fd">;
}

export class Logs {
	readonly #disk: Disk;
	readonly #layout: Layout;
	/** The one used longest ago first. */
	readonly #states = new Map<string, LogState>();
	/** Those with an open file, the one used longest ago first. */
	readonly #open = new Set<string>();

	constructor(disk: Disk, layout: Layout) {
		this.#disk = disk;
		this.#layout = layout;
	}

	/** The last row of summary that the log has, and the mark of the checkpoint that was the latest then. */
	last(id: string, token: number | null): { summary: ExecutionSummary | null; latest: CheckpointMark | null } {
		const { summary, latest } = this.#state(id, token);
		return { summary, latest };
	}

	/** Appends the lines of a commit and waits until they are on the disk. */
	append(id: string, lease: number | null, { rows, ...entry }: LogEntry): Appended {
		const state = this.#state(id, lease);
		const { fd: _, ...before } = state;
		const fd = this.#descriptor(id, state);
		// A token below those in the log can only be one of a lock folder that was made anew; the lease is checked elsewhere.
		const token = lease === null ? null : Math.max(lease, state.token ?? 0);
		const lastRow = rows.at(-1)?.step ?? state.lastRow;
		const bytes = encodeCommit({ token, at: state.size }, rows, { ...entry, lastRow });
		const size = this.#disk.operations.statOf(fd).size;
		try {
			this.#disk.writeAll(fd, bytes);
			this.#disk.operations.syncData(fd);
		} catch (error) {
			this.#cut(id, state, size);
			throw error;
		}
		const { summary, latest } = entry;
		Object.assign(state, { size: size + bytes.length, token: token ?? state.token, lastRow, summary, latest });
		return { id, from: size, to: size + bytes.length, before };
	}

	/** Takes back what nothing was appended to since. */
	takeBack({ id, from, to, before }: Appended): void {
		const state = this.#states.get(id);
		if (state?.fd === undefined || this.#disk.operations.statOf(state.fd).size !== to) return;
		this.#cut(id, state, from);
		Object.assign(state, before);
	}

	forget(id: string): void {
		this.#close(id);
		this.#states.delete(id);
	}

	close(): void {
		for (const id of [...this.#states.keys()]) this.forget(id);
	}

	#state(id: string, token: number | null): LogState {
		const known = this.#states.get(id);
		if (known !== undefined) {
			const found = this.#disk.operations.statOf(this.#descriptor(id, known));
			const isOwn = token !== null && known.token === token && found.size > known.size;
			// Nobody else may write under this lease: what came on top is of somebody who has lost his.
			if (found.names > 0 && (found.size === known.size || isOwn)) return this.#used(id, known);
			this.forget(id);
		}
		const state: LogState = { fd: undefined, size: 0, token: null, lastRow: null, summary: null, latest: null };
		this.#used(id, state);
		try {
			this.#read(id, state);
		} catch (error) {
			this.forget(id);
			throw error;
		}
		return state;
	}

	#read(id: string, state: LogState): void {
		const fd = this.#descriptor(id, state);
		const { operations } = this.#disk;
		const size = operations.statOf(fd).size;
		const end = endOfLines(this.#disk, fd, size);
		// The end of a line that its writer could not finish.
		if (end < size) operations.truncate(fd, end);
		state.size = end;
		for (const { place, commit } of commitsBackwards(this.#disk, fd, end)) {
			if (commit === undefined) continue;
			state.token = place.token;
			state.lastRow = commit.lastRow;
			state.summary = commit.summary;
			state.latest = commit.latest;
			break;
		}
	}

	#used(id: string, state: LogState): LogState {
		this.#states.delete(id);
		this.#states.set(id, state);
		for (const oldest of this.#states.keys()) {
			if (this.#states.size <= mostKnown) break;
			this.forget(oldest);
		}
		return state;
	}

	#descriptor(id: string, state: LogState): number {
		this.#open.delete(id);
		this.#open.add(id);
		for (const oldest of this.#open) {
			if (this.#open.size <= mostOpen) break;
			this.#close(oldest);
		}
		const directory = this.#layout.execution(id);
		const path = this.#layout.file(id, logName);
		state.fd ??= this.#disk.within(directory, () => this.#disk.operations.open(path, modes.append));
		return state.fd;
	}

	#close(id: string): void {
		const state = this.#states.get(id);
		this.#open.delete(id);
		if (state?.fd === undefined) return;
		const { fd } = state;
		state.fd = undefined;
		this.#disk.operations.close(fd);
	}

	/** What fails here leaves a line that is cut off: the next who opens the log removes it. */
	#cut(id: string, state: LogState, size: number): void {
		try {
			if (state.fd !== undefined) this.#disk.operations.truncate(state.fd, size);
		} catch {
			this.forget(id);
		}
	}
}
