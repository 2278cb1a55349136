/** Whatever the machine: a generated run is a scenario that goes the same way, and shrinks to one that fails alike. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compile, validate } from "../../src/compile.ts";
import { forAllRuns, RunCheckError, runArbitrary } from "../../src/testing/property/index.ts";
import { readScenario } from "../../src/testing/scenario/read-scenario.ts";
import { replayScenario } from "../../src/testing/scenario/replay.ts";
import { documentOf as durableDocument, durableMachine } from "../laws/random-durable.ts";
import { documentOf, randomMachine } from "../laws/random-machine.ts";

/** No file may have `__proto__` as a key, which is what a `foreach` that is keyed by it makes of it. */
const documents = fc
	.oneof(
		randomMachine.map((machine): Readonly<Record<string, unknown>> => documentOf(machine)),
		durableMachine.map((machine): Readonly<Record<string, unknown>> => durableDocument(machine)),
	)
	.filter((document) => !JSON.stringify(document).includes("__proto__"));

it("replays every run from its file", { timeout: 120_000 }, async () => {
	let runs = 0;
	await fc.assert(
		fc.asyncProperty(documents, fc.integer(), async (document, seed) => {
			if (validate(document).some(({ severity }) => severity === "error")) return;
			const compiled = compile(document);
			for (const run of fc.sample(runArbitrary(compiled, { failures: 15, maxSteps: 12 }), { numRuns: 3, seed })) {
				await run.execute();
				const { scenario } = readScenario(run.toString(), "run.yml");
				expect((await replayScenario(compiled, scenario)).differences).toEqual([]);
				runs++;
			}
		}),
		{ numRuns: 60 },
	);
	expect(runs).toBeGreaterThan(60);
});

it("shrinks to a run that fails alike and has no more steps than any that was generated", {
	timeout: 120_000,
}, async () => {
	let failures = 0;
	await fc.assert(
		fc.asyncProperty(documents, fc.integer(), async (document, seed) => {
			if (validate(document).some(({ severity }) => severity === "error")) return;
			const compiled = compile(document);
			let fewest = Number.POSITIVE_INFINITY;
			// Ends in the third step or later, in whatever way.
			const fails = ({ path }: { readonly path: readonly string[] }): boolean => path.length >= 3;
			try {
				await forAllRuns(
					compiled,
					(report) => {
						if (fails(report)) fewest = Math.min(fewest, report.path.length);
						return !fails(report);
					},
					{ seed, numRuns: 8, maxSteps: 10, failures: 15 },
				);
			} catch (error) {
				if (!(error instanceof RunCheckError)) throw error;
				failures++;
				expect(error.report.path).toHaveLength(3);
				expect(fewest).toBe(3);
				expect((await replayScenario(compiled, error.report.scenario)).differences).toEqual([]);
			}
		}),
		{ numRuns: 40 },
	);
	expect(failures).toBeGreaterThan(5);
});
