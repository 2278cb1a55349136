import { readFile } from "node:fs/promises";
import { FlatMachine } from "flatstate";
import hooks from "./hooks.mjs";

export const summary = "role play from a character card: parked between messages, with a memory of what was long ago";

const said = [
	"Good evening. I am going to Trieste, to my sister.",
	"Do you always work at night?",
	"What does one see from the window?",
	"Are you a computer?",
	"Do you still know where I am going?",
];

export async function run({ model, onEvent, log }) {
	const machine = new FlatMachine({ file: `${import.meta.dirname}/config/chat.yml`, hooks, model });
	const card = JSON.parse(await readFile(`${import.meta.dirname}/card.json`, "utf8"));
	const store = await machine.store();

	// The reply arrives piece by piece; on a terminal one would print the pieces.
	let reply = "";
	const options = {
		stream: true,
		onEvent(event) {
			if (event.type !== "agent_stream") onEvent(event);
			else if (event.agent === "character") reply += event.event.text ?? "";
		},
	};

	const conversation = [];
	let { executionId, channel, status, error } = await machine.run({ card, user: "Ada" }, options);
	for (const text of said) {
		if (status !== "waiting") throw error;
		await store.signals.send(channel, { text });
		reply = "";
		({ status, error } = await machine.resume(executionId, options));
		conversation.push(`Ada: ${text}`, `Vesna: ${reply}`);
		log(`     Vesna: ${reply}`);
	}
	// Without a text Ada has left.
	await store.signals.send(channel, {});
	const { output } = await machine.resume(executionId, options);
	return { conversation, memory: output.memory, turns: output.turns };
}
