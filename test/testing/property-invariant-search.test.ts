/** The search for runs that break invariants: what it tells apart, where it begins, and which values it may use. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Compiled } from "../../src/compile.ts";
import { exploreMachine } from "../../src/testing/explore/index.ts";
import { checkInvariantsOf } from "../../src/testing/property/explored-invariants.ts";
import { actionEffectOf, checkInvariants, InvariantError, type Violation } from "../../src/testing/property/index.ts";
import { replayScenario } from "../../src/testing/scenario/replay.ts";
import { agents, machine } from "./property-machines.ts";

/** What breaks the only invariant of a machine's file; its scenario replays. */
async function violationOf(compiled: Compiled): Promise<Violation | undefined> {
	const { results } = await checkInvariantsOf(compiled, exploreMachine(compiled.plan, { plans: compiled.plans }));
	expect(results).toHaveLength(1);
	const violation = results[0]?.violation;
	if (violation) expect((await replayScenario(compiled, violation.scenario)).differences).toEqual([]);
	return violation;
}

/** Asks for a word, of which no condition reads anything. */
const asking = `${agents({ asked: "word: { type: str }" })}
context: { word: null }
states:
  ask: { type: initial, agent: asked, output_to_context: { word: output.word }, transitions: [{ to: rest }], on_error: ask }
  rest: { transitions: [{ to: done }] }
  done: { type: final }`;

describe("a run that breaks an invariant is found", () => {
	it("where only the step tells it from one that does not", async () => {
		const violation = await violationOf(machine(asking, "invariants: { never: step == 3 and output.word == 'magic' }"));
		expect(violation?.path).toEqual(["ask", "ask", "ask"]);
		expect(violation?.reads).toEqual({ step: 3, "output.word": "magic" });
	});

	it("where what must come eventually came in other runs to the same place", async () => {
		const violation = await violationOf(
			machine(asking, "invariants: { eventually: output.word != None and output.word != 'magic' }"),
		);
		expect(violation).toMatchObject({ cause: "missed", path: ["ask", "rest", "done"] });
		expect(violation?.scenario.agents).toEqual({ asked: [{ output: { word: "magic" } }] });
	});

	it("and is the shortest, though every scenario breaks it later", async () => {
		const violation = await violationOf(machine(asking, "invariants: { never: step >= 3 or context.word == 'magic' }"));
		expect(violation?.path).toEqual(["ask"]);
		try {
			await checkInvariants(
				machine(asking),
				{ never: "step >= 3 or context.word == 'magic'" },
				{ seed: 1, numRuns: 1 },
			);
			expect.unreachable();
		} catch (error) {
			if (!(error instanceof InvariantError)) throw error;
			expect(error.violations.map(({ path }) => path)).toEqual([["ask"]]);
		}
	});

	it("where the run has no input", async () => {
		const compiled = machine(
			`context: { size: input.size }
states:
  start: { type: initial, transitions: [{ condition: context.size == 3, to: done }, { to: done }] }
  done: { type: final }`,
			"invariants: { always: context.size <= context.size }",
		);
		expect(await violationOf(compiled)).toMatchObject({ cause: "error", reads: { "context.size": null } });
	});

	it("where a condition fails behind the state's work", async () => {
		const compiled = machine(
			`${agents({ asked: "word: { type: json }" })}
context: { word: null }
states:
  ask: { type: initial, agent: asked, output_to_context: { word: output.word }, transitions: [{ condition: context.word > 3, to: done }, { to: ask }], on_error: done }
  done: { type: final }`,
			"invariants: { never: state == 'ask' and context.last_error_type == 'ExpressionError' and context.word == 'magic' }",
		);
		expect((await violationOf(compiled))?.path).toEqual(["ask"]);
	});

	it("where several children give the output together", async () => {
		const compiled = machine(
			`machines:
  one: { spec: flatmachine, data: { states: { only: { type: initial, output: { n: input.n } } } } }
  two: { spec: flatmachine, data: { states: { only: { type: initial, output: { n: input.n } } } } }
context: {}
states:
  ask: { type: initial, machine: [one, two], transitions: [{ to: done }] }
  done: { type: final }`,
			"invariants: { never: output.one.n == 815 and output.two.n == 4711 }",
		);
		expect((await violationOf(compiled))?.scenario.machines).toEqual({
			one: [{ output: { n: 815 } }],
			two: [{ output: { n: 4711 } }],
		});
	});
});

describe("an action", () => {
	const marking = machine(
		`context: { mark: null }
states:
  set: { type: initial, action: set, transitions: [{ to: done }], on_error: set }
  done: { type: final, output: { mark: context.mark } }`,
		"effects: { set: { mark: [1, x] } }\ninvariants: { always: \"context.mark in [None, 1, 'x']\" }",
	);

	it("sets only what the file declares", async () => {
		for (const { mark } of fc.sample(actionEffectOf(marking, "set"), { numRuns: 200, seed: 1 })) {
			expect([1, "x"]).toContain(mark);
		}
		expect(await violationOf(marking)).toBeUndefined();
		await checkInvariants(marking, { always: "context.mark in [None, 1, 'x']" }, { seed: 1 });
	});

	it("is made plainer within what the file declares", async () => {
		try {
			await checkInvariants(marking, { never: "context.mark == 'x'" }, { seed: 1 });
			expect.unreachable();
		} catch (error) {
			if (!(error instanceof InvariantError)) throw error;
			expect(error.violations[0]?.scenario.actions).toEqual({ set: [{ set: { mark: "x" } }] });
		}
		const wrong = await checkInvariants(marking, { never: "context.mark != None" }, { seed: 1 }).catch(String);
		expect(wrong).toContain("set: { mark: 1 }");
	});
});
