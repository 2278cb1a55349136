/** Whatever the machine: a run with stand-ins goes as the specification says, and can be written down and replayed. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compile, validate } from "../../src/compile.ts";
import { runWithAnswers } from "../../src/testing/scenario/answered-run.ts";
import { readScenario } from "../../src/testing/scenario/read-scenario.ts";
import { replayScenario } from "../../src/testing/scenario/replay.ts";
import type { ActionAnswer, WrittenScenario } from "../../src/testing/scenario/scenario.ts";
import { writeScenario } from "../../src/testing/scenario/write-scenario.ts";
import { interpret, step } from "../laws/interpreter.ts";
import { documentOf, randomMachine } from "../laws/random-machine.ts";

type Answer = { readonly throw: string } | { readonly n: number };

it("goes the way of an independent interpreter, each transition leading on, and again from its file", async () => {
	let compiled = 0;
	await fc.assert(
		fc.asyncProperty(randomMachine, async (random) => {
			const document = documentOf(random);
			if (validate(document).some(({ severity }) => severity === "error")) return;
			compiled += 1;
			const machine = compile(document);
			const agents: Record<string, Answer[]> = {};
			const actions: Record<string, ActionAnswer[]> = {};
			const run = await runWithAnswers(machine, random.input, {
				agent(name) {
					const { agent } = random.states.find((state) => `agent_${state.name}` === name) ?? {};
					const answer = agent?.kind === "answers" ? { n: agent.n } : { throw: `${agent?.type}: thrown` };
					agents[name] = [...(agents[name] ?? []), answer];
					return answer;
				},
				action(name, context) {
					const after = step(context);
					const set = Object.entries(after).filter(([key, value]) => key !== "machine" && context[key] !== value);
					actions[name] = [...(actions[name] ?? []), { set: Object.fromEntries(set) }];
					return after;
				},
				machine: () => null,
				launch: () => undefined,
				signal: () => undefined,
			});

			const expected = interpret(random);
			expect(run.path).toEqual(expected.path);
			expect(run.ending?.status).toBe(expected.status);
			if (run.ending?.status === "done") expect(run.ending.output).toEqual(expected.output);
			expect(run.result.agentCalls).toBe(expected.calls);
			for (const [at, { state, to }] of run.taken.entries()) {
				expect([run.path[at], run.path[at + 1]]).toEqual([state, to]);
			}
			expect(run.taken.length).toBe(Math.max(0, run.path.length - 1));

			const { path, taken, ending, context } = run;
			const written: WrittenScenario = {
				name: "random",
				input: random.input,
				agents,
				machines: {},
				actions,
				waits: {},
				path,
				taken,
				...(ending && { ending }),
				context,
			};
			const { scenario } = readScenario(writeScenario(written));
			expect((await replayScenario(machine, scenario)).differences).toEqual([]);
		}),
		{ numRuns: 100 },
	);
	expect(compiled).toBeGreaterThan(50);
});
