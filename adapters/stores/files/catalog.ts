/** Which executions there are: ours by the index, those of other programs by the names in the store's folder. */
import type { ExecutionFilter, ExecutionSummary } from "../../../runtime/store/execution-summary.ts";
import { holds } from "../filter.ts";
import type { Disk } from "./disk.ts";
import type { Executions } from "./executions.ts";
import { codeOf } from "./failures.ts";
import type { IndexMarkers } from "./index-markers.ts";
import { isExecutionName, type Layout, logName } from "./layout.ts";

/** The file system's clock ticks in steps: what changed within one step of a look may have been missed by it. */
const clockStepMs = 1000;
/** Looks at a large folder take at most this part of the time. */
const shareOfTime = 1 / 20;
const cheapMs = 5;
const compareEveryMs = 60_000;

export class Catalog {
	readonly #disk: Disk;
	readonly #layout: Layout;
	readonly #executions: Executions;
	readonly #markers: IndexMarkers;
	readonly #own = new Set<string>();
	readonly #foreign = new Map<string, { readonly changed: number; readonly summary: ExecutionSummary | null }>();
	#seen = { changed: Number.NaN, deleted: Number.NaN, at: 0, took: 0 };
	#isIndexed = false;

	constructor(disk: Disk, layout: Layout, executions: Executions, markers: IndexMarkers) {
		this.#disk = disk;
		this.#layout = layout;
		this.#executions = executions;
		this.#markers = markers;
	}

	/** Rows in the order of their ids. Reads no more executions than the filter's index names, and the page needs. */
	async list(filter: ExecutionFilter): Promise<ExecutionSummary[]> {
		const { limit = Number.POSITIVE_INFINITY, after } = filter;
		if (limit <= 0) return [];
		this.#refresh();
		const isIndexed = this.#buildIndex();
		if (isIndexed) await this.#compare();
		const named = (isIndexed ? this.#markers.candidates(filter) : undefined) ?? this.#own;
		const ids = new Set([...named, ...this.#foreign.keys()]);
		const sorted = [...ids].filter((id) => after === undefined || id > after).sort();
		const found: ExecutionSummary[] = [];
		for (const [index, id] of sorted.entries()) {
			if (found.length >= limit) break;
			const summary = this.#summary(id);
			if (summary !== null && holds(summary, filter)) found.push(summary);
			// Reading is synchronous: others get their turn.
			if (index % 100 === 99) await turn();
		}
		return found;
	}

	/** To be called at the opening: where there is no execution yet, the index has all from the start. */
	begin(): void {
		const path = `${this.#layout.index}/complete`;
		if (this.#disk.operations.stat(path) !== undefined) return;
		if (this.#disk.list(this.#layout.dir).some(isExecutionName)) return;
		try {
			this.#stamp(path);
		} catch (error) {
			if (!isReadOnly(error)) throw error;
		}
	}

	/** To be called once an execution of ours is stored. */
	noteOwn(id: string): void {
		this.#own.add(id);
	}

	/** To be called after a deletion: what other processes know of the id is no longer true. */
	noteDeletion(id: string): void {
		this.#own.delete(id);
		this.#foreign.delete(id);
		this.#stamp(`${this.#layout.index}/deleted`);
	}

	/**
	 * The index may have been lost, or the executions copied without it.
	 * @returns false where the folder cannot be written, so that there is no index to rely on
	 */
	#buildIndex(): boolean {
		const path = `${this.#layout.index}/complete`;
		this.#isIndexed ||= this.#disk.operations.stat(path) !== undefined;
		if (this.#isIndexed || this.#own.size === 0) return true;
		try {
			for (const id of this.#own) this.#index(id);
			this.#stamp(path);
			this.#isIndexed = true;
			return true;
		} catch (error) {
			if (isReadOnly(error)) return false;
			throw error;
		}
	}

	/** Now and then: another program may have continued executions of ours, without a word to the index. */
	async #compare(): Promise<void> {
		const path = `${this.#layout.index}/compared`;
		const last = this.#disk.operations.stat(path)?.mtimeMs ?? 0;
		if (this.#own.size === 0 || Date.now() - last < compareEveryMs) return;
		try {
			this.#stamp(path);
		} catch (error) {
			if (isReadOnly(error)) return;
			throw error;
		}
		let looked = 0;
		for (const id of [...this.#own]) {
			const folder = this.#disk.operations.stat(this.#layout.execution(id))?.mtimeMs ?? 0;
			const log = this.#disk.operations.stat(this.#layout.file(id, logName))?.mtimeMs ?? folder;
			// We write the log first, and what is in the folder at once after it.
			if (folder - log > clockStepMs) this.#index(id);
			if (++looked % 500 === 0) await turn();
		}
	}

	#index(id: string): void {
		const summary = this.#summary(id);
		if (summary !== null) this.#markers.add(null, summary);
	}

	/** An empty file that is new. */
	#stamp(path: string): void {
		const temporary = `${path}.${process.pid}.${performance.now()}`;
		this.#disk.makeDirectory(this.#layout.index);
		this.#disk.within(this.#layout.index, () => this.#disk.create(temporary, new Uint8Array(), false));
		this.#disk.operations.rename(temporary, path);
	}

	#refresh(): void {
		const { operations } = this.#disk;
		const changed = operations.stat(this.#layout.dir)?.mtimeMs ?? Number.NaN;
		const deleted = operations.stat(`${this.#layout.index}/deleted`)?.mtimeMs ?? 0;
		const now = Date.now();
		const last = this.#seen;
		const isSame = changed === last.changed && deleted === last.deleted && changed < last.at - clockStepMs;
		if (isSame || (last.took > cheapMs && now - last.at < last.took / shareOfTime)) return;
		const start = performance.now();
		if (deleted !== last.deleted) this.#own.clear();
		const names = new Set(this.#disk.list(this.#layout.dir).filter(isExecutionName));
		for (const id of this.#own) if (!names.has(id)) this.#own.delete(id);
		for (const id of this.#foreign.keys()) if (!names.has(id)) this.#foreign.delete(id);
		for (const id of names) {
			if (this.#own.has(id) || this.#foreign.has(id)) continue;
			if (this.#executions.isOwn(id)) this.#own.add(id);
			else if (operations.stat(this.#layout.execution(id))?.kind === "directory") {
				this.#foreign.set(id, { changed: Number.NaN, summary: null });
			}
		}
		this.#seen = { changed, deleted, at: now, took: performance.now() - start };
	}

	#summary(id: string): ExecutionSummary | null {
		const known = this.#foreign.get(id);
		if (known === undefined) return this.#read(id);
		if (this.#executions.isOwn(id)) {
			this.#foreign.delete(id);
			this.#own.add(id);
			return this.#read(id);
		}
		const changed = this.#disk.operations.stat(this.#layout.execution(id))?.mtimeMs ?? Number.NaN;
		if (known.changed === changed) return known.summary;
		const summary = this.#read(id);
		const isSettled = changed < Date.now() - clockStepMs;
		this.#foreign.set(id, { changed: isSettled ? changed : Number.NaN, summary });
		return summary;
	}

	/** What has links in the place of its folder or files is no execution, and keeps nobody from finding the others. */
	#read(id: string): ExecutionSummary | null {
		if (!isExecutionName(id) || this.#disk.operations.stat(this.#layout.execution(id))?.kind !== "directory")
			return null;
		try {
			return this.#executions.summary(id);
		} catch (error) {
			if (["ELOOP", "EISDIR"].includes(codeOf(error))) return null;
			throw error;
		}
	}
}

function isReadOnly(error: unknown): boolean {
	return ["EROFS", "EACCES", "EPERM"].includes(codeOf(error));
}

/** Others get their turn of the event loop. */
function turn(): Promise<void> {
	return new Promise((resolve) => {
		setImmediate(resolve);
	});
}
