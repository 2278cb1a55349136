import { chmodSync, lstatSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { flatstate } from "./built-command.ts";
import { files, writerMachine } from "./files.ts";

const agent = `spec: flatagent
spec_version: "4.2.1"
data: { name: a, model: { provider: openai, name: b }, user: hello }
`;

/** A text that is compared with a number, in a file with comments and a byte order mark. */
const textMachine = `\ufeffspec: flatmachine # kept
spec_version: "4.2.1"
data:
  context: { score: 0 }
  agents: { judge: ./judge.yml }
  states:
    judge:
      type: initial
      agent: judge
      output_to_context:
        score:   "{{ output.score }}"   # kept, too
      transitions:
        - { condition: context.score > 3, to: done }
        - { to: judge }
    done: { type: final }
`;

describe("flatstate validate", () => {
	it("exits with 0 and prints nothing on stdout for files without problems", async () => {
		await using folder = files({ "machine.yml": writerMachine, "agent.yml": agent });
		const ended = await flatstate(["validate", "machine.yml", "agent.yml"], { cwd: folder.path });
		expect(ended).toEqual({ code: 0, stdout: "", stderr: "no problems in 2 files\n" });
	});

	it("prints the problems of all files, each once, and counts them", async () => {
		const machine = writerMachine.replace(/agents:[\s\S]*? {2}states:/, "agents: { writer: ./agent.yml }\n  states:");
		await using folder = files({
			"one.yml": machine.replace("to: done", "to: dnoe"),
			"two.yml": machine.replace("  states:\n", "  states:\n    spare: { type: final }\n"),
			"agent.yml": agent.replace("name: a,", "name: a, colour: red,"),
		});
		const ended = await flatstate(["validate", "one.yml", "two.yml", "agent.yml"], { cwd: folder.path });
		expect(ended.code).toBe(2);
		expect(ended.stdout.match(/^\S+ (?:error|warning) FS\d+/gm)).toEqual([
			expect.stringMatching(/^one\.yml:\d+:\d+ error FS4101/),
			expect.stringMatching(/^agent\.yml:\d+:\d+ warning FS2009/),
			expect.stringMatching(/^two\.yml:\d+:\d+ warning FS4104/),
		]);
		expect(ended.stderr).toMatch(/^1 error, 2 warnings in 3 files\n/);
	});

	it("searches folders for documents and leaves other YAML alone", async () => {
		await using folder = files({
			"config/machine.yml": writerMachine,
			"config/agents/a.yaml": agent,
			"config/compose.yml": "services: {}",
			"config/package.json": '{"spec": 1}',
			"config/node_modules/x/machine.yml": "spec: flatmachine\ndata: 5",
			"config/.hidden/machine.yml": "spec: flatmachine\ndata: 5",
		});
		const ended = await flatstate(["validate", "config"], { cwd: folder.path });
		expect(ended).toEqual({ code: 0, stdout: "", stderr: "no problems in 2 files\n" });
	});

	it("finds a document in a folder even where it is no YAML", async () => {
		await using folder = files({ "config/machine.yml": "spec: flatmachine\ndata: [" });
		const ended = await flatstate(["validate", "config"], { cwd: folder.path });
		expect(ended.code).toBe(2);
		expect(ended.stdout).toContain("config/machine.yml");
	});

	it("prints a JSON array of diagnostics with --json", async () => {
		await using folder = files({ "machine.yml": writerMachine.replace("to: done", "to: dnoe") });
		const ended = await flatstate(["validate", "machine.yml", "--json"], { cwd: folder.path });
		const diagnostics: unknown = JSON.parse(ended.stdout);
		expect(diagnostics).toContainEqual(
			expect.objectContaining({
				code: "FS4101",
				severity: "error",
				file: join(folder.path, "machine.yml"),
				path: ["data", "states", "write", "transitions", 0, "to"],
				range: expect.objectContaining({ line: 19, column: 27 }),
			}),
		);
		expect((await flatstate(["validate", "--json", "."], { cwd: folder.path })).stdout).toBe(ended.stdout);
	});

	it("prints an empty array with --json where there is no problem", async () => {
		await using folder = files({ "machine.yml": writerMachine });
		expect((await flatstate(["validate", "machine.yml", "--json"], { cwd: folder.path })).stdout).toBe("[]\n");
	});

	it("warns of what is not portable only with --portable", async () => {
		const machine = writerMachine.replace("  name: writer\n", "  name: writer\n  settings: { max_cost: 1 }\n");
		await using folder = files({ "machine.yml": machine });
		const plain = await flatstate(["validate", "machine.yml"], { cwd: folder.path });
		const portable = await flatstate(["validate", "machine.yml", "--portable"], { cwd: folder.path });
		expect(plain.stdout).toBe("");
		expect(portable.stdout).toContain("warning FS6101");
		expect(portable.code).toBe(0);
	});

	it.each([
		[{}, false],
		[{ FORCE_COLOR: "1" }, true],
		[{ FORCE_COLOR: "0" }, false],
		[{ FORCE_COLOR: "1", NO_COLOR: "1" }, false],
	])("colours a pipe with %j: %s", async (env, isColored) => {
		await using folder = files({ "machine.yml": writerMachine.replace("to: done", "to: dnoe") });
		const { stdout } = await flatstate(["validate", "machine.yml"], { cwd: folder.path, env });
		expect(stdout.includes("\u001b[")).toBe(isColored);
	});

	it.each([
		[["validate"], "missing required argument 'files'"],
		[["validate", "nowhere.yml"], "There is no file or folder nowhere.yml."],
		[["validate", "empty"], "The folder empty has no documents"],
	])("refuses %j with exit code 2", async (args, message) => {
		await using folder = files({ "empty/readme.md": "" });
		const ended = await flatstate(args, { cwd: folder.path });
		expect(ended.stderr).toContain(message);
		expect(ended).toMatchObject({ code: 2, stdout: "" });
	});
});

describe("flatstate validate --fix", () => {
	const judge = agent.replace("user: hello", "user: hello, output: { score: { type: int } }");

	it("mends the files, keeps all else byte for byte, and says what it did", async () => {
		await using folder = files({ "machine.yml": textMachine, "judge.yml": judge });
		const before = await flatstate(["validate", "machine.yml"], { cwd: folder.path });
		expect(before.code).toBe(2);
		expect(before.stderr).toContain("1 of them can be mended with --fix");
		const ended = await flatstate(["validate", "--fix", "machine.yml"], { cwd: folder.path });
		expect(ended.code).toBe(0);
		expect(ended.stderr).toMatch(/^fixed machine\.yml:11:18 .+\nno problems in 2 files\n$/);
		expect(folder.read("machine.yml")).toBe(textMachine.replace('"{{ output.score }}"', '"output.score"'));
		expect(folder.read("judge.yml")).toBe(judge);
		expect(readdirSync(folder.path).sort()).toEqual(["judge.yml", "machine.yml"]);
	});

	it("keeps the mode of a file, and a link a link", async () => {
		await using folder = files({ "real.yml": textMachine, "judge.yml": judge });
		chmodSync(join(folder.path, "real.yml"), 0o640);
		symlinkSync("real.yml", join(folder.path, "machine.yml"));
		await flatstate(["validate", "--fix", "machine.yml"], { cwd: folder.path });
		expect(folder.read("real.yml")).toContain('"output.score"');
		expect(statSync(join(folder.path, "real.yml")).mode & 0o777).toBe(0o640);
		expect(lstatSync(join(folder.path, "machine.yml")).isSymbolicLink()).toBe(true);
	});

	it("does not touch files that have nothing to mend", async () => {
		await using folder = files({ "machine.yml": writerMachine });
		const path = join(folder.path, "machine.yml");
		const { ino, mtimeMs } = statSync(path);
		await flatstate(["validate", "--fix", "machine.yml"], { cwd: folder.path });
		expect(statSync(path)).toMatchObject({ ino, mtimeMs });
	});

	it("leaves what it cannot mend, and exits with 2", async () => {
		const machine = textMachine.replace("to: judge }", "to: nowhere_at_all }");
		await using folder = files({ "machine.yml": machine, "judge.yml": judge });
		const ended = await flatstate(["validate", "--fix", "machine.yml"], { cwd: folder.path });
		expect(ended.code).toBe(2);
		expect(ended.stdout).toContain("FS4101");
		expect(ended.stdout).not.toContain("FS5104");
	});
});
