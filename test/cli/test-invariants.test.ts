import { describe, expect, it } from "vitest";
import { flatstate } from "./built-command.ts";
import { files } from "./files.ts";

const review = (invariants: string): string => `spec: flatmachine
spec_version: "4.2.1"
data:
  name: review
  context: { score: 0, approved: false }
  agents:
    judge:
      spec: flatagent
      data:
        model: { provider: openai, name: gpt-5-mini }
        user: hi
        output: { score: { type: int }, approved: { type: bool } }
  states:
    judge:
      type: initial
      agent: judge
      output_to_context: { score: output.score, approved: output.approved }
      transitions:
        - { condition: context.approved, to: publish }
        - { to: judge }
    publish: { type: final, output: { score: context.score } }
metadata:
  invariants:
${invariants.replaceAll(/^/gm, "    ")}
`;

describe("flatstate test", () => {
	it("exits with 1 for an invariant that breaks, and its scenario replays with `run --script`", async () => {
		await using folder = files({
			"machine.yml": review("never:\n  bad one: state == 'publish' and context.score < 8"),
		});
		const ended = await flatstate(["test", "machine.yml", "--coverage", "report.json"], { cwd: folder.path });
		expect(ended).toMatchObject({
			code: 1,
			stderr: "1 invariant of the machines can be broken: mend the machine, or the invariant.\n",
		});
		expect(ended.stdout).toContain("0 of 1 invariant held");
		expect(ended.stdout).toContain(
			"  broken bad one (never: state == 'publish' and context.score < 8) machine.yml:25:16\n" +
				'    judge → publish: it holds, with state = "publish", context.score = 0.\n',
		);
		const scenario = ended.stdout.split("\n").flatMap((line) => (line.startsWith("    | ") ? [line.slice(6)] : []));
		const { machines } = JSON.parse(folder.read("report.json"));
		expect(machines[0].invariants).toEqual([
			expect.objectContaining({
				invariant: "bad one (never: state == 'publish' and context.score < 8)",
				status: "broken",
				reads: { state: "publish", "context.score": 0 },
				path: ["judge", "publish"],
			}),
		]);
		await using other = files({
			"machine.yml": folder.read("machine.yml"),
			"broken.yml": `${scenario.join("\n")}\n`,
		});
		const replayed = await flatstate(["run", "machine.yml", "--script", "broken.yml"], { cwd: other.path });
		expect(replayed).toMatchObject({ code: 0, stderr: "" });
		expect(JSON.parse(replayed.stdout)).toEqual({ score: 0 });
	});

	it("says how many invariants held, and exits with 0 where all did", async () => {
		await using folder = files({
			"machine.yml": review("always: context.score == context.score\neventually: context.approved"),
		});
		const ended = await flatstate(["test", "machine.yml"], { cwd: folder.path });
		expect(ended).toMatchObject({ code: 0, stderr: "" });
		expect(ended.stdout).toContain("2 of 2 invariants held");
	});

	it("refuses a machine whose invariants are wrong, at their place", async () => {
		await using folder = files({ "machine.yml": review("never: contxt.score < 8") });
		const ended = await flatstate(["test", "machine.yml"], { cwd: folder.path });
		expect(ended.code).not.toBe(0);
		expect(ended.stderr).toContain("machine.yml:24:12 error FS5203 there is no variable `contxt`");
	});

	it("warns of what is under `invariants` and is not checked, or could never be broken", async () => {
		await using folder = files({
			"machine.yml": review("nevr: context.score < 8\nalways: state != 'publihs'"),
		});
		const ended = await flatstate(["test", "machine.yml"], { cwd: folder.path });
		expect(ended.code).toBe(0);
		expect(ended.stdout).toContain("1 of 1 invariant held");
		expect(ended.stderr).toContain("machine.yml:24:5 warning FS5202 `nevr` is no kind of invariant");
		expect(ended.stderr).toContain("help: did you mean `never`?");
		expect(ended.stderr).toContain("machine.yml:25:22 warning FS5205 there is no state `publihs`");
		expect(ended.stderr).toContain("help: did you mean `publish`?");
	});

	it("checks those of child machines, each on its own runs", async () => {
		const part = (invariants: string): string => `spec: flatmachine
data:
  name: part
  context: { n: input.n }
  states:
    start: { type: initial, transitions: [{ condition: context.n == 3, to: three }, { to: other }] }
    three: { type: final }
    other: { type: final }
metadata: { invariants: { ${invariants} } }
`;
		await using folder = files({
			"machine.yml": `spec: flatmachine
data:
  name: whole
  context: {}
  machines: { part: ./part.yml }
  states:
    start: { type: initial, machine: part, input: { n: 1 }, transitions: [{ to: done }] }
    done: { type: final }
`,
			"part.yml": part("never: state == 'three'"),
		});
		const ended = await flatstate(["test", "machine.yml"], { cwd: folder.path });
		expect(ended.code).toBe(1);
		expect(ended.stdout).toContain("broken never: state == 'three' part.yml:9:34");
		expect(ended.stdout).toContain("start → three: it holds");
	});
});
