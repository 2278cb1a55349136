/** The example `story_writer`: what a chapter knows of the others, what the critic may demand, and what is kept. */
import { expect, test } from "vitest";
import type { AgentScript, AnswerFunction } from "../../adapters/scripted/index.ts";
import { exampleMachine } from "./example-machine.ts";

const outline = (count: number) =>
	Array.from({ length: count }, (_, index) => ({ title: `Chapter ${index + 1}`, plot: `Plot ${index + 1}` }));
const outliner = { title: "The Bell", chapters: outline(2) };
const writer: AnswerFunction = ({ input }) => `Text of ${String(Object(input.plan).title)}.`;
const content = { score: 9, contradicts: "", advice: "Nothing." };

const tell = async (script: AgentScript, chapters = 2) =>
	(await exampleMachine("story_writer", "story.yml", { script })).run({ idea: "A bell.", chapters });

test("each chapter is written with all before it in view, and the story has them in order", async () => {
	const known: unknown[] = [];
	const result = await tell({
		outliner,
		writer: (call, info) => {
			known.push(call.input.story);
			return writer(call, info);
		},
		critic: content,
	});
	expect(known).toEqual(["", "## Chapter 1\n\nText of Chapter 1."]);
	expect(result).toMatchObject({
		state: "done",
		output: {
			story: "# The Bell\n\n## Chapter 1\n\nText of Chapter 1.\n\n## Chapter 2\n\nText of Chapter 2.",
			chapters: [
				{ title: "Chapter 1", drafts: 1, accepted: true },
				{ title: "Chapter 2", drafts: 1, accepted: true },
			],
		},
	});
});

test("a brilliant chapter that contradicts the story is written again, with the contradiction in view", async () => {
	const told: unknown[] = [];
	const result = await tell(
		{
			outliner,
			writer: (call, info) => {
				told.push(call.input.contradicts);
				return writer(call, info);
			},
			critic: [{ ...content, score: 10, contradicts: "The lighthouse is dark." }, content],
		},
		1,
	);
	expect(told).toEqual([null, "The lighthouse is dark."]);
	expect(result).toMatchObject({ output: { chapters: [{ drafts: 2, accepted: true }] } });
});

test("a critic that is never content gets three drafts, and the result says so", async () => {
	const result = await tell({ outliner, writer, critic: { ...content, score: 2 } });
	const chapters = [
		{ drafts: 3, accepted: false },
		{ drafts: 3, accepted: false },
	];
	expect(result).toMatchObject({ state: "done", output: { chapters }, agentCalls: 1 + 2 * 6 });
});

test("when a chapter fails for good, those before it are kept", async () => {
	const result = await tell({
		outliner,
		writer: (call, info) =>
			Object(call.input.plan).title === "Chapter 2"
				? { error: { code: "auth_error", message: "no key" } }
				: writer(call, info),
		critic: content,
	});
	expect(result).toMatchObject({
		state: "unfinished",
		output: { story: "# The Bell\n\n## Chapter 1\n\nText of Chapter 1.", error: expect.stringContaining("no key") },
	});
});

test("an outline with too many chapters is cut, and one with none is no story", async () => {
	const many = await tell({ outliner: { title: "Long", chapters: outline(30) }, writer, critic: content });
	expect(many).toMatchObject({ state: "done", agentCalls: 1 + 2 * 2 });
	const none = await tell({ outliner: { title: "Short", chapters: [] }, writer, critic: content });
	expect(none).toMatchObject({ state: "no_outline", agentCalls: 1 });
});
