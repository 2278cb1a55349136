/** The tests that are written for the example machines pass, and notice when a machine is changed. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { compileFile } from "../../src/compile.ts";
import { type EmittedFile, emitTests } from "../../src/testing/emit/emit-tests.ts";
import { testMachine } from "../../src/testing/report/machine-test.ts";
import { files } from "../cli/files.ts";
import { root } from "../docs/page.ts";
import { compileWithText, exampleMachines } from "../mutation/example-machines.ts";
import { mutantsOf } from "../mutation/mutants.ts";
import { runVitest } from "./emitted-tests.ts";

/** The machine with another target for its first transition, as somebody who edits it may mistake it. */
function withMistake(file: string, path: string): string {
	const mutants = mutantsOf(readFileSync(path, "utf8"), path).filter(({ kind }) => kind === "other target");
	const mutant = mutants.find(({ text }) => compileWithText(file, text) !== undefined);
	if (!mutant) throw new Error(`${file} has no transition.`);
	return mutant.text;
}

test("the tests of every example pass, and each file fails when its machine changes", {
	timeout: 300_000,
}, async () => {
	await using folder = files({});
	const machines = exampleMachines().map((file) => ({ file, path: join(folder.path, file) }));
	const written: EmittedFile[] = [];
	for (const { file, path } of machines) {
		// The whole example: modules lie beside its machines.
		cpSync(join(root, dirname(file), ".."), join(dirname(path), ".."), { recursive: true });
		const compiled = compileFile(path);
		const { plan, confirmed, unconfirmed } = await testMachine(compiled, compiled.plan.id);
		expect(unconfirmed, file).toEqual([]);
		const dir = join(dirname(path), "../tests");
		written.push(...emitTests([{ plan, scenarios: confirmed }], { dir, update: false }));
	}
	const first = await runVitest(folder.path);
	expect(first.failed).toEqual([]);
	expect(first.passed).toHaveLength(written.reduce((sum, { tests }) => sum + tests, 0));

	for (const { file, path } of machines) writeFileSync(path, withMistake(file, path));
	const second = await runVitest(folder.path);
	expect([...new Set(second.failed.map(({ file }) => file))]).toEqual(written.map(({ path }) => path).sort());
});
