/** Reports of coverage: which are read, how they are matched, and what becomes of one that has grown old. */
import { describe, expect, it } from "vitest";
import { compile } from "../../src/compile.ts";
import type { MachineCoverage } from "../../src/diagram/coverage.ts";
import { diagramOf } from "../../src/diagram/diagram-of.ts";
import { DiagramError } from "../../src/diagram/errors.ts";
import { matchCoverage, readCoverage } from "../../src/diagram/read-coverage.ts";
import { reportJson } from "../../src/testing/report/report-json.ts";
import { testMachine } from "../../src/testing.ts";
import { documentWith } from "./diagrams.ts";

const done = { type: "final" };

function compiled(condition = "context.kind == 'b'") {
	return compile(
		documentWith({
			name: "marked",
			context: { kind: "input.kind" },
			states: {
				start: {
					type: "initial",
					transitions: [
						{ condition: "context.kind == 'a'", to: "left" },
						{ condition: "context.kind == 'a'", to: "right" },
						{ condition, to: "right" },
						{ to: "left" },
					],
				},
				left: done,
				right: done,
			},
		}),
	);
}

async function report(): Promise<MachineCoverage[]> {
	const machine = compiled();
	const test = await testMachine(machine, machine.plan.id);
	return readCoverage(JSON.stringify(reportJson([test], process.cwd())));
}

describe("coverage", () => {
	it("marks states and arrows by what the explorer found, and joins only arrows with one mark", async () => {
		const { plan, plans } = compiled();
		const { coverage, warnings } = matchCoverage(await report(), plans, process.cwd());
		expect(warnings).toEqual([]);
		const diagram = diagramOf(plan, plans, { coverage });
		expect(diagram.nodes.map(({ coverage: mark }) => mark)).toEqual(["covered", "covered", "covered"]);
		expect(diagram.edges.map(({ transitions, coverage: mark }) => [transitions, mark])).toEqual([
			[["start#0", "start#3"], "covered"],
			[["start#1"], "dead"],
			[["start#2"], "covered"],
		]);
	});

	it("leaves out what has changed since the report, and says so", async () => {
		const { plan, plans } = compiled("context.kind == 'c'");
		const { coverage, warnings } = matchCoverage(await report(), plans, process.cwd());
		expect(warnings).toEqual([
			expect.stringMatching(/changed since the report: 1 of its transition is not shown \(start#2\)/),
		]);
		const edge = diagramOf(plan, plans, { coverage }).edges.find(({ transitions }) => transitions?.includes("start#2"));
		expect(edge?.coverage).toBeUndefined();
	});

	it("has nothing for a machine that is not in the report", async () => {
		const { plans } = compile(
			documentWith({ name: "other", states: { start: { type: "initial", transitions: [{ to: "done" }] }, done } }),
		);
		const [machine] = await report();
		if (!machine) throw new Error("One machine was expected.");
		expect(matchCoverage([{ ...machine, machine: "elsewhere.yml" }], plans, process.cwd()).coverage.size).toBe(0);
	});

	it.each([
		["no json"],
		["{}"],
		['{"machines": [{"machine": 1}]}'],
		['[{"machine":"m","name":"n","transitions":[{}],"states":[]}]'],
	])("refuses %s", (text) => {
		expect(() => readCoverage(text)).toThrow(DiagramError);
	});
});
