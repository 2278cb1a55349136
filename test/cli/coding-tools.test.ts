/** `--coding-tools`, `--allow` and `--yes`: coding tools from the command line, and who is asked. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { askApproval } from "../../src/cli/ask-approval.ts";
import { flatstate } from "./built-command.ts";
import { type Files, files } from "./files.ts";

const machine = `spec: flatmachine
spec_version: "4.2.1"
data:
  name: coder
  agents:
    coder: { spec: flatagent, data: { model: { provider: openai, name: gpt-5-mini }, user: Go on. } }
  states:
    work:
      type: initial
      agent: coder
      tool_loop: true
      output_to_context: { told: output.content }
      transitions: [{ to: done }]
    done: { type: final, output: { chain: context._tool_loop_chain } }
`;

const answers = `coder:
  - tool_calls:
      - { id: "1", name: read, arguments: { path: a.txt } }
      - { id: "2", name: write, arguments: { path: made.txt, content: "made\\n" } }
      - { id: "3", name: bash, arguments: { command: ls } }
  - I am done.
`;

function project(): Files {
	return files({ "machine.yml": machine, "answers.yml": answers, "work/a.txt": "here" });
}

async function toldBy(folder: Files, ...options: readonly string[]): Promise<unknown[]> {
	const args = ["run", "machine.yml", "--script", "answers.yml", "--coding-tools", "work", ...options, "--json"];
	const { stdout, stderr } = await flatstate(args, { cwd: folder.path });
	expect(stderr).toBe("");
	const { chain }: { chain: readonly { role: string; content: string }[] } = JSON.parse(stdout);
	return chain.filter(({ role }) => role === "tool").map(({ content }) => content);
}

it("refuses on a pipe what has to be asked for, and allows it with --yes", async () => {
	await using folder = project();
	const no = /^Error executing tool '(write|bash)': This call was not allowed: nobody can be asked.*--yes/;
	expect(await toldBy(folder, "--allow", "read,write,bash")).toEqual([
		"here",
		expect.stringMatching(no),
		expect.stringMatching(no),
	]);
	expect(existsSync(join(folder.path, "work/made.txt"))).toBe(false);
	expect(await toldBy(folder, "--allow", "read, write, bash", "--yes")).toEqual([
		"here",
		"made.txt was made.",
		"a.txt\nmade.txt\n[exit code 0]",
	]);
});

it("has no tool that is not allowed", async () => {
	await using folder = project();
	expect(await toldBy(folder, "--allow", "read", "--yes")).toEqual([
		"here",
		"Unknown tool: write",
		"Unknown tool: bash",
	]);
});

it.each([
	[["--coding-tools", "work"], "--coding-tools needs --allow"],
	[["--allow", "read"], "--allow needs --coding-tools DIR"],
	[["--coding-tools", "work", "--allow", "read,fly"], '--allow: there is no tool "fly". There are read, write'],
	[["--coding-tools", "nowhere", "--allow", "read"], "does not exist"],
])("says what is wrong with %j", async (options, says) => {
	await using folder = project();
	const ended = await flatstate(["run", "machine.yml", ...options], { cwd: folder.path });
	expect(ended).toMatchObject({ code: 2, stdout: "" });
	expect(ended.stderr).toContain(says);
});

const request = {
	tool: "bash",
	arguments: {},
	preview: "rm \u001b[2Kx",
	signal: new AbortController().signal,
} as const;

it.each([
	["y\n", true],
	["Yes\n", true],
	["n\n", { allowed: false, reason: "the user said no" }],
	["\n", { allowed: false, reason: "the user said no" }],
	["not now\n", { allowed: false, reason: "not now" }],
	["", { allowed: false, reason: "the user said no" }],
])("takes %j of a person for %j, and shows what is asked without steering the terminal", async (answer, expected) => {
	const input = new PassThrough();
	let shown = "";
	const ask = askApproval({
		input,
		write: (part) => {
			shown += part;
		},
	});
	input.end(answer);
	expect(await ask(request)).toEqual(expected);
	expect(shown).toBe("\nrm \\u001b[2Kx\nAllow bash? [y/N, or why not] ");
});

it("asks one thing after the other", async () => {
	const input = new PassThrough();
	const shown = new PassThrough();
	const ask = askApproval({ input, write: (part) => shown.write(part) });
	const first = ask({ ...request, preview: "first" });
	const second = ask({ ...request, preview: "second" });
	input.write("y\n");
	expect(await first).toBe(true);
	input.end("n\n");
	expect(await second).toMatchObject({ allowed: false });
	shown.end();
	expect((await text(shown)).match(/first|second/g)).toEqual(["first", "second"]);
});

it("stops asking when nobody waits for the answer", async () => {
	const abort = new AbortController();
	const ask = askApproval({ input: new PassThrough(), write: () => abort.abort(new Error("enough")) });
	await expect(ask({ ...request, signal: abort.signal })).rejects.toThrow();
});
