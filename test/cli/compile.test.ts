import { spawnSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { createActor, createMachine } from "xstate";
import { flatstate } from "./built-command.ts";
import { actionMachine, type Files, files, writerMachine } from "./files.ts";

const modules = resolve(import.meta.dirname, "../../node_modules");

/** A machine with every kind of name: retries by error name, waiting, hooks, conditions with quotes, odd state names. */
const oddMachine = `spec: flatmachine
spec_version: "4.2.1"
data:
  name: "odd */ \\"name\\" \\u2028"
  context: { a: 1, b: "x" }
  states:
    start:
      type: initial
      action: go
      hooks: logging
      on_error: { RateLimitError: "new", default: "__proto" }
      transitions:
        - { condition: "context.b == 'it''s' and context.a > 1", to: "with space" }
        - { condition: "context.b == \\"\\\\\\"\\"", to: "new" }
        - { condition: false, to: "new" }
        - { to: "with space" }
    "with space": { wait_for: ch, transitions: [{ to: "new" }] }
    "new": { transitions: [{ to: constructor }] }
    constructor: { type: final, output: { a: context.a } }
    "__proto": { type: final }
`;

function useXState(folder: Files): void {
	symlinkSync(modules, join(folder.path, "node_modules"));
	writeFileSync(join(folder.path, "package.json"), '{ "type": "module" }');
	const compilerOptions = {
		target: "ES2022",
		module: "NodeNext",
		moduleResolution: "NodeNext",
		strict: true,
		noUnusedLocals: true,
		noUnusedParameters: true,
		exactOptionalPropertyTypes: true,
		skipLibCheck: true,
		outDir: "out",
	};
	writeFileSync(join(folder.path, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
}

function typeCheck(folder: Files): string {
	const { stdout } = spawnSync(process.execPath, [join(modules, "typescript/bin/tsc"), "-p", "."], {
		cwd: folder.path,
		encoding: "utf8",
	});
	return stdout;
}

describe("flatstate compile", () => {
	it("prints a machine config that XState takes as it is", async () => {
		await using folder = files({ "machine.yml": writerMachine });
		const ended = await flatstate(["compile", "machine.yml"], { cwd: folder.path });
		expect(ended).toMatchObject({ code: 0, stderr: "" });
		const config = JSON.parse(ended.stdout);
		expect(Object.keys(createMachine(config).states)).toEqual(expect.arrayContaining(["write", "done"]));
	});

	it("names source files relative to where the config goes, so that it is the same on every machine", async () => {
		await using folder = files({ "config/machine.yml": writerMachine, "out/.keep": "" });
		const printed = await flatstate(["compile", "config/machine.yml"], { cwd: folder.path });
		await flatstate(["compile", "config/machine.yml", "-o", "out/machine.json"], { cwd: folder.path });
		expect(printed.stdout).not.toContain(folder.path);
		expect(JSON.parse(printed.stdout).states.write.meta.file).toBe("config/machine.yml");
		expect(JSON.parse(folder.read("out/machine.json")).states.write.meta.file).toBe("../config/machine.yml");
	});

	it("writes TypeScript that type-checks under strict and starts", async () => {
		await using folder = files({ "machine.yml": writerMachine, "action.yml": actionMachine, "odd.yml": oddMachine });
		useXState(folder);
		for (const name of ["machine", "action", "odd"]) {
			const ended = await flatstate(["compile", `${name}.yml`, "-o", `${name}.ts`], { cwd: folder.path });
			expect(ended.stderr).toContain(`Wrote ${name}.ts\n`);
		}
		expect(typeCheck(folder)).toBe("");
		const { machine }: { machine: Parameters<typeof createActor>[0] } = await import(
			join(folder.path, "out/machine.js")
		);
		const actor = createActor(machine).start();
		expect(actor.getSnapshot()).toMatchObject({ value: "write", status: "active" });
		actor.stop();
	});

	it("gives TypeScript the same states as JSON, whatever they are called", async () => {
		await using folder = files({ "odd.yml": oddMachine });
		useXState(folder);
		const json = await flatstate(["compile", "odd.yml"], { cwd: folder.path });
		await flatstate(["compile", "odd.yml", "--format", "ts", "-o", "odd.ts"], { cwd: folder.path });
		expect(typeCheck(folder)).toBe("");
		const { machine } = await import(join(folder.path, "out/odd.js"));
		expect(JSON.parse(JSON.stringify(machine.config))).toEqual(JSON.parse(json.stdout));
	});

	it("shows a condition as the guard that it is, and says how the module was made", async () => {
		await using folder = files({ "machine.yml": actionMachine });
		const { stdout } = await flatstate(["compile", "machine.yml", "--format", "ts"], { cwd: folder.path });
		expect(stdout).toMatch(
			/^\/\/ The flatmachine "actor", made from machine\.yml by `flatstate compile --format ts`\.\n/,
		);
		expect(stdout).toContain('guard: "context.done"');
	});

	it("prints nothing on stdout where the document has errors", async () => {
		await using folder = files({ "machine.yml": writerMachine.replace("to: done", "to: dnoe") });
		const ended = await flatstate(["compile", "machine.yml"], { cwd: folder.path });
		expect(ended).toMatchObject({ code: 2, stdout: "" });
		expect(ended.stderr).toContain("FS4101");
	});

	it.each([
		[["compile", "machine.yml", "--format", "xml"], "Allowed choices are json, ts, stately."],
		[["compile", "machine.yml", "-o", "nowhere/machine.json"], "Cannot write nowhere/machine.json"],
		[["compile", "nowhere.yml"], "There is no file nowhere.yml."],
	])("refuses %j with exit code 2", async (args, message) => {
		await using folder = files({ "machine.yml": writerMachine });
		const ended = await flatstate(args, { cwd: folder.path });
		expect(ended.stderr).toContain(message);
		expect(ended).toMatchObject({ code: 2, stdout: "" });
	});
});
