/** Inputs that nobody would give: they make conditions and templates fail, which is what some error routes are there for. */
import type { FlatContext } from "../solve/answer-space.ts";

const oddValues: readonly unknown[] = [null, "odd", 0, 7, "", [], {}];
/** Inputs whose keys are changed, and inputs that come out of it. */
const mostChanged = 3;
const mostInputs = 60;

/** The inputs with one key after the other set to values of other types. */
export function oddInputs(inputs: readonly FlatContext[]): readonly FlatContext[] {
	const odd = new Map<string, FlatContext>();
	for (const input of inputs.slice(0, mostChanged)) {
		for (const key of Object.keys(input)) {
			for (const value of oddValues) {
				const changed = { ...input, [key]: value };
				odd.set(JSON.stringify(changed), changed);
			}
		}
	}
	for (const input of inputs) odd.delete(JSON.stringify(input));
	return [...odd.values()].slice(0, mostInputs);
}
