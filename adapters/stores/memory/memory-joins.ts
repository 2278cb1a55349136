/** Joins in the memory of this process. */
import type { JoinBackend, JoinedMember, JoinState, OpenJoin } from "../../../runtime/fleet/join-backend.ts";
import { dueJobs } from "../due-jobs.ts";
import { SortedList } from "../sorted-list.ts";
import { compareMoments, type Moment, moveMoment } from "./moments.ts";

interface Join extends OpenJoin {
	touched: number;
	readonly ended: JoinedMember[];
	readonly ranks: Map<string, number>;
}

export class MemoryJoins implements JoinBackend {
	readonly #joins = new Map<string, Join>();
	readonly #byExecution = new Map<string, Set<string>>();
	readonly #touched = new SortedList<Moment>(compareMoments);
	readonly #now: () => number;
	readonly #checkOpen: () => void;

	/**
	 * @param now milliseconds since 1970
	 * @param checkOpen throws where the store is closed
	 */
	constructor(now: () => number, checkOpen: () => void) {
		this.#now = now;
		this.#checkOpen = checkOpen;
	}

	async open(join: OpenJoin): Promise<void> {
		this.#checkOpen();
		const { id, executionId } = join;
		if (this.#joins.has(id)) return;
		const touched = this.#now();
		this.#joins.set(id, { ...join, held: [...join.held], touched, ended: [], ranks: new Map() });
		this.#byExecution.set(executionId, (this.#byExecution.get(executionId) ?? new Set()).add(id));
		moveMoment(this.#touched, id, null, touched);
	}

	async end(id: string, member: string, outcome: string): Promise<readonly string[] | null> {
		this.#checkOpen();
		const join = this.#joins.get(id);
		if (join === undefined) return null;
		const known = join.ranks.get(member);
		const rank = known ?? join.ended.length;
		if (known === undefined) {
			join.ranks.set(member, rank);
			join.ended.push({ member, outcome });
			this.#touch(join);
		}
		const { needed, wake } = join;
		const held = join.held[rank] ?? null;
		return dueJobs({ rank, isAgain: known !== undefined, ended: join.ended.length, needed, held, wake });
	}

	async state(id: string): Promise<JoinState | null> {
		this.#checkOpen();
		const join = this.#joins.get(id);
		if (join === undefined) return null;
		const { executionId, needed, ended, wake } = join;
		return { executionId, needed, ended: ended.length, wake };
	}

	async outcomes(id: string, from: number, limit: number): Promise<readonly JoinedMember[]> {
		this.#checkOpen();
		const ended = this.#joins.get(id)?.ended.slice(from, from + limit) ?? [];
		return ended.map((each) => ({ ...each }));
	}

	async close(id: string): Promise<void> {
		this.#checkOpen();
		this.#remove(id);
	}

	async idle(before: number, limit: number): Promise<readonly string[]> {
		this.#checkOpen();
		const end = Math.min(this.#touched.countBefore({ time: before, id: "" }), limit);
		const ids = [...this.#touched.between(0, end)].map(({ id }) => id);
		for (const id of ids) {
			const join = this.#joins.get(id);
			if (join !== undefined) this.#touch(join);
		}
		return ids;
	}

	/** Removes those of an execution that is deleted. */
	removeOf(executionId: string): void {
		for (const id of this.#byExecution.get(executionId) ?? []) this.#remove(id);
	}

	#remove(id: string): void {
		const join = this.#joins.get(id);
		if (join === undefined) return;
		this.#joins.delete(id);
		moveMoment(this.#touched, id, join.touched, null);
		const own = this.#byExecution.get(join.executionId);
		own?.delete(id);
		if (own?.size === 0) this.#byExecution.delete(join.executionId);
	}

	#touch(join: Join): void {
		const touched = this.#now();
		moveMoment(this.#touched, join.id, join.touched, touched);
		join.touched = touched;
	}
}
