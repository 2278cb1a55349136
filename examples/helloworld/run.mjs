import { FlatMachine } from "flatstate";
import hooks from "./hooks.mjs";

export const summary = "spells a text out, one character for each call of a model; retries failed calls";

export async function run({ model, onEvent }) {
	const machine = new FlatMachine({ file: `${import.meta.dirname}/config/machine.yml`, hooks, model });
	return machine.execute({ target: "Hello, World!" }, { onEvent });
}
