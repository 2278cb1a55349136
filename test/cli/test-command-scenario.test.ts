import { describe, expect, it } from "vitest";
import { flatstate } from "./built-command.ts";
import { actionMachine, files, writerMachine } from "./files.ts";

const scenario = `scenario: write → done
input: { topic: tea }
agents:
  writer:
    - All about tea.
path: [write, done]
ending: { status: done, output: { text: All about tea. } }
`;

describe("flatstate run --script with a scenario", () => {
	it("replays it with the scenario's input and prints the output as of any run", async () => {
		await using folder = files({ "machine.yml": writerMachine, "s.yml": scenario });
		const ended = await flatstate(["run", "machine.yml", "--script", "s.yml"], { cwd: folder.path });
		expect(ended).toEqual({ code: 0, stdout: '{\n  "text": "All about tea."\n}\n', stderr: "" });
	});

	it("says where the run goes another way, and exits with 1", async () => {
		const machine = writerMachine.replace("output: { text: context.text }", "output: { words: context.text }");
		await using folder = files({ "machine.yml": machine, "s.yml": scenario });
		const ended = await flatstate(["run", "machine.yml", "--script", "s.yml", "--json"], { cwd: folder.path });
		expect(ended).toEqual({
			code: 1,
			stdout: '{"words":"All about tea."}\n',
			stderr:
				'The run did not go as scenario `write → done` says:\n  `output.text` is not there and should be "All about tea.".\n',
		});
	});

	it("says which answer is missing, without an output", async () => {
		await using folder = files({ "machine.yml": writerMachine, "s.yml": "scenario: nothing\n" });
		const ended = await flatstate(["run", "machine.yml", "--script", "s.yml", "--json"], { cwd: folder.path });
		expect(ended).toEqual({
			code: 1,
			stdout: "",
			stderr:
				"The run did not go as scenario `nothing` says:\n  The run calls agent `writer`, and the scenario has no answers for it.\n",
		});
	});

	it("takes --input in place of the scenario's", async () => {
		const machine = writerMachine.replace("{ text: context.text }", "{ topic: context.topic }");
		await using folder = files({ "machine.yml": machine, "s.yml": "scenario: x\nagents: { writer: [hello] }\n" });
		const args = ["run", "machine.yml", "--script", "s.yml", "--json", "--input", '{"topic": "coffee"}'];
		expect((await flatstate(args, { cwd: folder.path })).stdout).toBe('{"topic":"coffee"}\n');
	});

	it("exits with 0 where the run fails as the scenario says it must", async () => {
		const failing = `scenario: fails
agents: { writer: [{ throw: "RangeError: too hot" }] }
ending: { status: failed, error: RangeError }
`;
		await using folder = files({ "machine.yml": writerMachine, "s.yml": failing });
		const args = ["run", "machine.yml", "--script", "s.yml"];
		const ended = await flatstate(args, { cwd: folder.path });
		expect(ended).toMatchObject({ code: 0, stdout: "" });
		expect(ended.stderr).toContain("RangeError: too hot");
	});

	it("answers actions without the hooks that the machine names", async () => {
		const acting = "scenario: acts\nactions: { act: [{ set: { result: 1 } }, { set: { done: true } }] }\n";
		await using folder = files({ "machine.yml": actionMachine, "s.yml": acting });
		const ended = await flatstate(["run", "machine.yml", "--script", "s.yml", "--json"], { cwd: folder.path });
		expect(ended).toEqual({ code: 0, stdout: '{"result":1}\n', stderr: "" });
	});

	it("is refused by commands that go on with an execution", async () => {
		await using folder = files({ "machine.yml": writerMachine, "s.yml": scenario, "answers.yml": "writer: Tea." });
		const started = ["run", "machine.yml", "--script", "answers.yml", "--max-steps", "1"];
		await flatstate([...started, "--store", "sqlite:x.db", "--id", "x"], { cwd: folder.path });
		const ended = await flatstate(["resume", "x", "--store", "sqlite:x.db", "--script", "s.yml"], { cwd: folder.path });
		expect(ended.code).toBe(2);
		expect(ended.stderr).toContain("s.yml as a script: it has a scenario");
	});

	it("shows where a scenario is wrong, and what does not go with one", async () => {
		await using folder = files({
			"machine.yml": writerMachine,
			"bad.yml": "scenario: x\nagents: { writer: hello }\n",
			"s.yml": scenario,
			"hooks.mjs": "",
		});
		const bad = await flatstate(["run", "machine.yml", "--script", "bad.yml"], { cwd: folder.path });
		expect(bad.code).toBe(2);
		expect(bad.stderr).toContain("bad.yml:2:11 `agents.writer` must be a list of answers, got a text.");
		const args = ["run", "machine.yml", "--script", "s.yml", "--hooks", "hooks.mjs"];
		const hooked = await flatstate(args, { cwd: folder.path });
		expect(hooked.code).toBe(2);
		expect(hooked.stderr).toContain("leave out --hooks");
	});
});
