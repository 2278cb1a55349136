import { FlatMachine } from "flatstate";
import hooks from "./hooks.mjs";

export const summary = "a writer and a critic work on a text until its score is high enough";

export async function run({ model, onEvent }) {
	const machine = new FlatMachine({ file: `${import.meta.dirname}/config/machine.yml`, hooks, model });
	const input = { object: "a clay bowl with thumbprints on its rim, about 2400 BCE", target_score: 8, max_rounds: 4 };
	return machine.execute(input, { onEvent });
}
