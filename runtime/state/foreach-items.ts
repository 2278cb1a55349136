/** The items of a `foreach` with their keys (spec section 10.4), for the runtime and for the model that explores machines. */
import type { ForeachPlan, MachinePlan, StatePlan, Structure } from "../../compiler/plan/plan.ts";
import { compileStructure } from "../../compiler/render/structure.ts";
import type { MachineContext } from "../../compiler/xstate/machine-context.ts";
import { scopeOf, structureReadsInput } from "../../compiler/xstate/scope.ts";
import { ValueError } from "./errors.ts";

/** One item, for which one child machine runs. */
export interface Item {
	readonly value: unknown;
	/** The rendered `key`, or the index. */
	readonly key: string;
}

/** What a visit of a state knows that the items depend on. */
interface ItemSource {
	readonly plan: MachinePlan;
	readonly state: StatePlan;
	readonly context: MachineContext;
	render(structure: Structure, output: undefined, more: Readonly<Record<string, unknown>>): unknown;
}

/** @throws ExpressionError, and ValueError where `foreach` gives something else than a list */
export function itemsOf(visit: ItemSource, foreach: ForeachPlan): Item[] {
	const { state, plan } = visit;
	const readItems = compileStructure(foreach.items, { parsesRendered: plan.parsesRendered, values: true });
	const list = readItems(scopeOf(visit.context, undefined, structureReadsInput(foreach.items)));
	if (!Array.isArray(list)) {
		throw new ValueError(`\`foreach\` of state \`${state.name}\` must yield a list, got ${nameOf(list)}.`);
	}
	const { key } = foreach;
	if (key === undefined) return list.map((value: unknown, index) => ({ value, key: String(index) }));
	// The last item of a key wins, as in the reference; earlier ones are not run.
	const byKey = new Map<string, Item>();
	for (const value of list) {
		const rendered = String(visit.render(key, undefined, { [foreach.as]: value }));
		byKey.set(rendered, { value, key: rendered });
	}
	return [...byKey.values()];
}

function nameOf(value: unknown): string {
	if (value === null || value === undefined) return "null";
	return typeof value === "string" ? "text" : typeof value === "object" ? "a mapping" : `a ${typeof value}`;
}
