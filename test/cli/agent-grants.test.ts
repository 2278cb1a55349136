/** `--agent-folder` and `--agent-permission`: what documents may do with agents of other programs. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { flatstate } from "./built-command.ts";
import { files } from "./files.ts";

const machine = (config: string) => `spec: flatmachine
spec_version: "4.2.1"
data:
  agents: { coder: { type: codex-cli, config: ${config} } }
  states:
    wait: { type: initial, transitions: [{ to: code }] }
    code: { agent: coder, input: { task: t }, transitions: [{ to: done }] }
    done: { type: final }
`;

function project(config: string) {
	const folder = files({ "machine.yml": machine(config) });
	for (const name of ["one", "two"]) mkdirSync(join(folder.path, name));
	return folder;
}

// Without the package, what is granted ends in the next error.
const passed = /PackageError|ProgramError/;

it.each([
	["{ codex_bin: ./none }", ["--agent-permission", "edit"], "--agent-permission all"],
	["{ working_dir: .., timeout: 1 }", [], "--agent-folder DIR"],
	["{ working_dir: ../two, timeout: 1 }", ["--agent-folder", "one"], "--agent-folder DIR"],
])("refuses %s with %j, and says what would grant it", async (config, options, message) => {
	await using folder = project(config);
	const { code, stderr } = await flatstate(["run", "machine.yml", ...options], { cwd: folder.path });
	expect(code).not.toBe(0);
	expect(stderr).toContain("AgentPermissionError");
	expect(stderr).toContain(message);
});

it.each([
	["{ codex_bin: ./none }", ["--agent-permission", "all"]],
	[
		"{ working_dir: ../two, codex_bin: ./none }",
		["--agent-folder", "one", "--agent-folder", "two", "--agent-permission", "all"],
	],
])("lets %s pass with %j", async (config, options) => {
	await using folder = project(config);
	const { code, stderr } = await flatstate(["run", "machine.yml", ...options], { cwd: folder.path });
	expect(code).not.toBe(0);
	expect(stderr).not.toContain("AgentPermissionError");
	expect(stderr).toMatch(passed);
});

it("gives both back in the command that goes on, which a store does not keep", async () => {
	await using folder = project("{}");
	const args = ["run", "machine.yml", "--store", "sqlite:runs.db", "--id", "a", "--max-steps", "1"];
	const grants = ["--agent-folder", "one", "--agent-folder", "two", "--agent-permission", "read"];
	const { stderr } = await flatstate([...args, ...grants], { cwd: folder.path });
	expect(stderr).toContain(`flatstate resume a --store sqlite:runs.db ${grants.join(" ")} --max-steps N`);
});

it.each([
	[["--agent-folder", "nowhere"], "--agent-folder: there is no folder nowhere"],
	[["--agent-permission", "any"], "Allowed choices are read, edit, all"],
])("refuses %j as a mistake in the command", async (options, message) => {
	await using folder = project("{}");
	expect(await flatstate(["run", "machine.yml", ...options], { cwd: folder.path })).toMatchObject({
		code: 2,
		stderr: expect.stringContaining(message),
	});
});
