/** `flatstate test --emit`: writes test files, refuses to overwrite, and lists what `--update` changes. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { reviewMachine } from "../testing/emitted-tests.ts";
import { flatstate } from "./built-command.ts";
import { files } from "./files.ts";

const emit = ["test", "review.yml", "--emit", "tests", "--quiet"];

it("writes a test file for each machine and says which", async () => {
	await using folder = files({ "review.yml": reviewMachine });
	const { code, stdout, stderr } = await flatstate(emit, { cwd: folder.path });
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	expect(stdout).toMatch(/^Wrote tests\/review\.test\.ts: \d+ tests\n$/);
	expect(folder.read("tests/review.test.ts")).toContain('join(import.meta.dirname, "../review.yml")');
	const again = await flatstate(emit, { cwd: folder.path });
	expect(again.stdout).toMatch(/^tests\/review\.test\.ts is up to date: \d+ tests\n$/);
});

it("refuses to overwrite what has been edited, and with --update lists what changes", async () => {
	await using folder = files({ "review.yml": reviewMachine });
	await flatstate(emit, { cwd: folder.path });
	const file = join(folder.path, "tests/review.test.ts");
	writeFileSync(file, folder.read("tests/review.test.ts").replace('test("review → done"', 'test("a good review"'));
	writeFileSync(join(folder.path, "review.yml"), reviewMachine.replace("context.score >= 8", "context.score >= 5"));

	const refused = await flatstate(emit, { cwd: folder.path });
	expect(refused.code).toBe(2);
	expect(refused.stderr).toContain("tests/review.test.ts is there and differs from what would be written; it has been");
	expect(folder.read("tests/review.test.ts")).toContain("a good review");

	const updated = await flatstate([...emit, "--update"], { cwd: folder.path });
	expect(updated.code).toBe(0);
	expect(updated.stdout).toMatch(/^Updated tests\/review\.test\.ts: 1 added, 1 removed, \d+ changed/);
	expect(updated.stdout).toContain("  + review → done\n");
	expect(updated.stdout).toContain("  - a good review (it had been edited)\n");
	expect(updated.stdout).toContain("      - agents: { reviewer: [{ score: 7 }, { score: 8 }] },\n");
	expect(updated.stdout).toContain("      + agents: { reviewer: [{ score: 4 }, { score: 5 }] },\n");
	expect(updated.stdout).toContain("kept as tests/review.test.ts.orig.\n");
	expect(folder.read("tests/review.test.ts.orig")).toContain("a good review");
});

it("keeps stdout for the report with --json", async () => {
	await using folder = files({ "review.yml": reviewMachine });
	const { stdout, stderr } = await flatstate([...emit, "--json"], { cwd: folder.path });
	expect(JSON.parse(stdout)).toBeTypeOf("object");
	expect(stderr).toContain("Wrote tests/review.test.ts");
});

it("wants a folder for --update, and says where it cannot write", async () => {
	await using folder = files({ "review.yml": reviewMachine });
	const without = await flatstate(["test", "review.yml", "--update"], { cwd: folder.path });
	expect(without).toMatchObject({ code: 2, stdout: "", stderr: "error: --update goes with --emit DIR.\n" });
	const onFile = await flatstate(["test", "review.yml", "--emit", "review.yml"], { cwd: folder.path });
	expect(onFile.code).toBe(2);
	expect(onFile.stderr).toContain("Cannot write tests to review.yml");
});
