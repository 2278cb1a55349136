/** A place in the search: where the machine stands, and the way by which it came there. */

import { isRecord } from "../../../../compiler/document/plain-data.ts";
import type { MachinePlan } from "../../../../compiler/plan/plan.ts";
import type { MachineContext } from "../../../../compiler/xstate/machine-context.ts";
import type { FlatContext } from "../../solve/answer-space.ts";
import type { MachineModel } from "../model/machine-model.ts";
import type { Position, Way } from "../model/way.ts";
import { type Asked, askedClass, askedValues } from "./asked-values.ts";
import { livePaths } from "./live-paths.ts";
import type { ReadPath } from "./read-paths.ts";
import { type Bounds, boundsOf, classOf } from "./value-classes.ts";

export interface Situation {
	readonly position: Position;
	/** Of the whole run. */
	readonly input: FlatContext;
	/** How it came from the situation before; absent where the run begins. */
	readonly came?: { readonly from: Situation; readonly by: Way };
	/** Transitions taken up to here. */
	readonly depth: number;
}

/** Tells situations apart by what can still matter. */
export class SituationKeys {
	readonly #live: ReadonlyMap<string, readonly ReadPath[]>;
	readonly #bounds: Bounds;
	readonly #asked: ReadonlyMap<string, Asked>;
	/** Whether the number of calls decides when a run is stopped. */
	readonly #countsCalls: boolean;

	/** @param given contexts and inputs that runs start with */
	constructor(plan: MachinePlan, model: MachineModel, given: readonly unknown[]) {
		this.#live = livePaths(plan, model);
		this.#bounds = boundsOf(plan, given);
		this.#asked = askedValues(plan);
		this.#countsCalls = plan.settings.maxAgentCalls !== null;
	}

	/** The same text for situations that are taken for the same. */
	keyOf({ state, context }: Position): string {
		const parts = [state.name];
		for (const path of this.#live.get(state.name) ?? []) parts.push(this.#classOf(valueAt(context, path), path));
		if (this.#countsCalls) parts.push(String(context.machine.total_api_calls));
		return parts.join("\u0000");
	}

	#classOf(value: unknown, path: ReadPath): string {
		const asked = this.#asked.get(path.join("."));
		return (asked && askedClass(value, asked)) ?? classOf(value, this.#bounds);
	}
}

function valueAt(context: MachineContext, [root, ...keys]: ReadPath): unknown {
	const [first] = keys;
	if (first === undefined) {
		const { machine: _, ...flat } = context;
		return flat;
	}
	const own: unknown = Object.hasOwn(context, first) ? context[first] : undefined;
	const fallsBack = root === "input" && (first === "machine" || !Object.hasOwn(context, first));
	const { input } = context.machine.run;
	let value: unknown = fallsBack ? (Object.hasOwn(input, first) ? input[first] : undefined) : own;
	for (const key of keys.slice(1)) {
		if (Array.isArray(value)) value = value[Number(key)];
		else value = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
	}
	return value;
}
