/** The example `character_card`: what a model is sent, how long that gets, and that no message is lost. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { flatAgentAdapter } from "../../adapters/flatagent/index.ts";
import { type MockAnswerFunction, type RecordedRequest, startMockModel } from "../../adapters/mock-model/index.ts";
import { temporaryFolder } from "../agents/temporary-folder.ts";
import { root } from "../build-package.ts";
import { exampleMachine } from "./example-machine.ts";

const card: { data: Record<string, unknown> } = JSON.parse(
	readFileSync(join(root, "examples/character_card/card.json"), "utf8"),
);
const script: MockAnswerFunction = ({ agent, n }) => (agent === "memory" ? `Memory ${n}` : `Reply ${n}`);
const channel = "chat/Ada";

/** A conversation in which each message is answered by a new machine that finds the chat in a store. */
async function chat(
	said: readonly string[],
	options: { readonly card?: unknown; readonly script?: MockAnswerFunction } = {},
) {
	await using folder = await temporaryFolder();
	await using model = await startMockModel({ script: options.script ?? script });
	const agents = [flatAgentAdapter({ env: { MOCK_BASE_URL: model.url } })];
	const machine = () =>
		exampleMachine("character_card", "chat.yml", {
			agents,
			model: "mock/scripted",
			store: `sqlite:${folder.path}/chats.db`,
		});
	await using first = await machine();
	const begun = await first.run({ card: options.card ?? card, user: "Ada" }, { executionId: "ada" });
	expect(begun).toMatchObject({ status: "waiting", channel });
	for (const text of said) {
		await using next = await machine();
		await (await next.store())?.signals.send(channel, { text });
		expect(await next.resume("ada")).toMatchObject({ status: "waiting", channel });
	}
	await using last = await machine();
	await (await last.store())?.signals.send(channel, {});
	return { result: await last.resume("ada"), requests: model.requests };
}

const messagesOf = (request: RecordedRequest | undefined): { role: string; content: string }[] =>
	Object(request?.body).messages;

test("the card's placeholders are filled in, and its instructions stand behind the last message", async () => {
	const { requests } = await chat(["Good evening."]);
	const messages = messagesOf(requests[0]);
	expect(messages.map(({ role }) => role)).toEqual(["system", "assistant", "user"]);
	expect(messages[0]?.content).toContain("Vesna is the conductor of the night train");
	expect(messages[0]?.content).toContain("Ada: Are we late?\nVesna: We are never late.");
	expect(messages[1]?.content).toContain("You have the carriage to yourself, Ada;");
	expect(messages[2]?.content).toBe(
		"Good evening.\n\nSystem:\n\nAnswer as Vesna, in at most two sentences. Vesna is a person and knows of no other way to be.",
	);
	expect(JSON.stringify(messages)).not.toContain("{{");
});

test("templates in a card are text like any other", async () => {
	const trick = "{{ 7 * 7 }} {% for x in range(9) %}{{ input.memory }}{% endfor %}";
	const data = { ...card.data, description: trick, first_mes: trick, post_history_instructions: trick };
	const { requests } = await chat(["Good evening."], { card: { data } });
	for (const { content } of messagesOf(requests[0])) expect(content).toContain(trick);
});

test("a card that has only a name can be played", async () => {
	const { result, requests } = await chat(["Hello."], { card: { data: { name: "Vesna" } } });
	expect(result).toMatchObject({ status: "done", output: { turns: 1 } });
	expect(messagesOf(requests[0]).at(-1)).toEqual({ role: "user", content: "Hello." });
});

test("a long conversation stays short: five messages, and a memory of what came before", async () => {
	const said = Array.from({ length: 8 }, (_, index) => `Message ${index}`);
	const { result, requests } = await chat(said);
	const lengths = requests.map((request) => messagesOf(request).length);
	expect(Math.max(...lengths)).toBe(1 + 5 + 1);
	expect(result).toMatchObject({ status: "done", output: { turns: 8 } });
	const last = messagesOf(requests.at(-2));
	expect(last[0]?.content).toContain("What Vesna remembers: Memory");
	expect(last.at(-1)?.content).toMatch(/^Message 7\n/);
	// Everything that was said has been shown to the memory or is in the history still.
	const keeper = requests.filter((request) => messagesOf(request)[0]?.content.startsWith("You keep the memory"));
	const shown = JSON.stringify([keeper.map(messagesOf), Object(result).output.history]);
	for (const text of said) expect(shown).toContain(text);
});

test("while the memory fails, what fades is kept for it", async () => {
	let fails = 2;
	const failing: MockAnswerFunction = (request) => {
		if (request.agent !== "memory" || fails === 0) return script(request);
		fails -= 1;
		return { status: 401, error: { message: "no key" } };
	};
	const said = ["One", "Two", "Three", "Four", "Five"];
	const { result, requests } = await chat(said, { script: failing });
	expect(result).toMatchObject({ status: "done", output: { turns: 5 } });
	const asked = requests.map(messagesOf).filter(([system]) => system?.content.startsWith("You keep the memory"));
	expect(asked.at(-1)?.[1]?.content).toContain("Ada: One\n");
});
