/** Invariants of small machines, held against all of their runs: what is found broken can break, and what can break is found. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compile, validate } from "../../src/compile.ts";
import { exploreMachine } from "../../src/testing/explore/index.ts";
import { checkInvariantsOf } from "../../src/testing/property/explored-invariants.ts";
import { replayScenario } from "../../src/testing/scenario/replay.ts";
import { allRunsOf } from "./all-runs.ts";
import { type Context, condition, documentOf, type Expr, Failure, smallMachine } from "./small-machines.ts";

/** Whether it holds there, or has no value, which is as bad for a `never`. */
function breaksNever(invariant: Expr, context: Context): boolean {
	try {
		return Boolean(invariant.eval(context, {}));
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		return true;
	}
}

const ofContext = condition.filter(({ text }) => !text.includes("output"));

it("breaks what can break, and nothing else", { timeout: 120_000 }, async () => {
	const counts = { machines: 0, broken: 0, held: 0, missed: 0 };
	await fc.assert(
		fc.asyncProperty(smallMachine, ofContext, async (machine, invariant) => {
			const document = { ...documentOf(machine) };
			const metadata = { ...Object(document.metadata), invariants: { never: invariant.text } };
			const whole = { ...document, metadata };
			if (validate(whole).some(({ severity }) => severity === "error")) return;
			let canBreak = false;
			const { isExact } = allRunsOf(machine, (context) => {
				canBreak ||= breaksNever(invariant, context);
			});
			const compiled = compile(whole);
			const { results } = await checkInvariantsOf(compiled, exploreMachine(compiled.plan));
			const violation = results[0]?.violation;
			counts.machines++;
			if (violation) {
				if (isExact && !canBreak) throw new Error(`${invariant.text} was broken and cannot be`);
				expect((await replayScenario(compiled, violation.scenario)).differences).toEqual([]);
				counts.broken++;
			} else if (canBreak) counts.missed++;
			else counts.held++;
		}),
		{ numRuns: 40 },
	);
	expect(counts.machines).toBeGreaterThan(15);
	expect(counts.broken).toBeGreaterThan(5);
	expect(counts.missed).toBeLessThanOrEqual(counts.broken * 0.2);
});
