/** The example `multi_paper_synthesizer`: its two demands on a text, and its end where they are never met. */
import { expect, test } from "vitest";
import type { AgentScript, AnswerFunction } from "../../adapters/scripted/index.ts";
import { exampleMachine } from "./example-machine.ts";

const papers = [
	{ key: "moreau", text: "On slugs." },
	{ key: "petrov", text: "On roads." },
];
const input = { question: "What first?", papers };
const reader: AnswerFunction = ({ input: { text } }) => ({ finding: `Found: ${text}`, limit: "Little." });
const perfect = { score: 10, unsupported: [], advice: "Nothing." };

const run = async (script: AgentScript) =>
	(await exampleMachine("multi_paper_synthesizer", "synthesis.yml", { script })).run(input);

test("a good text with a sentence that no paper supports is written again, and the writer is told which", async () => {
	const asked: unknown[] = [];
	const result = await run({
		reader,
		writer: ({ input }, { n }) => {
			asked.push(input.unsupported);
			return `Draft ${n + 1}`;
		},
		reviewer: [{ ...perfect, unsupported: ["Everybody knows that."] }, perfect],
	});
	expect(result).toMatchObject({ status: "done", state: "accepted", output: { text: "Draft 2", rounds: 2 } });
	expect(asked).toEqual([[], ["Everybody knows that."]]);
});

test("a text that is well sourced and dull is written again, too", async () => {
	const result = await run({ reader, writer: "Draft", reviewer: [{ ...perfect, score: 7 }, perfect] });
	expect(result).toMatchObject({ state: "accepted", output: { rounds: 2, score: 10 } });
});

test("after four rounds the text is given with what is still wrong with it", async () => {
	const result = await run({
		reader,
		writer: "Draft",
		reviewer: { score: 3, unsupported: ["All of it."], advice: "Begin anew." },
	});
	expect(result).toMatchObject({
		state: "best_effort",
		output: { text: "Draft", rounds: 4, unsupported: ["All of it."], advice: "Begin anew." },
		agentCalls: 2 + 4 + 4,
	});
});

test("a paper that cannot be read is left out, and where none can, nothing is written", async () => {
	const noKey = { error: { code: "auth_error", message: "no key" } };
	const notes: unknown[] = [];
	const some = await run({
		reader: (call, info) => (call.input.text === "On slugs." ? noKey : reader(call, info)),
		writer: ({ input }) => {
			notes.push(input.notes);
			return "Draft";
		},
		reviewer: perfect,
	});
	expect(some).toMatchObject({ state: "accepted" });
	expect(notes).toEqual([
		{
			moreau: expect.objectContaining({ _error: expect.any(String) }),
			petrov: expect.objectContaining({ limit: "Little." }),
		},
	]);
	const none = await run({ reader: () => noKey, writer: "Draft", reviewer: perfect });
	expect(none).toMatchObject({ state: "nothing_to_read" });
});
