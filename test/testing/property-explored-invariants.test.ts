import { describe, expect, it } from "vitest";
import type { Compiled } from "../../src/compile.ts";
import { exploreMachine } from "../../src/testing/explore/index.ts";
import { checkInvariantsOf } from "../../src/testing/property/explored-invariants.ts";
import { breachText } from "../../src/testing/property/invariant-error.ts";
import { replayScenario } from "../../src/testing/scenario/replay.ts";
import { agents, machine, review } from "./property-machines.ts";

function check(compiled: Compiled) {
	return checkInvariantsOf(compiled, exploreMachine(compiled.plan, { plans: compiled.plans }));
}

describe("invariants of the file", () => {
	it("are checked on every explored run, and one that breaks comes with the simplest run", async () => {
		const compiled = machine(
			review,
			`invariants:
  never:
    bad text out: state == 'publish' and context.score < 8
  always: [step > 0, "state != 'publish' or context.draft != None"]
  eventually: state == 'publish'`,
		);
		const { results, runs, situations } = await check(compiled);
		expect(results.map(({ title, violation }) => [title, violation?.path])).toEqual([
			["bad text out (never: state == 'publish' and context.score < 8)", ["write", "judge", "publish"]],
			["always: step > 0", undefined],
			["always: state != 'publish' or context.draft != None", undefined],
			["eventually: state == 'publish'", undefined],
		]);
		expect(runs).toBeGreaterThan(2);
		expect(situations).toBeGreaterThan(2);
		const [first] = results;
		expect(first?.at).toMatchObject({ line: expect.any(Number) });
		expect(first?.violation?.scenario.agents).toEqual({
			writer: [""],
			judge: [{ output: { score: 0, approved: true } }],
		});
		expect(first?.violation && breachText(first.violation)).toBe(
			"The invariant bad text out (`never: state == 'publish' and context.score < 8`) is broken: it holds.",
		);
	});

	it("are solved for, where no condition of the machine asks for the values that break them", async () => {
		const compiled = machine(
			`${agents({ judge: "score: { type: int }, word: { type: str }" })}
context: { score: 0, word: null, seen: input.seen }
states:
  judge: { type: initial, agent: judge, output_to_context: { score: output.score, word: output.word }, transitions: [{ to: done }] }
  done: { type: final, output: { score: context.score } }`,
			`invariants:
  never:
    - context.score == 4711
    - context.word == 'xyzzy' and state == 'done'
    - context.seen == 'magic'
    - output.score == 815
    - context.score > 10 and context.score < 5`,
		);
		const { results } = await check(compiled);
		expect(results.map(({ violation }) => violation?.reads)).toEqual([
			{ "context.score": 4711 },
			{ "context.word": "xyzzy", state: "done" },
			{ "context.seen": "magic" },
			{ "output.score": 815 },
			undefined,
		]);
	});

	it("are found broken behind several rounds, and their scenarios replay", async () => {
		const compiled = machine(
			`${agents({ tick: "n: { type: int }" })}
context: { a: 0, b: 0, c: 0 }
states:
  one: { type: initial, agent: tick, output_to_context: { a: output.n }, transitions: [{ condition: context.a == 3, to: two }, { to: one }] }
  two: { agent: tick, output_to_context: { b: output.n }, transitions: [{ condition: context.b > context.a, to: three }, { to: one }] }
  three: { agent: tick, output_to_context: { c: output.n }, transitions: [{ to: done }] }
  done: { type: final }`,
			"invariants: { never: context.c == context.a + context.b and state == 'done', eventually: context.c > 100 }",
		);
		const { results } = await check(compiled);
		const [sum, big] = results.map(({ violation }) => violation);
		expect(sum?.path).toEqual(["one", "two", "three", "done"]);
		expect(sum?.scenario.agents).toEqual({
			tick: [{ output: { n: 3 } }, { output: { n: 4 } }, { output: { n: 7 } }],
		});
		expect(big).toMatchObject({ cause: "missed", path: ["one", "two", "three", "done"] });
		for (const violation of [sum, big]) {
			if (!violation) throw new Error("holds");
			expect((await replayScenario(compiled, violation.scenario)).differences).toEqual([]);
		}
	});

	it("are none in most machines", async () => {
		expect(await check(machine(review))).toEqual({ results: [], runs: 0, situations: 0 });
	});

	it("cost little in a machine whose context grows for ever", async () => {
		const compiled = machine(
			`${agents({ tick: "n: { type: int }" })}
context: { list: [] }
states:
  one: { type: initial, agent: tick, output_to_context: { list: "{{ context.list + [output.n] }}" , n: output.n }, transitions: [{ condition: context.n == 3, to: one }, { to: two }] }
  two: { transitions: [{ to: one }] }`,
			"invariants: { always: step > 0 }",
		);
		const { results } = await check(compiled);
		expect(results[0]?.violation).toBeUndefined();
	});
});
