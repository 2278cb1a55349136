import { FlatMachine, openAiAgentsAdapter } from "flatstate";

export const summary = "agents of OpenAI's Agents SDK: a hand-off, tools, and a refund that a person approves";

const letters = [
	"I am charged 4.20 for a book that came back on time! Ms Okafor",
	"Are you open on the second of January?",
];

export async function run({ model, onEvent, log }) {
	// The module with the agent `fees` lies beside the machine's folder: code from there must be allowed.
	const agents = [openAiAgentsAdapter({ modules: { roots: [import.meta.dirname] } })];
	const machine = new FlatMachine({ file: `${import.meta.dirname}/config/desk.yml`, agents, model });
	const report = (event) => {
		onEvent(event);
		if (event.type === "agent_stream" && event.event.type === "handoff")
			log(`     ${event.event.from} hands over to ${event.event.to}`);
		if (event.type === "tool_start") log(`     calls ${event.tool}`);
	};
	const answers = [];
	for (const letter of letters) {
		let result = await machine.run({ letter }, { onEvent: report });
		while (result.status === "waiting") {
			// Parked: with a store other than memory, any process could go on from here, days later.
			const [{ channel, request }] = result.waiting;
			log(
				`     may ${request.agent} call ${request.name} with ${JSON.stringify(request.arguments)}? A person says yes.`,
			);
			await (await machine.store()).signals.send(channel, { approved: true });
			result = await machine.resume(result.executionId, { onEvent: report });
		}
		if (result.status === "failed") throw result.error;
		answers.push(result.output);
	}
	return answers;
}
