/** Of numbers on one side of a bound, that right beside it is answered: only there a change of the bound shows. */
import { expect, test } from "vitest";
import { answerSpace } from "../../src/testing/solve/answer-space.ts";
import { agents, machine } from "./property-machines.ts";

function scoresFor(condition: string, output: string): readonly unknown[] {
	const { plan } = machine(`${agents({ judge: output })}
context: { score: 0, limit: 5 }
states:
  judge: { type: initial, agent: judge, output_to_context: { score: output.score }, transitions: [{ condition: "${condition}", to: done }, { to: judge }] }
  done: { type: final }`);
	const [state] = plan.states;
	if (!state) throw new Error("no state");
	const outputs = answerSpace(plan).agentOutputs(state, { score: 0, limit: 5 });
	return outputs.map((output) => Object(output).score).filter((score) => typeof score === "number");
}

test.each([
	["context.score >= 8", [7, 8]],
	["context.score > 8", [8, 9]],
	["context.score < 8", [7, 8]],
	["context.score <= 8", [8, 9]],
	["context.score >= context.limit", [4, 5]],
	["context.score == 8", [8, 9]],
])("%s", (condition, expected) => {
	for (const output of [
		"score: { type: int }",
		"score: { type: int }, note: { type: str }",
		"score: { type: float }",
	]) {
		expect([...scoresFor(condition, output)].sort()).toEqual(expect.arrayContaining(expected));
		expect(scoresFor(condition, output)).toHaveLength(2);
	}
});
