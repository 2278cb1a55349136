/** Which earlier transitions of a state take every case of a later one, in words that can be checked against the file. */
import type { StatePlan } from "../../../compiler/plan/plan.ts";
import type { DeadReason } from "../explore/exploration.ts";
import type { Variables } from "./domain-of-structure.ts";
import { type Earlier, expressionOf, idOf, textOf } from "./plain-conditions.ts";
import { canBothHold, canFail, canHold } from "./transition-cases.ts";

/** Names the one earlier transition that takes every case where there is one, else those that do together. */
export function shadowed(
	state: StatePlan,
	index: number,
	earlier: readonly Earlier[],
	variables: Variables,
): DeadReason {
	const wanted = expressionOf(state.transitions[index]?.when);
	const takesAll = (some: readonly Earlier[]): boolean =>
		!canHold(
			some.map(({ expression }) => expression),
			wanted,
			variables,
		);
	const alone = earlier.find((one) => takesAll([one]));
	if (alone !== undefined) {
		const by = idOf(state, alone.index);
		return { code: "shadowed", text: aloneText(state, index, alone, variables), by };
	}
	const together = needed(earlier, takesAll);
	const last = together.at(-1);
	const conditions = together.map((one) => `\`${textOf(state.transitions[one.index]?.when)}\``).join(", ");
	const fails = together.some(({ expression }) => canFail(expression, variables, wanted)) ? ", or fail" : "";
	return {
		code: "shadowed",
		text: `The transitions before it take every case between them${fails}: ${conditions}.`,
		...(last !== undefined && { by: idOf(state, last.index) }),
	};
}

function aloneText(state: StatePlan, index: number, { index: at, expression }: Earlier, variables: Variables): string {
	const [when, by] = [state.transitions[index]?.when, state.transitions[at]];
	const wanted = expressionOf(when);
	const fails = canFail(expression, variables, wanted);
	const earlier = `\`${textOf(by?.when)}\``;
	if (wanted === undefined) return `${earlier}, which leads to \`${by?.to}\`, always holds${fails ? " or fails" : ""}.`;
	const start = `Wherever \`${textOf(when)}\` holds,`;
	const leads = `before it, which leads to \`${by?.to}\``;
	if (!fails) return `${start} so does ${earlier} ${leads}.`;
	const holds = canBothHold(wanted, expression, variables) ? "holds or fails" : "fails";
	return `${start} ${earlier} ${leads}, ${holds}.`;
}

/** Those of the items without which the test is not passed. */
export function needed<Item>(items: readonly Item[], passes: (some: readonly Item[]) => boolean): readonly Item[] {
	let kept = items;
	for (const item of items) {
		const fewer = kept.filter((one) => one !== item);
		if (passes(fewer)) kept = fewer;
	}
	return kept;
}
