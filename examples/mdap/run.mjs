import { FlatMachine } from "flatstate";
import hooks from "./hooks.mjs";

export const summary = "Tower of Hanoi: each move is decided by a vote among several answers";

export async function run({ model, onEvent }) {
	const machine = new FlatMachine({ file: `${import.meta.dirname}/config/machine.yml`, hooks, model });
	// Unlike `execute`, `run` never throws, and tells what the run took.
	const { output, error, agentCalls } = await machine.run({}, { onEvent });
	if (error !== undefined) throw error;
	return { ...output, agentCalls };
}
