/** The example `peering`: what is launched is read by its id, also later and elsewhere; peers ask each other. */
import { expect, test } from "vitest";
import type { AnswerFunction } from "../../adapters/scripted/index.ts";
import { resultUri } from "../../runtime/results/result-uri.ts";
import { openStore } from "../../src/open-store.ts";
import { temporaryFolder } from "../agents/temporary-folder.ts";
import { exampleMachine } from "./example-machine.ts";

const input = {
	town: { stories: ["the bridge", "the park"], peer: "sport", question: "the crowd" },
	sport: { stories: ["the derby"], peer: "town", question: "the road works" },
};
const broken = { error: { code: "auth_error", type: "AuthenticationError", message: "no key" } };

/** Writes `desk: story`; the stories in `lost` cannot be written. */
function newsAgents(lost: readonly string[] = []): Record<string, AnswerFunction> {
	return {
		reporter: ({ input: { desk, story } }) => (lost.includes(String(story)) ? broken : `${desk}: ${story}`),
		sub_editor: ({ input: { article } }) => ({ headline: `On ${article}` }),
	};
}

test("another opening of the store reads what the launched desks gave, by their ids; the asked one is part of the run", async () => {
	await using folder = await temporaryFolder();
	const address = `sqlite:${folder.path}/news.db`;
	const launched: string[] = [];
	{
		await using machine = await exampleMachine("peering", "newsroom.yml", { script: newsAgents(), store: address });
		const output = await machine.execute(input, {
			executionId: "news",
			onEvent: (event) => event.type === "launch" && launched.push(event.childId),
		});
		expect(output).toEqual({ weather: "On weather: the sky tomorrow" });
	}
	await using store = await openStore(address);
	const rows = await store.persistence.listExecutions({ parentExecutionId: "news", rootsOnly: true });
	expect(rows.map(({ execution_id }) => execution_id)).toEqual(launched.toSorted());
	const [town, sport] = await Promise.all(launched.map((id) => store.results.read(resultUri(id), { block: false })));
	expect(town).toEqual({
		desk: "town",
		articles: ["the bridge", "the park"].map((story) => ({ headline: `On town: ${story}`, article: `town: ${story}` })),
		heard: "sport: the crowd",
	});
	expect(sport).toMatchObject({ desk: "sport", heard: "town: the road works" });
	const asked = await store.persistence.listExecutions({ parentExecutionId: "news", rootExecutionId: "news" });
	expect(asked.map(({ machine_name }) => machine_name)).toEqual(["desk"]);
});

test("a desk whose peer has no answer goes to press without it, and the others do not notice", async () => {
	await using store = await openStore("memory:");
	const script = newsAgents(["the crowd", "the park"]);
	const machine = await exampleMachine("peering", "newsroom.yml", { script, store });
	await machine.execute(input, { executionId: "news" });
	const rows = await store.persistence.listExecutions({ parentExecutionId: "news", rootsOnly: true });
	const pages = await Promise.all(rows.map(({ execution_id }) => store.results.read(resultUri(execution_id))));
	expect(pages).toContainEqual({
		desk: "town",
		articles: [
			{ headline: "On town: the bridge", article: "town: the bridge" },
			{ _error: "AuthenticationError: no key", _error_type: "RuntimeError" },
		],
		heard: "nothing",
	});
	expect(pages).toContainEqual(expect.objectContaining({ desk: "sport", heard: "town: the road works" }));
});
