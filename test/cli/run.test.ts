import { describe, expect, it } from "vitest";
import { flatstate } from "./built-command.ts";
import { actionMachine, files, writerMachine } from "./files.ts";

const topic = ["--input", '{"topic": "tea"}'];

describe("flatstate run: how it ends", () => {
	it("prints the output alone on stdout and nothing on stderr", async () => {
		await using folder = files({ "machine.yml": writerMachine, "answers.yml": "writer: All about tea." });
		const ended = await flatstate(["run", "machine.yml", ...topic, "--script", "answers.yml"], { cwd: folder.path });
		expect(ended).toEqual({ code: 0, stdout: '{\n  "text": "All about tea."\n}\n', stderr: "" });
	});

	it("prints the output on one line with --json", async () => {
		await using folder = files({ "machine.yml": writerMachine, "answers.yml": "writer: Tea." });
		const args = ["run", "machine.yml", ...topic, "--script", "answers.yml", "--json"];
		expect((await flatstate(args, { cwd: folder.path })).stdout).toBe('{"text":"Tea."}\n');
	});

	it("says which state failed, why, and where it stands", async () => {
		await using folder = files({
			"machine.yml": writerMachine,
			"answers.yml": 'writer: { throw: "RangeError: too hot" }',
		});
		const ended = await flatstate(["run", "machine.yml", ...topic, "--script", "answers.yml"], { cwd: folder.path });
		expect(ended.code).toBe(1);
		expect(ended.stdout).toBe("");
		expect(ended.stderr).toBe("error: State write failed: RangeError: too hot\n  at machine.yml:14:5\n");
	});

	it("shows the place of a condition that failed", async () => {
		const machine = actionMachine.replace("condition: context.done", 'condition: "context.result > 1"');
		await using folder = files({
			"machine.yml": machine,
			"hooks.mjs": 'export const own = { onAction: (_name, context) => ({ ...context, result: "text" }) };',
		});
		const ended = await flatstate(["run", "machine.yml", "--hooks", "hooks.mjs"], { cwd: folder.path });
		expect(ended.code).toBe(1);
		expect(ended.stderr).toContain("error: State work failed: ExpressionError:");
		expect(ended.stderr).toContain("at machine.yml:11:34");
	});

	it("adds the stack with FLATAGENTS_LOG_LEVEL=DEBUG only", async () => {
		await using folder = files({ "machine.yml": writerMachine, "answers.yml": 'writer: { throw: "Error: no" }' });
		const args = ["run", "machine.yml", ...topic, "--script", "answers.yml"];
		const plain = await flatstate(args, { cwd: folder.path });
		const debug = await flatstate(args, { cwd: folder.path, env: { FLATAGENTS_LOG_LEVEL: "DEBUG" } });
		expect(plain.stderr).not.toMatch(/^\s+at .*\.js/m);
		expect(debug.stderr).toMatch(/^\s+at .*\.js/m);
	});

	it("logs states and agents with FLATAGENTS_LOG_LEVEL=INFO, in the format that is asked for", async () => {
		await using folder = files({ "machine.yml": writerMachine, "answers.yml": "writer: Tea." });
		const args = ["run", "machine.yml", ...topic, "--script", "answers.yml"];
		const env = { FLATAGENTS_LOG_LEVEL: "INFO", FLATAGENTS_LOG_FORMAT: "json" };
		const { code, stderr } = await flatstate(args, { cwd: folder.path, env });
		expect(code).toBe(0);
		const records = stderr.split("\n").slice(0, -1);
		expect(records.map((line): unknown => JSON.parse(line))).toMatchObject([
			{ level: "INFO", message: "State write, step 1", extra: { machine: "writer" } },
			{ level: "INFO", message: "Agent writer answered, 1 call", extra: { state: "write", cost: 0 } },
		]);
	});

	it("points to an offline run where the key of the provider is missing", async () => {
		await using folder = files({ "machine.yml": writerMachine });
		const ended = await flatstate(["run", "machine.yml", ...topic], { cwd: folder.path });
		expect(ended.code).toBe(1);
		expect(ended.stderr).toContain("OPENAI_API_KEY");
		expect(ended.stderr).toContain("help: to try the machine without a model provider, give answers with --mock FILE");
	});

	it("exits with 3 at a limit, and says how to raise it", async () => {
		await using folder = files({
			"machine.yml": actionMachine,
			"hooks.mjs": "export const own = { onAction: (_name, context) => context };",
		});
		const args = ["run", "machine.yml", "--hooks", "hooks.mjs", "--max-steps", "5"];
		const ended = await flatstate(args, { cwd: folder.path });
		expect(ended.code).toBe(3);
		expect(ended.stdout).toBe("{}\n");
		expect(ended.stderr).toBe(
			"Stopped: the limit max_steps was reached after 5 steps, 0 agent calls. " +
				"Allow more states with --max-steps, or with `settings: { max_steps: … }` in the machine.\n",
		);
	});

	it("exits with 4 where the machine waits for a signal, and names the channel", async () => {
		const machine = `spec: flatmachine
spec_version: "4.2.1"
data:
  states:
    approve: { type: initial, wait_for: "approval/{{ input.id }}", transitions: [{ to: done }] }
    done: { type: final }
`;
		await using folder = files({ "machine.yml": machine });
		const ended = await flatstate(["run", "machine.yml", "--input", '{"id": 7}', "--json"], { cwd: folder.path });
		expect(ended).toEqual({
			code: 4,
			stdout: '{"_waiting":true,"_channel":"approval/7"}\n',
			stderr: "Waiting for a signal:\n  state approve, channel approval/7\n",
		});
	});

	it("exits with 2 and shows every problem of a document that does not compile", async () => {
		const broken = writerMachine.replace("agent: writer", "agent: wrter").replace("to: done", "to: dne");
		await using folder = files({ "machine.yml": broken });
		const ended = await flatstate(["run", "machine.yml", ...topic], { cwd: folder.path });
		expect(ended.code).toBe(2);
		expect(ended.stderr).toContain("machine.yml:16:14 error FS3101");
		expect(ended.stderr).toContain("machine.yml:19:27 error FS4101");
		expect(ended.stderr).toContain("2 errors");
	});
});

describe("flatstate run: what it is given", () => {
	it.each([
		['{"topic": tea}', "--input is not JSON (line 1, column 11)"],
		["[1]", 'must be an object such as {"key": "value"}, got a list'],
		["", "--input is empty"],
		["@nowhere.json", "Cannot read the input from nowhere.json: there is no such file."],
	])("refuses the input %s with exit code 2", async (input, message) => {
		await using folder = files({ "machine.yml": writerMachine });
		const ended = await flatstate(["run", "machine.yml", "--input", input], { cwd: folder.path });
		expect(ended.stderr).toContain(message);
		expect(ended.code).toBe(2);
	});

	it("shows the place in an input of several lines", async () => {
		await using folder = files({ "machine.yml": writerMachine, "input.json": '{\n  "topic": "tea",\n}' });
		const ended = await flatstate(["run", "machine.yml", "--input", "@input.json"], { cwd: folder.path });
		expect(ended.stderr).toMatch(/input\.json is not JSON \(line [23], column \d+\)/);
	});

	it.each([
		["@input.json", { "input.json": '{"topic": "tea"}' }, ""],
		["@input.yml", { "input.yml": "topic: tea" }, ""],
		["@-", {}, '{"topic": "tea"}'],
	])("reads the input from %s", async (input, inputFiles, stdin) => {
		const answers = "writer: { output: { content: { heard: tea } } }";
		const echo = writerMachine.replace("{ text: context.text }", "{ text: context.topic }");
		await using folder = files({ "machine.yml": echo, "answers.yml": answers, ...inputFiles });
		const args = ["run", "machine.yml", "--input", input, "--script", "answers.yml", "--json"];
		expect(await flatstate(args, { cwd: folder.path, stdin })).toMatchObject({ code: 0, stdout: '{"text":"tea"}\n' });
	});

	it("asks the built-in mock model in place of every provider, by agent, and tells of retries", async () => {
		const machine = writerMachine
			.replace("provider: openai, name: gpt-5-mini", "provider: anthropic, name: x, base_url: http://192.0.2.1/v1")
			.replace("agent: writer\n", "agent: writer\n      execution: { type: retry, backoffs: [0], jitter: 0 }\n");
		const answers = "writer:\n  - { status: 429, error: { message: slow down } }\n  - '<{{ last_user }}>'\n";
		await using folder = files({ "machine.yml": machine, "model.yml": answers });
		const args = ["run", "machine.yml", ...topic, "--mock", "model.yml", "--json"];
		expect(await flatstate(args, { cwd: folder.path })).toEqual({
			code: 0,
			stdout: '{"text":"<Write about tea>"}\n',
			stderr: "WARNING: State write, attempt 1 failed: RateLimitError: 429 slow down. Next in 0.0 s.\n",
		});
	});

	it("names unknown hooks before anything runs", async () => {
		await using folder = files({
			"machine.yml": actionMachine,
			"hooks.mjs": "export const owm = { onAction: (_name, context) => context };",
		});
		const ended = await flatstate(["run", "machine.yml", "--hooks", "hooks.mjs"], { cwd: folder.path });
		expect(ended.code).toBe(2);
		expect(ended.stderr).toContain("FS3103");
		expect(ended.stderr).toContain("did you mean `owm`?");
	});

	it("runs hooks of a file that the machine names in the working directory, outside of its own folder", async () => {
		const machine = actionMachine
			.replace("      hooks: own\n", "")
			.replace("  states:", "  hooks: { file: ../own.mjs, class: Own }\n  states:");
		await using folder = files({
			"config/machine.yml": machine,
			"own.mjs": "export class Own { onAction(_name, context) { return { ...context, done: true, result: 1 }; } }",
		});
		const ended = await flatstate(["run", "config/machine.yml", "--json"], { cwd: folder.path });
		expect(ended).toMatchObject({ code: 0, stdout: '{"result":1}\n' });
	});

	it.each([
		[["run"], "missing required argument 'file'"],
		[["run", "machine.yml", "--max-steps", "0"], "Expected a whole number from 1 up."],
		[["run", "machine.yml", "--max-cost", "-1"], "Expected a number above 0."],
		[["run", "machine.yml", "--scirpt", "x"], "Did you mean --script?"],
		[["run", "machine.yml", "--mock", "a", "--script", "b"], "cannot be used with option"],
		[["run", "nowhere.yml"], "There is no file nowhere.yml."],
		[["run", "."], ". is a folder; name a file in it."],
		[["run", "profiles.yml"], "profiles.yml is a profiles catalog; a machine is needed"],
		[["run", "machine.yml", "--hooks", "nowhere.js"], "There is no file nowhere.js."],
		[["run", "machine.yml", "--script", "nowhere.yml"], "Cannot use nowhere.yml as a script: there is no such file."],
		[["run", "machine.yml", "--mock", "profiles.yml"], "Cannot use profiles.yml as a script"],
		[["rnu"], "Did you mean run?"],
	])("refuses %j with exit code 2", async (args, message) => {
		const profiles =
			"spec: flatprofile\nspec_version: '4.2.1'\ndata: { model_profiles: { a: { provider: openai, name: b } } }\n";
		await using folder = files({ "machine.yml": writerMachine, "profiles.yml": profiles });
		const ended = await flatstate(args, { cwd: folder.path });
		expect(ended.stderr).toContain(message);
		expect(ended).toMatchObject({ code: 2, stdout: "" });
	});
});

describe("flatstate run: what goes where", () => {
	it("sends what hooks print to stderr", async () => {
		await using folder = files({
			"machine.yml": actionMachine,
			"hooks.mjs":
				'export const own = { onAction(_name, context) { console.log("hello"); return { ...context, done: true }; } };',
		});
		const args = ["run", "machine.yml", "--hooks", "hooks.mjs", "--json"];
		expect(await flatstate(args, { cwd: folder.path })).toEqual({
			code: 0,
			stdout: '{"result":null}\n',
			stderr: "hello\n",
		});
	});

	it("lets the hooks `logging` be heard, but not with --quiet", async () => {
		const machine = actionMachine.replace("hooks: own", "hooks: [own, logging]");
		await using folder = files({
			"machine.yml": machine,
			"hooks.mjs": "export const own = { onAction: (_name, context) => ({ ...context, done: true }) };",
		});
		const args = ["run", "machine.yml", "--hooks", "hooks.mjs"];
		expect((await flatstate(args, { cwd: folder.path })).stderr).toContain("INFO: State entered");
		expect((await flatstate([...args, "--quiet"], { cwd: folder.path })).stderr).toBe("");
	});

	it("lets unnamed hooks of a module stand beside the built-in ones that a state names", async () => {
		const machine = actionMachine
			.replace("hooks: own", "hooks: logging")
			.replace("action: act", "action: act\n      on_error: end");
		await using folder = files({
			"machine.yml": machine,
			"hooks.mjs":
				'export default { onMachineStart(context) { console.log("started"); return { ...context, done: true }; } };',
		});
		const ended = await flatstate(["run", "machine.yml", "--hooks", "hooks.mjs"], { cwd: folder.path });
		expect(ended.code).toBe(0);
		expect(ended.stderr).toMatch(/^started\nINFO: State entered/);
	});

	it("shows control characters in a model's error as escapes", async () => {
		await using folder = files({
			"machine.yml": writerMachine,
			"answers.yml": 'writer: { throw: "Error: \\e[2Jgone" }',
		});
		const ended = await flatstate(["run", "machine.yml", ...topic, "--script", "answers.yml"], { cwd: folder.path });
		expect(ended.stderr).toContain("Error: \\u001b[2Jgone");
		expect(ended.stderr).not.toContain("\u001b");
	});

	it("counts the warnings of the machine, and is silent about them with --quiet", async () => {
		const machine = writerMachine.replace("  states:\n", "  states:\n    spare: { type: final }\n");
		await using folder = files({ "machine.yml": machine, "answers.yml": "writer: x" });
		const args = ["run", "machine.yml", ...topic, "--script", "answers.yml"];
		expect((await flatstate(args, { cwd: folder.path })).stderr).toBe(
			"1 warning in the machine: `flatstate validate machine.yml` shows them.\n",
		);
		expect((await flatstate([...args, "-q"], { cwd: folder.path })).stderr).toBe("");
	});
});
