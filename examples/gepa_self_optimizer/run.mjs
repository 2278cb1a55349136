import { readFile } from "node:fs/promises";
import { FlatMachine } from "flatstate";
import hooks from "./hooks.mjs";

export const summary =
	"prompts evolve: an agent reads what a prompt gets wrong, and the Pareto front of its children is kept";

export async function run({ model, onEvent }) {
	const machine = new FlatMachine({ file: `${import.meta.dirname}/config/evolution.yml`, hooks, model });
	const cases = JSON.parse(await readFile(`${import.meta.dirname}/cases.json`, "utf8"));
	const input = { prompt: "Answer the question from the text, as briefly as you can.", cases, budget: 200, seed: 1 };
	const { population, front, best, spent } = await machine.execute(input, { onEvent });
	return {
		before: share(population[0]),
		after: share(population[best]),
		prompt: population[best].prompt,
		front,
		population: population.map((one) => ({ parent: one.parent, right: one.scores.join(""), share: share(one) })),
		trials: spent,
	};
}

/** Of the cases, how many are right. */
function share({ scores }) {
	return `${scores.filter((score) => score === 1).length} of ${scores.length}`;
}
