/** Leads a run from where a search left it to an end, along a shortest way that can be found at little cost. */
import type { MachinePlan } from "../../../compiler/plan/plan.ts";
import type { TransitionId } from "../scenario/scenario.ts";
import type { AnswerSpace } from "../solve/answer-space.ts";
import type { End } from "./build-scenario.ts";
import type { MachineModel } from "./model/machine-model.ts";
import type { Position, Way } from "./model/way.ts";
import type { SituationKeys } from "./search/situation.ts";
import { distancesToEnds } from "./state-graph.ts";

/** Situations that one completion looks at. */
const mostSituations = 3000;
/** Ways that all completions try together: so many, and so many for each route. */
const mostSteps = 20_000;
const stepsOfRoute = 40;

interface Hint {
	/** Visits from here to the end, this one included. */
	readonly distance: number;
	/** The choices of the way that leads on. */
	readonly picked: readonly number[];
}

interface Node {
	readonly position: Position;
	readonly key: string;
	readonly came?: { readonly from: Node; readonly by: Way };
	readonly depth: number;
}

/** The rest of a run. */
export interface Completion {
	readonly ways: readonly Way[];
	readonly end: End;
}

export class Completer {
	readonly #model: MachineModel;
	readonly #space: AnswerSpace;
	readonly #keys: SituationKeys;
	readonly #distances: ReadonlyMap<string, number>;
	readonly #hints = new Map<string, Hint>();
	readonly #hopeless = new Set<string>();
	#stepsLeft: number;

	/** @param routes that runs may take */
	constructor(
		plan: MachinePlan,
		model: MachineModel,
		space: AnswerSpace,
		keys: SituationKeys,
		routes: readonly TransitionId[],
	) {
		this.#model = model;
		this.#space = space;
		this.#keys = keys;
		this.#distances = distancesToEnds(plan, model, routes);
		this.#stepsLeft = mostSteps + stepsOfRoute * routes.length;
	}

	/** The ways from `position` to a run that is done; undefined where none was found. */
	complete(position: Position): Completion | undefined {
		return this.#follow(position) ?? this.#search(position);
	}

	/** Goes the way that an earlier completion found from a like situation. */
	#follow(position: Position): Completion | undefined {
		const ways: Way[] = [];
		let at = position;
		for (let left = Number.POSITIVE_INFINITY; ; ) {
			const hint = this.#hints.get(this.#keys.keyOf(at));
			if (!hint || hint.distance >= left) return undefined;
			left = hint.distance;
			const way = this.#model.way(at, this.#space, hint.picked);
			ways.push(way);
			if (way.leaving.kind === "ends") return isDone(way.leaving) ? { ways, end: way.leaving } : undefined;
			at = way.leaving.to;
		}
	}

	#search(position: Position): Completion | undefined {
		const start: Node = { position, key: this.#keys.keyOf(position), depth: 0 };
		if (this.#hopeless.has(start.key)) return undefined;
		const open = new BucketQueue<Node>();
		const seen = new Set([start.key]);
		this.#push(open, start);
		for (let node = open.pop(); node !== undefined; node = open.pop()) {
			if (seen.size > mostSituations || this.#stepsLeft <= 0) break;
			for (const by of this.#model.ways(node.position, this.#space)) {
				this.#stepsLeft--;
				const { leaving } = by;
				if (leaving.kind === "ends") {
					if (!isDone(leaving)) continue;
					const ways = this.#remember(node, by);
					return { ways, end: leaving };
				}
				const key = this.#keys.keyOf(leaving.to);
				if (seen.has(key)) continue;
				seen.add(key);
				this.#push(open, { position: leaving.to, key, came: { from: node, by }, depth: node.depth + 1 });
			}
		}
		this.#hopeless.add(start.key);
		return undefined;
	}

	#push(open: BucketQueue<Node>, node: Node): void {
		const known = this.#hints.get(node.key)?.distance ?? this.#distances.get(node.position.state.name);
		if (known !== undefined) open.push(node.depth + known, node);
	}

	/** The ways of a completion that has just been found, which the next ones may follow. */
	#remember(last: Node, by: Way): Way[] {
		const ways = [by];
		let distance = 1;
		for (let node: Node | undefined = last; node !== undefined; node = node.came?.from) {
			const [next] = ways;
			if (next) this.#hints.set(node.key, { distance, picked: next.picked });
			distance++;
			if (node.came) ways.unshift(node.came.by);
		}
		return ways;
	}
}

function isDone({ ending }: End): boolean {
	return ending.status === "done";
}

/** A queue of small whole priorities; of equal ones the first in comes out first. */
class BucketQueue<T> {
	readonly #buckets: T[][] = [];
	readonly #taken: number[] = [];
	#lowest = 0;

	push(priority: number, item: T): void {
		const bucket = this.#buckets[priority];
		if (bucket) bucket.push(item);
		else this.#buckets[priority] = [item];
		this.#lowest = Math.min(this.#lowest, priority);
	}

	pop(): T | undefined {
		for (; this.#lowest < this.#buckets.length; this.#lowest++) {
			const taken = this.#taken[this.#lowest] ?? 0;
			const item = this.#buckets[this.#lowest]?.[taken];
			if (item === undefined) continue;
			this.#taken[this.#lowest] = taken + 1;
			return item;
		}
		return undefined;
	}
}
