/** What an exploration found, as marks on states and transitions of a diagram. */
import type { StatePlan } from "../../compiler/plan/plan.ts";
import { type TransitionId, transitionKey } from "../testing/scenario/scenario.ts";

export type CoverageMark = "covered" | "dead" | "unsolved";

/** The part of an `Exploration` that a diagram shows; a report that was read from a file has it, too. */
export interface MachineCoverage {
	/** The plan's id. */
	readonly machine: string;
	readonly name: string;
	readonly transitions: readonly {
		readonly id: TransitionId;
		readonly label: string;
		readonly reach: { readonly status: CoverageMark };
	}[];
	readonly states: readonly { readonly state: string; readonly reach: { readonly status: CoverageMark } }[];
}

/** Looks marks up. A transition that leads elsewhere than in the report has none. */
export interface CoverageMarks {
	ofState(state: string): CoverageMark | undefined;
	ofTransition(id: TransitionId): CoverageMark | undefined;
}

export const noMarks: CoverageMarks = { ofState: () => undefined, ofTransition: () => undefined };

export function marksOf({ states, transitions }: MachineCoverage): CoverageMarks {
	const byState = new Map(states.map(({ state, reach }) => [state, reach.status]));
	const byTransition = new Map(
		transitions.map(({ id, reach }) => [transitionKey(id), { to: id.to, mark: reach.status }]),
	);
	return {
		ofState: (state) => byState.get(state),
		ofTransition: (id) => {
			const found = byTransition.get(transitionKey(id));
			return found?.to === id.to ? found.mark : undefined;
		},
	};
}

/**
 * The keys of a report's transitions that the machine does not have, or that lead elsewhere in it or have another
 * condition: the report is of another version.
 */
export function strangersIn({ transitions }: MachineCoverage, states: readonly StatePlan[]): string[] {
	const known = new Map(states.flatMap((state) => idsOf(state).map(([id, text]) => [transitionKey(id), { id, text }])));
	return transitions
		.filter(({ id, label }) => {
			const own = known.get(transitionKey(id));
			return own === undefined || own.id.to !== id.to || (id.kind === "transition" && own.text !== label.trim());
		})
		.map(({ id }) => transitionKey(id));
}

/** Every transition of a state, in order, with its condition as reports write it. */
export function idsOf({ name, transitions, onError }: StatePlan): (readonly [TransitionId, string])[] {
	const routes = [
		...(onError?.byType ?? []),
		...(onError?.default === undefined ? [] : [["default", onError.default] as const]),
	];
	return [
		...transitions.map(({ to, when }, index): readonly [TransitionId, string] => [
			{ state: name, kind: "transition", index, to },
			when === undefined ? "otherwise" : when === "never" ? "false" : when.text.trim(),
		]),
		...routes.map(([error, to]): readonly [TransitionId, string] => [{ state: name, kind: "error", error, to }, error]),
	];
}
