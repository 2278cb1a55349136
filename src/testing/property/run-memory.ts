/** What invariants ask of a run's past: how many states it has entered, and whether what must come eventually has come. */

import { childrenOf } from "../../../compiler/checks/visit.ts";
import { references } from "../../../compiler/expression/index.ts";
import type { Expression } from "../../../compiler/expression/nodes.ts";
import type { MachineModel } from "../explore/model/machine-model.ts";
import type { Situation } from "../explore/search/situation.ts";
import type { Invariant } from "./invariant.ts";
import { momentsOfEntry, momentsOfVisit } from "./model-moments.ts";
import type { Moment } from "./moments.ts";

/** Steps beyond this are taken for the same. */
const MOST_STEPS = 200;

/** Whether a run's past decides if it breaks the invariant, beside the place where it stands. */
export function asksOfPast(invariant: Invariant): boolean {
	return invariant.kind === "eventually" || readsStep(invariant);
}

/** Tells situations apart by what invariants ask of the past. */
export class RunMemory {
	readonly #model: MachineModel;
	readonly #awaited: readonly Invariant[];
	readonly #steps: number;
	readonly #come = new WeakMap<Situation, ReadonlySet<Invariant>>();

	constructor(model: MachineModel, invariants: readonly Invariant[]) {
		this.#model = model;
		this.#awaited = invariants.filter(({ kind }) => kind === "eventually");
		this.#steps = stepsAsked(invariants.filter(readsStep));
	}

	/** The same text for situations with the same past, as far as it matters. */
	keyOf(situation: Situation): string {
		const come = this.comeBy(situation);
		const step = Math.min(situation.position.context.machine.step, this.#steps);
		return [step, ...this.#awaited.map((invariant) => Number(come.has(invariant)))].join(" ");
	}

	/** Those of `eventually` that have held by the time when the situation's state is entered. */
	comeBy(situation: Situation): ReadonlySet<Invariant> {
		const known = this.#come.get(situation);
		if (known) return known;
		const { position, came, input } = situation;
		const moments: readonly Moment[] = [
			...(came ? momentsOfVisit(came.from.position, came.by) : []),
			...momentsOfEntry(this.#model, position),
		];
		const before = came ? this.comeBy(came.from) : new Set<Invariant>();
		const fresh = this.#awaited.filter(
			(invariant) => !before.has(invariant) && moments.some((moment) => invariant.holdsAt(moment, input) === true),
		);
		const come = fresh.length === 0 ? before : new Set([...before, ...fresh]);
		this.#come.set(situation, come);
		return come;
	}
}

function readsStep({ node }: Invariant): boolean {
	return references(node).some(({ path: [root] }) => root === "step");
}

/** Up to where steps are told apart: a little beyond every number in the expressions. */
function stepsAsked(invariants: readonly Invariant[]): number {
	if (invariants.length === 0) return 0;
	const numbers = invariants.flatMap(({ node, text }) =>
		node.kind === "simple" && node.expression ? numbersIn(node.expression) : (text.match(/\d+/g) ?? []).map(Number),
	);
	return Math.min(MOST_STEPS, Math.max(1, ...numbers) + 2);
}

function numbersIn(node: Expression): readonly number[] {
	if (node.kind === "literal") return typeof node.value === "number" ? [node.value] : [];
	return childrenOf(node).flatMap(numbersIn);
}
