import { FlatMachine } from "flatstate";

export const summary = "sorts letters and answers those that need it; JSON files, a child machine, profiles";

const letters = [
	{ reader: "Ms Okafor", message: "I returned the atlas on Tuesday and am charged 4.20. My card is blocked!" },
	{ reader: "Mr Lindqvist", message: "Just to say that the new reading room is lovely.", tone: "warm" },
];

export async function run({ model, onEvent }) {
	const machine = new FlatMachine({ file: `${import.meta.dirname}/config/triage.json`, model });
	const outcomes = [];
	for (const letter of letters) outcomes.push(await machine.execute(letter, { onEvent }));
	return outcomes;
}
