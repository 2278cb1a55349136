/** Whatever the machine: the tests that are written for it are well formed, and pass. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileFile, validateFile } from "../../src/compile.ts";
import { emitTests } from "../../src/testing/emit/emit-tests.ts";
import { testMachine } from "../../src/testing/report/machine-test.ts";
import { files } from "../cli/files.ts";
import { documentOf as durableDocument, durableMachine } from "../laws/random-durable.ts";
import { documentOf, randomMachine } from "../laws/random-machine.ts";
import { runVitest, unformattedIn } from "./emitted-tests.ts";

const random = fc.oneof(randomMachine.map(documentOf), durableMachine.map(durableDocument));
const bounds = { situations: 100, steps: 1000 };

test("emitted tests of random machines pass and are formatted", { timeout: 300_000 }, async () => {
	await using folder = files({});
	let [machines, tests] = [0, 0];
	for (const [index, document] of fc.sample(random, { numRuns: 36, seed: 11 }).entries()) {
		const file = join(folder.path, `${index}.json`);
		writeFileSync(file, JSON.stringify(document));
		if (validateFile(file).some(({ severity }) => severity === "error")) continue;
		const compiled = compileFile(file);
		const { plan, confirmed } = await testMachine(compiled, compiled.plan.id, { bounds });
		machines += 1;
		const machine = { plan: { ...plan, name: `machine-${index}` }, scenarios: confirmed };
		for (const emitted of emitTests([machine], { dir: join(folder.path, "tests"), update: false }))
			tests += emitted.tests;
	}
	expect(machines).toBeGreaterThan(20);
	expect(tests).toBeGreaterThan(100);
	const { passed, failed } = await runVitest(folder.path);
	expect(failed).toEqual([]);
	expect(passed).toHaveLength(tests);

	expect(unformattedIn(join(folder.path, "tests"))).toBe(`Checked ${machines} files. No fixes applied.`);
});
