/** What exploration says of small machines, held against all of their runs. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compile, validate } from "../../src/compile.ts";
import { exploreMachine } from "../../src/testing/explore/index.ts";
import { transitionKey } from "../../src/testing/scenario/scenario.ts";
import { allRunsOf } from "./all-runs.ts";
import { documentOf, smallMachine } from "./small-machines.ts";

it("never calls dead what can happen, nor covered what cannot, and misses little", {
	timeout: 120_000,
}, () => {
	const counts = { machines: 0, exact: 0, covered: 0, dead: 0, missed: 0 };
	fc.assert(
		fc.property(smallMachine, (machine) => {
			const document = documentOf(machine);
			if (validate(document).some(({ severity }) => severity === "error")) return;
			const { transitions, states } = exploreMachine(compile(document).plan);
			const { taken, entered, isExact } = allRunsOf(machine);
			counts.machines++;
			if (isExact) counts.exact++;
			const judged = [
				...transitions.map(({ id, reach }) => ({ what: transitionKey(id), reach, can: taken.has(transitionKey(id)) })),
				...states.map(({ state, reach }) => ({ what: state, reach, can: entered.has(state) })),
			];
			for (const { what, reach, can } of judged) {
				if (reach.status === "dead" && can) throw new Error(`${what} can happen: ${reach.reason.text}`);
				if (reach.status === "covered" && !can && isExact) throw new Error(`${what} is covered and cannot happen`);
				if (reach.status !== "unsolved") counts[reach.status]++;
				else if (can) counts.missed++;
			}
		}),
		{ numRuns: 150 },
	);
	expect(counts.machines).toBeGreaterThan(50);
	expect(counts.exact).toBeGreaterThan(5);
	expect(counts.missed).toBeLessThanOrEqual(counts.covered * 0.1);
});
