import { stripVTControlCharacters } from "node:util";
import pc from "picocolors";
import { describe, expect, it } from "vitest";
import { openTestProgress } from "../../src/cli/test-progress.ts";
import { testReport } from "../../src/cli/test-report.ts";
import { compile } from "../../src/compile.ts";
import { type MachineTest, testMachine } from "../../src/testing/report/machine-test.ts";
import { documentOf } from "../runtime/flat.ts";

const options = { width: Number.POSITIVE_INFINITY, paint: pc.createColors(false), verbose: false, quiet: false };

async function tested(data: string): Promise<MachineTest> {
	const compiled = compile(documentOf(data, { use: ["judge"] }));
	return testMachine(compiled, compiled.plan.id, { machine: "machine.yml" });
}

const good = `
states:
  a: { type: initial, transitions: [{ to: b }] }
  b: { type: final }
`;
const bad = `
context: { score: 0 }
states:
  judge:
    type: initial
    agent: judge
    output_to_context: { score: output.score }
    transitions:
      - { condition: "context.score >= 8", to: done }
      - { condition: false, to: sorry }
      - { to: around }
  around: { transitions: [{ to: around }] }
  sorry: { type: final }
  done: { type: final }
`;

const lost = `
states:
  a:
    type: initial
    transitions: [{ condition: context.machine.depth > 0, to: deep }, { to: done }]
  deep: { agent: judge, transitions: [{ to: deeper }] }
  deeper: { transitions: [{ to: done }] }
  done: { type: final }
`;

describe("the report of flatstate test", () => {
	it("is short where all is well", async () => {
		expect(testReport([await tested(good)], options)).toBe(
			"test  machine.yml\n  1 of 1 transition covered, 2 of 2 states entered, 1 scenario\n",
		);
	});

	it("shows by state what is not covered, and why", async () => {
		const text = testReport([await tested(bad)], options);
		expect(text).toContain("3 of 4 transitions covered (1 dead)");
		expect(text).toContain("    judge  2 of 3\n");
		expect(text).toMatch(/ {2}dead judge → sorry, `false` \S+:\d+:\d+\n {4}\S/);
		expect(text).toContain("  dead the end sorry");
		expect(text).toContain("  endless `around` leads only to itself: no end can be reached from it");
	});

	it("names the states that no run was found for in one entry", async () => {
		const text = testReport([await tested(lost)], options);
		expect(text).toContain("  unsolved the states deep, deeper\n    No run was found that enters them.\n");
		expect(text).toContain("  not seen deep: agent answered\n  not seen deep: agent failed\n");
		expect(text.match(/No run was found that enters them/g)).toHaveLength(1);
	});

	it("adds up many machines, and shows only those with findings with quiet", async () => {
		const tests = [await tested(good), await tested(bad)];
		expect(testReport(tests, options)).toContain("\n2 machines: 4 of 5 transitions covered (1 dead)");
		const quiet = testReport(tests, { ...options, quiet: true });
		expect(quiet).not.toContain("1 of 1 transition");
		expect(quiet).not.toContain("2 machines");
		expect(quiet).toContain("dead judge → sorry");
	});

	it("shows the shortest way to each transition with verbose", async () => {
		const text = testReport([await tested(good)], { ...options, verbose: true });
		expect(text).toMatch(/ {2}covered a → b, otherwise \S+\n {4}a → b\n/);
	});

	it("fits into a narrow terminal, with colours as without", async () => {
		const tests = [await tested(bad)];
		const plain = testReport(tests, { ...options, width: 40 });
		const long = plain.split("\n").filter((line) => line.length > 40);
		expect(long.filter((line) => line.trim().includes(" "))).toEqual([]);
		const coloured = testReport(tests, { ...options, width: 40, paint: pc.createColors(true) });
		expect(coloured).not.toBe(plain);
		expect(stripVTControlCharacters(coloured)).toBe(plain);
	});

	it("lets no name from a document steer the terminal", async () => {
		const text = testReport([await tested(good.replaceAll("b", '"b\\e[2J"'))], { ...options, verbose: true });
		expect(text).not.toContain("\u001b");
	});

	it("shows scenarios that were not confirmed as files, to be reported", async () => {
		const test = await tested(good);
		const [scenario] = test.exploration.scenarios;
		if (!scenario) throw new Error("no scenario");
		const unconfirmed = Array.from({ length: 5 }, () => ({ scenario, differences: ["The run goes another way."] }));
		const text = testReport([{ ...test, unconfirmed }], options);
		expect(text).toContain("  not confirmed a → b\n    The run goes another way.\n    | scenario: a → b\n");
		expect(text).toContain("  2 further scenarios not confirmed\n");
	});
});

describe("the progress of flatstate test", () => {
	const drawn = (isShown: boolean): string => {
		const parts: string[] = [];
		const stream = { columns: 25, write: (text: string) => parts.push(text) };
		{
			using progress = openTestProgress(stream, isShown);
			progress.next("a.yml");
			progress.next("folder/with/a/long/name.yml");
		}
		return parts.join("");
	};

	it("is one line that fits, and is wiped at the end", () => {
		expect(drawn(true).split("\r\u001b[2K")).toEqual(["", "Testing machine 1: a.yml", "Testing machine 2: fold…", ""]);
	});

	it("is nothing where nobody looks", () => {
		expect(drawn(false)).toBe("");
	});
});
