import { FlatMachine } from "flatstate";
import { logBook } from "./log-book.mjs";

export const summary = "a machine calls itself on the parts of a long text, until each part fits into a model";

const question = "What became of the carpenter's blue toolbox?";
const text = logBook({
	412: "Day 412. A squall laid us over, and the carpenter's blue toolbox went overboard. He has not spoken since.",
	1377: "Day 1377. A fishing boat from Vardo hailed us. In her nets she had a blue toolbox, and our carpenter wept.",
});

export async function run({ model, onEvent }) {
	const machine = new FlatMachine({ file: `${import.meta.dirname}/config/rlm.yml`, model });
	const result = await machine.run({ question, text, window: 4000, max_depth: 2 }, { onEvent });
	if (result.error !== undefined) throw result.error;
	const calls = Object.fromEntries(result.agents.map(({ agent, calls }) => [agent, calls]));
	return { characters: text.length, calls, ...result.output };
}
