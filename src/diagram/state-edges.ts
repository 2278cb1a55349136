/** The ways out of a state as edges: transitions between the same two states are one edge, with their labels in order. */
import type { StatePlan, TransitionPlan } from "../../compiler/plan/plan.ts";
import { transitionKey } from "../testing/scenario/scenario.ts";
import { type CoverageMark, type CoverageMarks, idsOf } from "./coverage.ts";
import type { DiagramEdge } from "./diagram.ts";
import { idBehind } from "./ids.ts";
import { cutText, plainText, wrapText } from "./labels.ts";

/** Columns and lines of one condition; the tooltip has the rest. */
const labelColumns = 34;
const labelLines = 4;
/** Columns of a condition in the tooltip. */
const titleColumns = 2000;

/** A way out, before those that can share an arrow are joined. */
interface Way {
	readonly key: string;
	/** Its part of the edge's id: unique in the state. */
	readonly segment: string;
	readonly to: string;
	readonly kind: "transition" | "error";
	readonly text: string;
	readonly mark: CoverageMark | undefined;
}

/**
 * @param idOf the node of a state of the same machine; undefined where there is no such state
 */
export function edgesOf(
	state: StatePlan,
	idOf: (state: string) => string | undefined,
	marks: CoverageMarks,
): DiagramEdge[] {
	const from = idOf(state.name);
	if (from === undefined) return [];
	const joined = new Map<string, Way[]>();
	for (const way of waysOf(state, marks)) {
		const key = JSON.stringify([way.to, way.kind, way.mark ?? ""]);
		joined.set(key, [...(joined.get(key) ?? []), way]);
	}
	return [...joined.values()].flatMap((ways): DiagramEdge[] => {
		const [first] = ways;
		const to = first && idOf(first.to);
		if (first === undefined || to === undefined) return [];
		const texts = first.kind === "error" ? [ways.map(({ text }) => text).join(", ")] : ways.map(({ text }) => text);
		return [
			{
				id: idBehind(from, first.segment),
				from,
				to,
				kind: first.kind,
				label: texts.flatMap((text) => wrapText(text, labelColumns, labelLines)).join("\n"),
				title: texts.map((text) => cutText(text, titleColumns)).join("\n"),
				transitions: ways.map(({ key }) => key),
				...(first.mark && { coverage: first.mark }),
			},
		];
	});
}

function waysOf(state: StatePlan, marks: CoverageMarks): Way[] {
	const isNumbered = orderCounts(state.transitions);
	const hasNamedErrors = (state.onError?.byType.length ?? 0) > 0;
	return idsOf(state).map(([id, condition]) => {
		const { to } = id;
		const key = transitionKey(id);
		const mark = marks.ofTransition(id);
		if (id.kind === "error") {
			const otherwise = hasNamedErrors ? "any other error" : "any error";
			const segment = `!${id.error}`;
			return { key, segment, to, kind: "error", text: id.error === "default" ? otherwise : plainText(id.error), mark };
		}
		const isPlain = state.transitions.length === 1 && state.transitions[0]?.when === undefined;
		const words = isPlain ? "" : condition;
		const text = isNumbered ? `${id.index + 1}. ${words}` : words;
		return { key, segment: `#${id.index}`, to, kind: "transition", text, mark };
	});
}

/** Two conditions, or one behind a transition that always holds: which is asked first decides where it goes. */
function orderCounts(transitions: readonly TransitionPlan[]): boolean {
	if (new Set(transitions.map(({ to }) => to)).size < 2) return false;
	const conditional = transitions.filter(({ when }) => when !== undefined);
	return conditional.length > 1 || transitions.findIndex(({ when }) => when === undefined) < transitions.length - 1;
}
