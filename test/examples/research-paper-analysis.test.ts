/** The example `research_paper_analysis`: what it does with papers and answers other than its own. */
import { expect, test } from "vitest";
import type { AnswerFunction } from "../../adapters/scripted/index.ts";
import { exampleMachine } from "./example-machine.ts";

const paper = `On Kettles
by A. Nonymous

## Method
We boiled many.

## Results
The red one won.

## Conclusion
Red is best.
`;
const broken = { error: { code: "auth_error", type: "AuthenticationError", message: "no key" } };
const script: Record<string, AnswerFunction> = {
	reader: ({ input }) => ({ summary: `Read ${String(input.section).split("\n")[0]}.`, facts: [] }),
	referee: ({ input }) => `On this: ${String(input.question)}`,
	editor: () => ({ verdict: "revise", advice: ["Boil more."] }),
};

test("every section is read once, and the authors' names before the first heading are none", async () => {
	const sections: unknown[] = [];
	const reader: AnswerFunction = (call, info) => {
		sections.push(call.input.section);
		return script.reader?.(call, info);
	};
	const machine = await exampleMachine("research_paper_analysis", "analysis.yml", { script: { ...script, reader } });
	expect(await machine.execute({ paper })).toMatchObject({ verdict: "revise" });
	expect(sections).toEqual(["Method\nWe boiled many.\n", "Results\nThe red one won.\n", "Conclusion\nRed is best.\n"]);
});

test("no more than three sections are read at a time, and the three referees at once", async () => {
	const underWay = { reader: 0, referee: 0 };
	const most = { reader: 0, referee: 0 };
	const counted =
		(name: "reader" | "referee"): AnswerFunction =>
		async (call, info) => {
			underWay[name] += 1;
			most[name] = Math.max(most[name], underWay[name]);
			await new Promise(setImmediate);
			underWay[name] -= 1;
			return script[name]?.(call, info);
		};
	const machine = await exampleMachine("research_paper_analysis", "analysis.yml", {
		script: { ...script, reader: counted("reader"), referee: counted("referee") },
	});
	await machine.execute({ paper: `${paper}\n## Thanks\nTo all.\n\n## Sources\nNone.\n` });
	expect(most).toEqual({ reader: 3, referee: 3 });
});

test("a section that cannot be read is named in the report, and the others are there", async () => {
	const reader: AnswerFunction = (call, info) =>
		String(call.input.section).startsWith("Results") ? broken : script.reader?.(call, info);
	const machine = await exampleMachine("research_paper_analysis", "analysis.yml", { script: { ...script, reader } });
	const { report } = Object(await machine.execute({ paper }));
	expect(report).toContain("- Method: Read Method.");
	expect(report).toContain("- Results: not read: AuthenticationError: no key");
});

test("what was read is kept where the editor fails", async () => {
	const machine = await exampleMachine("research_paper_analysis", "analysis.yml", {
		script: { ...script, editor: () => broken },
	});
	expect(await machine.execute({ paper })).toMatchObject({
		error: "AuthenticationError: no key",
		readings: { Method: { summary: "Read Method." } },
	});
});

test("a text without headings is refused before anybody is asked", async () => {
	const machine = await exampleMachine("research_paper_analysis", "analysis.yml", { script });
	const { output, agentCalls } = await machine.run({ paper: "Just a text." }).then((result) => ({
		output: result.status === "done" ? result.output : result.status,
		agentCalls: result.agentCalls,
	}));
	expect({ output, agentCalls }).toEqual({
		output: { error: "The text has no heading that begins with `## `." },
		agentCalls: 0,
	});
});
