import { describe, expect, it } from "vitest";
import { main } from "../build-package.ts";
import { flatstate, startCommand } from "./built-command.ts";
import { actionMachine, files, writerMachine } from "./files.ts";

const deadMachine = writerMachine.replace(
	"transitions: [{ to: done }]",
	"transitions: [{ to: done }, { condition: context.topic, to: done }]",
);

/** A condition that no search finds its way to: one number of a hundred million. */
const puzzle = `spec: flatmachine
spec_version: "4.2.1"
data:
  name: puzzle
  context: { a: 0 }
  agents:
    judge: { spec: flatagent, data: { model: { provider: openai, name: gpt-5-mini }, user: hi } }
  states:
    ask:
      type: initial
      agent: judge
      output_to_context: { a: output.a }
      transitions:
        - { condition: "context.a * 7919 % 10007 == 1234 and context.a * 104729 % 10009 == 4321", to: found }
        - { to: lost }
    found: { type: final }
    lost: { type: final }
`;

describe("flatstate test", () => {
	it("exits with 0 where every transition is covered", async () => {
		await using folder = files({ "machine.yml": writerMachine });
		const ended = await flatstate(["test", "machine.yml"], { cwd: folder.path });
		expect(ended).toMatchObject({ code: 0, stderr: "" });
		expect(ended.stdout).toMatch(/^writer {2}machine\.yml\n {2}1 of 1 transition covered, 2 of 2 states entered, /);
	});

	it("exits with 1 for dead transitions, with their reason and line, unless they are allowed", async () => {
		await using folder = files({ "machine.yml": deadMachine });
		const ended = await flatstate(["test", "machine.yml"], { cwd: folder.path });
		expect(ended.code).toBe(1);
		expect(ended.stdout).toMatch(/dead write → done, `context\.topic` machine\.yml:19:\d+\n/);
		expect(ended.stderr).toBe("1 transition can never be taken: mend the machine, or allow that with --allow-dead.\n");
		expect((await flatstate(["test", "machine.yml", "--allow-dead"], { cwd: folder.path })).code).toBe(0);
	});

	it("exits with 1 for what is unsolved, unless that is allowed or the user helps", async () => {
		await using folder = files({
			"machine.yml": puzzle,
			"values.yml": "agents: { judge: [{ a: 72268090 }] }\n",
			"own.yml": "scenarios: [{ scenario: mine, agents: { judge: [{ a: 72268090 }] } }]\n",
		});
		const ended = await flatstate(["test", "machine.yml"], { cwd: folder.path });
		expect(ended.code).toBe(1);
		expect(ended.stdout).toContain("unsolved ask → found, `context.a * 7919 % 10007");
		expect(ended.stderr).toContain("give some with --scenarios FILE");
		for (const more of [["--allow-unsolved"], ["--scenarios", "values.yml"], ["--scenarios", "own.yml"]]) {
			const { code } = await flatstate(["test", "machine.yml", ...more], { cwd: folder.path });
			expect({ more, code }).toEqual({ more, code: 0 });
		}
	});

	it("exits with 1 where a scenario of the user's goes another way", async () => {
		const own = "scenarios: [{ scenario: mine, agents: { writer: [tea] }, path: [write, nowhere] }]\n";
		await using folder = files({ "machine.yml": writerMachine, "own.yml": own });
		const ended = await flatstate(["test", "machine.yml", "--scenarios", "own.yml"], { cwd: folder.path });
		expect(ended.code).toBe(1);
		expect(ended.stdout).toContain("goes another way mine\n    The run goes another way: state 2 is `done`");
		expect(ended.stderr).toBe("1 scenario of own.yml went another way than written.\n");
	});

	it("says for which machine a scenario is, and which values are wrong", async () => {
		await using folder = files({
			"a.yml": writerMachine,
			"b.yml": puzzle,
			"own.yml": "scenarios: [{ scenario: mine }]\n",
			"far.yml": "scenarios: [{ scenario: mine, machine: ./c.yml }]\n",
			"bad.yml": "answers: {}\n",
		});
		const unclear = await flatstate(["test", "a.yml", "b.yml", "--scenarios", "own.yml"], { cwd: folder.path });
		expect(unclear).toMatchObject({ code: 2, stdout: "" });
		expect(unclear.stderr).toContain("add `machine: FILE` to it");
		const far = await flatstate(["test", "a.yml", "--scenarios", "far.yml"], { cwd: folder.path });
		expect(far.stderr).toContain("is for ./c.yml, which is none of the machines that are tested");
		const bad = await flatstate(["test", "a.yml", "--scenarios", "bad.yml"], { cwd: folder.path });
		expect(bad.code).toBe(2);
		expect(bad.stderr).toContain("bad.yml:1:1 `answers` is unknown");
	});

	it("tests every machine that a machine references, each by itself, and those of a folder once", async () => {
		const parent = `spec: flatmachine
spec_version: "4.2.1"
data:
  name: parent
  machines: { writer: ./writer.yml }
  states:
    call: { type: initial, machine: writer, transitions: [{ to: done }] }
    done: { type: final }
`;
		await using folder = files({
			"m/parent.yml": parent,
			"m/writer.yml": writerMachine,
			"m/agent.yml": "spec: flatagent\ndata: { model: { provider: p, name: m }, user: hi }\n",
		});
		const one = await flatstate(["test", "m/parent.yml"], { cwd: folder.path });
		expect(one.stdout).toMatch(/^parent {2}m\/parent\.yml\n.*^writer {2}m\/writer\.yml\n.*^2 machines: /ms);
		const all = await flatstate(["test", "m"], { cwd: folder.path });
		expect(all).toEqual(one);
	});

	it("needs no hooks, not even those that cannot be loaded", async () => {
		const hooked = actionMachine
			.replace("4.2.1", "2.5.0")
			.replace("name: actor", "name: actor\n  hooks: { file: ./hooks.py, class: Own }")
			.replace("      hooks: own\n", "");
		await using folder = files({ "machine.yml": hooked });
		const ended = await flatstate(["test", "machine.yml"], { cwd: folder.path });
		expect(ended.code).toBe(0);
		expect(ended.stdout).toContain("2 of 2 transitions covered");
	});

	it("prints JSON, and writes the same as a report for graphs", async () => {
		await using folder = files({ "machine.yml": deadMachine });
		const ended = await flatstate(["test", "machine.yml", "--json", "-o", "report.json"], { cwd: folder.path });
		expect(ended.code).toBe(1);
		const report: unknown = JSON.parse(ended.stdout);
		expect(report).toMatchObject({
			machines: [{ machine: "machine.yml", name: "writer", file: "machine.yml" }],
			totals: { transitions: { all: 2, covered: 1, dead: 1, unsolved: 0 }, unconfirmed: 0 },
		});
		expect(JSON.parse(folder.read("report.json"))).toEqual(report);
		expect(ended.stdout).not.toContain(folder.path);
	});

	it("prints the same every time", async () => {
		await using folder = files({ "machine.yml": puzzle });
		const runs = await Promise.all(
			[1, 2, 3].map(() => flatstate(["test", "machine.yml", "--json"], { cwd: folder.path })),
		);
		expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1);
	});

	it("has colours where they are asked for, and none on a pipe", async () => {
		await using folder = files({ "machine.yml": writerMachine });
		const plain = await flatstate(["test", "machine.yml"], { cwd: folder.path });
		expect(plain.stdout).not.toContain("\u001b");
		const coloured = await flatstate(["test", "machine.yml"], { cwd: folder.path, env: { FORCE_COLOR: "1" } });
		expect(coloured.stdout).toContain("\u001b[32m");
	});

	it("survives a reader that goes away", async () => {
		await using folder = files({ "machine.yml": writerMachine });
		const child = startCommand(process.execPath, [main, "test", "machine.yml", "--verbose"], { cwd: folder.path });
		child.stdout.destroy();
		const code = await new Promise((resolve) => child.once("close", resolve));
		expect(code).toBe(0);
	});

	it.each([
		[["test"]],
		[["test", "nowhere.yml"]],
		[["test", "agent.yml"]],
		[["test", "machine.yml", "--scenarios", "nowhere.yml"]],
		[["test", "machine.yml", "-o", "no/such/folder/report.json"]],
	])("refuses %j with exit code 2", async (args) => {
		const agent = "spec: flatagent\ndata: { model: { provider: p, name: m }, user: hi }\n";
		await using folder = files({ "machine.yml": writerMachine, "agent.yml": agent });
		const ended = await flatstate(args, { cwd: folder.path });
		expect(ended.code).toBe(2);
		expect(ended.stderr).not.toBe("");
	});
});
