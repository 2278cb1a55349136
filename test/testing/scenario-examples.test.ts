/** Every machine of the examples: all of its transitions are covered or proven dead, and its scenarios live in files, too. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findDocuments } from "../../src/cli/find-documents.ts";
import { analyzeSource, compileFile } from "../../src/compile.ts";
import { testMachine } from "../../src/testing/report/machine-test.ts";
import { totalsOf } from "../../src/testing/report/totals.ts";
import { readScenario } from "../../src/testing/scenario/read-scenario.ts";
import { replayScenario } from "../../src/testing/scenario/replay.ts";
import { writeScenario } from "../../src/testing/scenario/write-scenario.ts";
import { root } from "../build-package.ts";

const files = findDocuments([join(root, "examples")]).filter(
	(file) => analyzeSource({ file }, {}).kind === "flatmachine",
);

describe("the machines of the examples", () => {
	it("are found", () => {
		expect(files.length).toBeGreaterThan(15);
	});

	it.each(files.map((file) => [file.slice(root.length + 1), file]))("%s", { timeout: 60_000 }, async (_name, file) => {
		const compiled = compileFile(file);
		for (const id of compiled.plans.keys()) {
			const tested = await testMachine(compiled, id);
			const { transitions, states, unconfirmed } = totalsOf([tested]);
			expect({ id, unconfirmed, unsolved: transitions.unsolved + states.unsolved }).toEqual({
				id,
				unconfirmed: 0,
				unsolved: 0,
			});
			for (const scenario of tested.exploration.scenarios) {
				const { scenario: read } = readScenario(writeScenario(scenario));
				expect((await replayScenario(compiled, read, { planId: id })).differences).toEqual([]);
			}
		}
	});
});
