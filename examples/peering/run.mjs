import { FlatMachine, openStore, resultUri } from "flatstate";

export const summary = "machines that are launched, asked and ask each other: a newsroom and its desks; results by id";

const input = {
	town: { stories: ["the bridge", "the budget"], peer: "sport", question: "who walks over the bridge on match days" },
	sport: { stories: ["the derby"], peer: "town", question: "what is being dug up around the stadium" },
};

export async function run({ model, onEvent, log, store: address = "memory:" }) {
	const store = await openStore(address);
	try {
		const machine = new FlatMachine({ file: `${import.meta.dirname}/config/newsroom.yml`, model, store });
		const newsroom = await machine.run(input, { onEvent });
		if (newsroom.status !== "done") throw newsroom.error ?? new Error(`The newsroom is ${newsroom.status}.`);

		// Whoever launched knows the ids, and whoever knows an id can read what came out there, from any process and at any time.
		// What the newsroom has asked and waited for has its run as its root; what it has launched is a root of its own.
		const launched = await store.persistence.listExecutions({
			parentExecutionId: newsroom.executionId,
			rootsOnly: true,
		});
		const pages = [];
		for (const { execution_id } of launched) {
			log(`     reads ${resultUri(execution_id)}`);
			pages.push(await store.results.read(resultUri(execution_id), { timeoutSeconds: 60 }));
		}
		return { newsroom: newsroom.output, pages: pages.toSorted((a, b) => (a.desk < b.desk ? -1 : 1)) };
	} finally {
		await store.close();
	}
}
