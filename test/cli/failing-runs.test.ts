/** What property tests print of a failing run is a file that `flatstate run --script` replays: same way, same end. */
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Compiled, compileFile } from "../../src/compile.ts";
import { checkInvariants, forAllRuns, type RunReport, runArbitrary } from "../../src/testing/property/index.ts";
import { flatstate } from "./built-command.ts";
import { type Files, files } from "./files.ts";

/** Asks an agent, a child machine, an action's hooks and a person; each may fail. */
const machine = `spec: flatmachine
spec_version: "4.2.1"
data:
  name: order
  context: { item: input.item, price: null, checked: null, marked: false, granted: null }
  agents:
    pricer:
      spec: flatagent
      data: { model: { provider: openai, name: gpt-5-mini }, user: hi, output: { price: { type: float } } }
  machines:
    check: { spec: flatmachine, data: { states: { only: { type: initial, output: { ok: input.ok } } } } }
  states:
    price:
      type: initial
      agent: pricer
      execution: { type: retry, backoffs: [60] }
      output_to_context: { price: output.price }
      on_error: { RateLimitError: price }
      transitions: [{ condition: context.price > 100, to: check }, { to: mark }]
    check: { machine: check, output_to_context: { checked: output.ok }, transitions: [{ condition: context.checked, to: mark }, { to: price }] }
    mark: { action: mark, hooks: elsewhere, transitions: [{ condition: context.marked, to: ask }, { to: price }] }
    ask: { wait_for: grant, timeout: 86400, output_to_context: { granted: output.granted }, on_error: refused, transitions: [{ condition: context.granted == 'yes', to: done }, { to: refused }] }
    refused: { type: final, output: { refused: context.last_error_type } }
    done: { type: final, output: { item: context.item, price: context.price } }
`;

/** Writes the scenario that a message ends with into a file, and replays it. */
async function replayed(folder: Files, message: string) {
	const from = message.search(/^scenario: /m);
	expect(from).toBeGreaterThan(0);
	await using copy = files({ "machine.yml": folder.read("machine.yml"), "run.yml": message.slice(from) });
	return await flatstate(["run", "machine.yml", "--script", "run.yml"], { cwd: copy.path });
}

interface Failure {
	readonly what: string;
	readonly fails: (compiled: Compiled) => Promise<unknown>;
	/** How its replay ends. */
	readonly stdout: string;
	readonly stderr: string | RegExp;
}

const output = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const failures: readonly Failure[] = [
	{
		what: "an invariant that is broken behind a child machine, an action and a signal",
		fails: (compiled) =>
			checkInvariants(compiled, { never: "state == 'done' and context.checked and output.price > 900" }, { seed: 1 }),
		stdout: output({ item: null, price: 901 }),
		stderr: "",
	},
	{
		what: "an invariant that is broken where the time of a wait is over",
		fails: (compiled) =>
			checkInvariants(compiled, { always: "state != 'refused' or context.last_error == None" }, { seed: 1 }),
		stdout: output({ refused: "TimeoutError" }),
		stderr: "",
	},
	{
		what: "an invariant that is broken in the middle of a run, up to there",
		fails: (compiled) => checkInvariants(compiled, { never: "context.checked == False" }, { seed: 1 }),
		stdout: "{}\n",
		stderr: /^Stopped: the limit max_steps was reached after 2 steps/,
	},
	{
		what: "a run that fails a check of one's own after errors that are routed",
		fails: (compiled) => forAllRuns(compiled, twiceRefused, { seed: 1, failures: 40, numRuns: 300 }),
		stdout: "{}\n",
		stderr: /^Stopped: the limit max_steps was reached after 3 steps/,
	},
	{
		what: "a run that fails as a whole",
		fails: (compiled) => forAllRuns(compiled, ({ ending }) => ending.status !== "failed", { seed: 1, failures: 40 }),
		stdout: "",
		stderr: /made to fail/,
	},
];

function twiceRefused({ taken }: RunReport): boolean {
	return taken.filter((one) => one.kind === "error" && one.error === "RateLimitError").length < 2;
}

describe("`flatstate run --script` replays", () => {
	it.each(failures.map((one) => [one.what, one] as const))("%s", async (_what, { fails, stdout, stderr }) => {
		await using folder = files({ "machine.yml": machine });
		const error: unknown = await fails(compileFile(join(folder.path, "machine.yml"))).catch(
			(thrown: unknown) => thrown,
		);
		if (!(error instanceof Error)) throw new Error("nothing failed");
		const ended = await replayed(folder, error.message);
		expect(ended).toMatchObject({ code: 0, stdout });
		expect(ended.stderr).toMatch(stderr === "" ? /^$/ : stderr);
	});

	it("the counterexample that fast-check prints", async () => {
		await using folder = files({ "machine.yml": machine });
		const compiled = compileFile(join(folder.path, "machine.yml"));
		const details = await fc.check(
			fc.asyncProperty(runArbitrary(compiled), async (run) => (await run.execute()).path.at(-1) !== "done"),
			{ seed: 1 },
		);
		const report = fc.defaultReportMessage(details) ?? "";
		const ended = await replayed(folder, report.slice(0, report.indexOf("\n]")).replace("Counterexample: [", "\n"));
		expect(ended).toMatchObject({ code: 0, stderr: "" });
		expect(JSON.parse(ended.stdout)).toEqual({ item: null, price: 0 });
	});
});
