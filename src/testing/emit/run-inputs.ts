/** What a run gave its agents and child machines, as an emitted test shows it. */
import { isDeepStrictEqual } from "node:util";
import { toJsonText } from "../../../runtime/checkpoint/json-text.ts";
import type { Asked } from "../scenario/script-answers.ts";

type ByName = Readonly<Record<string, readonly unknown[]>>;

/** Inputs by name; a kind of which nobody was asked is left out. */
export interface RunInputs {
	readonly agents?: ByName;
	readonly machines?: ByName;
}

/** The inputs as plain JSON, one that comes several times in a row once. */
export function inputsOf({ agents, machines }: Asked): RunInputs {
	return {
		...(Object.keys(agents).length > 0 && { agents: withoutRepetition(agents) }),
		...(Object.keys(machines).length > 0 && { machines: withoutRepetition(machines) }),
	};
}

function withoutRepetition(byName: ByName): ByName {
	const entries = Object.entries(byName).map(([name, inputs]) => {
		const plain: readonly unknown[] = JSON.parse(toJsonText(inputs, () => undefined));
		return [name, plain.filter((input, index) => index === 0 || !isDeepStrictEqual(input, plain[index - 1]))] as const;
	});
	return Object.fromEntries(entries);
}
