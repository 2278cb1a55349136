/** `flatstate run` on a terminal asks for what the machine waits for; on a pipe it parks (docs/cli.md). */
import { describe, expect, it } from "vitest";
import { flatstate } from "./built-command.ts";
import { type Files, files } from "./files.ts";
import { key, onTerminal } from "./on-terminal.ts";

const letter = `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: letter
  context: { text: null }
  agents: { clerk: { spec: flatagent, data: { model: { provider: p, name: m }, user: Write. } } }
  states:
    write:
      type: initial
      agent: clerk
      tools:
        - name: ask_human
          pause: wait
          description: Asks the person who wants the letter.
          parameters: { type: object, properties: { question: { type: string } }, required: [question] }
      output_to_context: { text: output.content }
      transitions: [{ to: done }]
    done: { type: final, output: { text: context.text } }
`;

const script = `
clerk:
  - tool_calls: [{ id: "1", name: ask_human, arguments: { question: "To whom?", password: hunter2 } }]
  - tool_calls: [{ id: "2", name: ask_human, arguments: { question: "When is tea?" } }]
  - Dear Ada, tea is at five.
`;

const waiting = `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: approval
  context: { got: null }
  states:
    ask: { type: initial, wait_for: approval/7, output_to_context: { got: output }, transitions: [{ to: done }] }
    done: { type: final, output: { got: context.got } }
`;

const folder = (more: Readonly<Record<string, string>> = {}): Files =>
	files({ "letter.yml": letter, "script.yml": script, "waiting.yml": waiting, ...more });

const run = ["run", "letter.yml", "--script", "script.yml"];

describe("flatstate run on a terminal", () => {
	it("asks for each answer, sends it and goes on to the end", async () => {
		await using at = folder();
		const end = await onTerminal(run, {
			cwd: at.path,
			talk: [
				["> ", `Ada${key.enter}`],
				["> ", `at five${key.enter}`],
			],
		});
		expect(end).toMatchObject({ code: 0, unsaid: 0 });
		expect(end.text).toContain("Agent clerk asks by its tool ask_human:");
		expect(end.text).toContain("Asks the person who wants the letter.");
		expect(end.text).toContain("question: To whom?");
		expect(end.text).toContain("question: When is tea?");
		expect(end.text).toContain("Ctrl-D leaves the run waiting.");
		expect(end.text).toContain('"text": "Dear Ada, tea is at five."');
	});

	it("shows no secret", async () => {
		await using at = folder();
		const end = await onTerminal(run, { cwd: at.path, talk: [["> ", key.controlD]] });
		expect(end.text).toContain("password:");
		expect(end.text).not.toContain("hunter2");
	});

	it.each([
		["Ctrl-D", [["> ", key.controlD]]],
		["Ctrl-C", [["> ", key.controlC]]],
		[
			"an empty line that is not to be sent",
			[
				["> ", key.enter],
				["n leaves the run waiting: ", `n${key.enter}`],
			],
		],
	] as const)("leaves it waiting at %s, and says how to go on", async (_key, talk) => {
		await using at = folder();
		const end = await onTerminal([...run, "--store", "sqlite:runs.db", "--id", "letter-1"], { cwd: at.path, talk });
		expect(end).toMatchObject({ code: 4, unsaid: 0 });
		expect(end.text.replaceAll("\n", "")).toContain(
			"flatstate signal letter-1/1/write/tool.ask_human.1.0 --data JSON --to letter-1 --store sqlite:runs.db",
		);
		expect(end.text).toContain("flatstate resume letter-1 --store sqlite:runs.db");
	});

	it("sends an empty answer where it is meant", async () => {
		await using at = folder();
		const end = await onTerminal(run, {
			cwd: at.path,
			talk: [
				["> ", key.enter],
				["n leaves the run waiting: ", `y${key.enter}`],
				["> ", key.controlD],
			],
		});
		expect(end).toMatchObject({ code: 4, unsaid: 0 });
		expect(end.text).toContain("question: When is tea?");
	});

	it.each([
		['{"granted": true}', { granted: true }],
		["7", { value: 7 }],
		["yes, why not", { value: "yes, why not" }],
	])("takes %s for what a state waits for: JSON, or else a text", async (typed, got) => {
		await using at = folder();
		const end = await onTerminal(["run", "waiting.yml", "--json"], {
			cwd: at.path,
			talk: [["> ", `${typed}${key.enter}`]],
		});
		expect(end).toMatchObject({ code: 0, unsaid: 0 });
		expect(end.text).toContain(JSON.stringify({ got }));
	});

	it("lets no text of a model steer the terminal, and fits into a narrow one", async () => {
		const evil = String.raw`"a\e[2Jb\e]0;title\a\u009b2J\u202ec ${"wide ".repeat(30)}${"x".repeat(90)}"`;
		await using at = folder({
			"evil.yml": `clerk: [{ tool_calls: [{ id: "1", name: ask_human, arguments: { question: ${evil} } }] }]`,
		});
		const end = await onTerminal(["run", "letter.yml", "--script", "evil.yml"], {
			cwd: at.path,
			columns: 40,
			env: { NO_COLOR: "1" },
			talk: [["> ", key.controlD]],
		});
		expect(end).toMatchObject({ code: 4, unsaid: 0 });
		const question = end.raw.slice(end.raw.indexOf("question:"), end.raw.indexOf("Type the answer"));
		expect(question).toContain(String.raw`a\u001b[2Jb\u001b]0;title\u0007\u009b2J\u202ec`.slice(0, 20));
		expect(question).not.toMatch(/[\u001b\u009b\u202e\u0007]/);
		for (const line of question.split(/\r?\n/)) expect(line.length).toBeLessThanOrEqual(40);
	});

	it("does not ask with --no-ask", async () => {
		await using at = folder();
		const end = await onTerminal([...run, "--no-ask"], { cwd: at.path, talk: [] });
		expect(end.code).toBe(4);
		expect(end.text).not.toContain("Type the answer");
	});

	it("asks on behalf of flatstate resume, too", async () => {
		await using at = folder({ "last.yml": "clerk: [Dear Ada.]" });
		const store = ["--store", "sqlite:runs.db"];
		await flatstate([...run, ...store, "--id", "letter-1"], { cwd: at.path });
		const end = await onTerminal(["resume", "letter-1", ...store, "--script", "last.yml"], {
			cwd: at.path,
			talk: [["> ", `Ada${key.enter}`]],
		});
		expect(end).toMatchObject({ code: 0, unsaid: 0 });
		expect(end.text).toContain('"text": "Dear Ada."');
	});
});

describe("flatstate run on a pipe", () => {
	it("parks, and prints the commands that answer and go on", async () => {
		await using at = folder();
		const store = ["--store", "sqlite:runs.db"];
		const parked = await flatstate([...run, ...store, "--id", "letter-1"], { cwd: at.path });
		expect(parked.code).toBe(4);
		expect(parked.stdout).toContain('"_channel": "letter-1/1/write/tool.ask_human.1.0"');
		expect(parked.stderr).toContain('asked by ask_human of agent clerk: {"question":"To whom?"');
		const [, command = ""] = /answer: flatstate (.*)/.exec(parked.stderr) ?? [];
		const args = command.split(" ").map((word) => (word === "JSON" ? '"Ada"' : word));
		expect(await flatstate(args, { cwd: at.path })).toMatchObject({ code: 0 });
	});

	it("has what is asked in executions show", async () => {
		await using at = folder();
		const store = ["--store", "sqlite:runs.db"];
		await flatstate([...run, ...store, "--id", "letter-1"], { cwd: at.path });
		const shown = await flatstate(["executions", "show", "letter-1", ...store], { cwd: at.path });
		expect(shown.stdout).toContain("waits for  a signal on letter-1/1/write/tool.ask_human.1.0");
		expect(shown.stdout).toContain('asked by   ask_human of agent clerk: {"question":"To whom?"');
		expect(shown.stdout).not.toContain("hunter2");
		const json = await flatstate(["executions", "show", "letter-1", "--json", ...store], { cwd: at.path });
		expect(JSON.parse(json.stdout)).toMatchObject({ request: { kind: "tool", name: "ask_human", agent: "clerk" } });
	});
});
