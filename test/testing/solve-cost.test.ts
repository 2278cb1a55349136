/** What a source can answer is worked out once, also where the answer is that nobody asks anything of it. */
import { expect, test } from "vitest";
import { answerSpace } from "../../src/testing/solve/answer-space.ts";
import { agents, machine } from "./property-machines.ts";

test("asking again for errors and costs that no condition reads takes next to no time", () => {
	const states = Array.from(
		{ length: 150 },
		(_, index) =>
			`  s${index}: { ${index === 0 ? "type: initial, " : ""}agent: judge, output_to_context: { score: output.score }, transitions: [{ condition: context.score > ${index}, to: s${(index + 1) % 150} }, { to: end }] }`,
	);
	const { plan } = machine(`${agents({ judge: "score: { type: int }" })}
context: { score: 0 }
states:
${states.join("\n")}
  end: { type: final }`);
	const space = answerSpace(plan);
	const timeOf = (times: number): number => {
		const begun = performance.now();
		for (let time = 0; time < times; time += 1) {
			for (const state of plan.states) {
				space.errors(state, { score: time });
				space.costs(state, { score: time });
			}
		}
		return performance.now() - begun;
	};
	const first = timeOf(1);
	expect(timeOf(10)).toBeLessThan(first);
});
