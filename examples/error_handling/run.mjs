import { FlatMachine } from "flatstate";
import hooks from "./hooks.mjs";

export const summary = "errors of agents, files and code, each routed by on_error";

export async function run({ model, onEvent, log }) {
	const machine = new FlatMachine({ file: `${import.meta.dirname}/config/machine.yml`, hooks, model });
	// What is odd but no reason not to run: here, the missing file.
	for (const { code, message } of machine.diagnostics) log(`warning ${code}: ${message}`);
	return machine.execute({}, { onEvent });
}
