import { createInterface } from "node:readline/promises";
import { FlatMachine } from "flatstate";

export const summary = "a drafting agent asks a person by a tool that pauses; the run parks until each answer comes";

/** What the person says where nobody sits at a terminal. */
const scripted = ["Friday, at five.", "In the old boathouse.", "Add that it is cold there."];

export async function run({ model, onEvent, log }) {
	const machine = new FlatMachine({ file: `${import.meta.dirname}/config/machine.yml`, model });
	const { signals } = await machine.store();
	const asked = [];
	let result = await machine.run({ occasion: "tea with old friends" }, { onEvent });
	while (result.status === "waiting") {
		// The execution is stored, and needs no process. With a real store, this could be another one, days later.
		const [{ channel, executionId, request }] = result.waiting;
		const { question } = request.arguments;
		const answer = await answerTo(question, asked.length);
		log(`     ${request.agent} asks: ${question}`);
		asked.push(question);
		await signals.send(channel, answer, { executionId });
		result = await machine.resume(executionId, { onEvent });
	}
	if (result.status !== "done") throw result.error ?? new Error(`The run is ${result.status}.`);
	return { ...result.output, asked };
}

/** A person's answer, where one is there. What a model asks is shown as JSON, so that it cannot steer the terminal. */
async function answerTo(question, n) {
	if (!process.stdin.isTTY || !process.stderr.isTTY) return scripted[n] ?? "I do not know.";
	const terminal = createInterface({ input: process.stdin, output: process.stderr });
	try {
		return await terminal.question(`${JSON.stringify(question)}\n> `);
	} finally {
		terminal.close();
	}
}
