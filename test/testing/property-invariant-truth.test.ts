/**
 * Invariants of small machines, held against all of their runs: what is found broken can break, in no fewer steps; its
 * scenario breaks it; and what can break is found.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compile, validate } from "../../src/compile.ts";
import { exploreMachine } from "../../src/testing/explore/index.ts";
import { checkInvariantsOf } from "../../src/testing/property/explored-invariants.ts";
import { readScenario } from "../../src/testing/scenario/read-scenario.ts";
import { replayScenario } from "../../src/testing/scenario/replay.ts";
import { writeScenario } from "../../src/testing/scenario/write-scenario.ts";
import { fewestSteps, stepBroken } from "./all-moments.ts";
import { hasKnownAnswers, leavingOut } from "./all-runs.ts";
import { smallInvariant } from "./small-invariants.ts";
import { documentOf, smallMachine } from "./small-machines.ts";

/** Runs are tried up to here. */
const mostSteps = 10;

it("breaks what can break, in as few steps as it can, and nothing else", { timeout: 120_000 }, async () => {
	const counts = { machines: 0, broken: 0, exact: 0, missed: 0, longer: 0 };
	await fc.assert(
		fc.asyncProperty(smallMachine, smallInvariant, async (machine, invariant) => {
			const document = { ...documentOf(machine) };
			const metadata = { ...Object(document.metadata), invariants: { [invariant.kind]: invariant.text } };
			const whole = { ...document, metadata };
			if (validate(whole).some(({ severity }) => severity === "error")) return;
			const compiled = compile(whole);
			const { results } = await checkInvariantsOf(compiled, exploreMachine(compiled.plan));
			const { steps } = fewestSteps(machine, invariant, mostSteps);
			const violation = results[0]?.violation;
			counts.machines++;
			if (!violation) {
				if (steps !== undefined) counts.missed++;
				return;
			}
			counts.broken++;
			const found = violation.path.length;
			if (steps !== undefined && found > steps) counts.longer++;
			const { scenario } = readScenario(writeScenario(violation.scenario), "run.yml");
			expect((await replayScenario(compiled, scenario)).differences).toEqual([]);
			if (!hasKnownAnswers(machine)) return;
			counts.exact++;
			expect(stepBroken(machine, invariant, violation.scenario)).toBe(found);
			// Where nothing else covers a transition, scenarios leave out fields of answers.
			const { steps: possible, isExact } = fewestSteps(machine, invariant, mostSteps, leavingOut);
			if (possible !== undefined) expect(found).toBeGreaterThanOrEqual(possible);
			else if (isExact) throw new Error(`${invariant.kind}: ${invariant.text} was broken and cannot be`);
		}),
		{ numRuns: 60 },
	);
	expect(counts.machines).toBeGreaterThan(30);
	expect(counts.exact).toBeGreaterThan(5);
	expect(counts.missed + counts.longer).toBeLessThanOrEqual(counts.broken * 0.05);
});
