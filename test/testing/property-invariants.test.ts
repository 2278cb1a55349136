import { describe, expect, it } from "vitest";
import {
	checkInvariants,
	InvalidInvariantError,
	InvariantError,
	type Invariants,
	type Violation,
} from "../../src/testing/property/index.ts";
import { readScenario } from "../../src/testing/scenario/read-scenario.ts";
import { replayScenario } from "../../src/testing/scenario/replay.ts";
import { agents, machine, review } from "./property-machines.ts";

const reviewed = machine(review);

async function errorOf(run: Promise<unknown>): Promise<InvariantError> {
	try {
		await run;
	} catch (error) {
		if (error instanceof InvariantError) return error;
		throw error;
	}
	throw new Error("every invariant holds");
}

async function violationOf(invariants: Invariants, options = {}): Promise<Violation> {
	const { violations } = await errorOf(checkInvariants(reviewed, invariants, { seed: 1, numRuns: 60, ...options }));
	expect(violations).toHaveLength(1);
	if (!violations[0]) throw new Error("no violation");
	return violations[0];
}

async function diagnosticsOf(
	invariants: Invariants,
	of = reviewed,
): Promise<readonly { code: string; message: string }[]> {
	try {
		await checkInvariants(of, invariants, { numRuns: 1 });
	} catch (error) {
		if (error instanceof InvalidInvariantError) return error.diagnostics;
		throw error;
	}
	return [];
}

describe("invariants that hold", () => {
	it("give what was looked at", async () => {
		const report = await checkInvariants(
			reviewed,
			{
				always: ["step >= 1", { "a state of the machine": "state in ['write', 'judge', 'publish']" }],
				never: { "an early end": "state == 'publish' and step < 3" },
				eventually: "context.draft != None",
			},
			{ seed: 1, numRuns: 60 },
		);
		expect(report).toMatchObject({
			invariants: [
				"always: step >= 1",
				"a state of the machine (always: state in ['write', 'judge', 'publish'])",
				"an early end (never: state == 'publish' and step < 3)",
				"eventually: context.draft != None",
			],
			runs: 60,
			seed: 1,
		});
		expect(report.explored).toBeGreaterThan(2);
		expect(report.moments).toBeGreaterThan(200);
		expect(report.done).toBeGreaterThan(20);
	});

	it("see the state's output, and at the end the run's", async () => {
		await checkInvariants(
			reviewed,
			{
				always: "state != 'judge' or output == None or output.score == context.score",
				eventually: ["state == 'judge' and output != None", "state == 'publish' and output.score == context.score"],
			},
			{ seed: 1, numRuns: 60 },
		);
	});

	it("see the run's input", async () => {
		await checkInvariants(reviewed, { always: "input.topic == context.topic" }, { seed: 1, numRuns: 60 });
	});
});

describe("an invariant that is broken", () => {
	it("is told with the shortest run, what it reads, and a scenario that replays", async () => {
		const error = await errorOf(
			checkInvariants(reviewed, { never: "context.approved and context.score < 8" }, { seed: 1 }),
		);
		expect(error.code).toBe("invariant_broken");
		const [violation] = error.violations;
		expect(violation).toMatchObject({
			kind: "never",
			name: "context.approved and context.score < 8",
			cause: "true",
			path: ["write", "judge"],
			reads: { "context.approved": true, "context.score": 0 },
		});
		expect(violation?.scenario).toEqual({
			name: "write → judge",
			input: {},
			agents: { writer: [""], judge: [{ output: { score: 0, approved: true } }] },
			machines: {},
			actions: {},
			waits: {},
			path: ["write", "judge"],
			taken: [{ state: "write", kind: "transition", index: 0, to: "judge" }],
			ending: { status: "stopped", reason: "max_steps" },
			context: { topic: null, draft: "", score: 0, approved: true },
			maxSteps: 2,
		});
		expect(error.message).toBe(`The invariant \`never: context.approved and context.score < 8\` is broken: it holds.
  after write → judge
  context.approved = true
  context.score = 0
Found by exploration.

\`flatstate run MACHINE --script FILE\` replays it with this as FILE:

scenario: write → judge
agents:
  writer:
    - ""
  judge:
    - { output: { score: 0, approved: true } }
max_steps: 2
path: [write, judge]
taken:
  - { state: write, transition: 0, to: judge }
ending: { status: stopped, reason: max_steps }
context: { topic: null, draft: "", score: 0, approved: true }
`);
	});

	it("is the same without exploration, with the seed and the number of the run", async () => {
		const violation = await violationOf({ never: "context.approved and context.score < 8" }, { explore: false });
		expect(violation.source).toEqual({ by: "run", seed: 1, run: expect.any(Number) });
		expect(violation.path).toEqual(["write", "judge"]);
		expect(violation.reads).toEqual({ "context.approved": true, "context.score": 0 });
	});

	it("breaks an `always` where it is false", async () => {
		const violation = await violationOf({ always: "state != 'publish' or context.score >= 8" });
		expect(violation).toMatchObject({ cause: "false", path: ["write", "judge", "publish"] });
		expect(violation.reads).toEqual({ state: "publish", "context.score": 0 });
	});

	it("breaks an `eventually` where a run ends without it", async () => {
		const violation = await violationOf({ eventually: "context.score >= 8" });
		expect(violation).toMatchObject({ cause: "missed", path: ["write", "judge", "publish"] });
		expect(violation.scenario.ending).toEqual({ status: "done", output: { draft: "", score: 0 } });
	});

	it("is not one of a run that fails or is stopped, for `eventually`", async () => {
		const endless = machine(`${agents({ tick: "" })}
context: { n: 0 }
states:
  start: { type: initial, agent: tick, transitions: [{ to: start }] }`);
		const report = await checkInvariants(
			endless,
			{ eventually: "context.n > 0" },
			{ seed: 1, numRuns: 20, maxSteps: 5 },
		);
		expect(report.done).toBe(0);
	});

	it("breaks where an expression has no value, rather than pass unseen", async () => {
		const violation = await violationOf({ always: "context.topic >= 0 or context.topic < 0" });
		expect(violation).toMatchObject({ cause: "error", path: ["write"], reads: { "context.topic": null } });
		expect(violation.error).toContain(">=");
	});

	it("keeps to one invariant while it shrinks, and tells of each", async () => {
		const error = await errorOf(
			checkInvariants(
				reviewed,
				{
					never: ["context.approved and context.score < 8", "context.approved and step > 3"],
					always: "step >= 1",
					eventually: "context.score == 8",
				},
				{ seed: 1, numRuns: 60 },
			),
		);
		expect(error.violations.map(({ expression, path }) => [expression, path.length])).toEqual([
			["context.approved and context.score < 8", 2],
			["context.approved and step > 3", 4],
			["context.score == 8", 3],
		]);
	});

	it("is told by its name", async () => {
		const error = await errorOf(
			checkInvariants(reviewed, { never: { "bad text out": "state == 'publish' and context.score < 8" } }, { seed: 1 }),
		);
		expect(error.message).toContain(
			"The invariant bad text out (`never: state == 'publish' and context.score < 8`) is broken",
		);
	});

	it("replays from the scenario in the message, and breaks in the same way", async () => {
		const first = await violationOf({ never: "state == 'publish' and context.score < 8" });
		const message = (
			await errorOf(
				checkInvariants(reviewed, { never: "state == 'publish' and context.score < 8" }, { seed: 1, numRuns: 60 }),
			)
		).message;
		const { scenario } = readScenario(message.slice(message.indexOf("scenario: ")), "run.yml");
		const replay = await replayScenario(reviewed, scenario);
		expect(replay.differences).toEqual([]);
		expect(replay.path).toEqual(first.scenario.path);
		expect(replay.context.score).toBeLessThan(8);
	});

	it("is the same for the same seed", async () => {
		const once = () => violationOf({ never: "context.score > 90" }, { explore: false, numRuns: 300 });
		expect(await once()).toEqual(await once());
	});

	it("is found in what hooks, children and signals bring about", async () => {
		const outside = machine(`context: { size: 0, marked: 0, agreed: 0 }
machines:
  child: { spec: flatmachine, data: { states: { only: { type: initial, output: { size: 1 } } } } }
states:
  one: { type: initial, machine: child, output_to_context: { size: output.size }, transitions: [{ condition: context.size == 5, to: two }, { to: one }], on_error: two }
  two: { action: mark, transitions: [{ condition: context.marked == 7, to: three }, { to: two }], on_error: three }
  three: { wait_for: approval, timeout: 5, output_to_context: { agreed: output.agreed }, transitions: [{ condition: context.agreed == 9, to: done }, { to: three }], on_error: done }
  done: { type: final }`);
		const { violations } = await errorOf(
			checkInvariants(
				outside,
				{ never: "state == 'done' and context.size == 5 and context.marked == 7 and context.agreed == 9" },
				{ seed: 1, numRuns: 300 },
			),
		);
		expect(violations[0]?.scenario).toMatchObject({
			path: ["one", "two", "three", "done"],
			machines: { child: [{ output: { size: 5 } }] },
			actions: { mark: [{ set: { marked: 7 } }] },
			waits: { three: [{ data: { agreed: 9 } }] },
		});
	});
});

describe("an invariant that cannot be read", () => {
	it.each([
		["syntax", { never: "context.score >" }, "FS5201", undefined],
		["an unknown variable", { always: ["contxt.score > 0"] }, "FS5203", "did you mean `context`?"],
		[
			"a context key that nothing sets",
			{ always: { x: "context.scroe >= 0" } },
			"FS5204",
			"did you mean `context.score`?",
		],
		["an unknown state", { never: "state == 'jugde'" }, "FS5205", "did you mean `judge`?"],
	])("is refused with the compiler's diagnostic: %s", async (_what, invariants, code, suggestion) => {
		const diagnostics = await diagnosticsOf(invariants);
		expect(diagnostics).toEqual([expect.objectContaining({ code, ...(suggestion && { suggestion }) })]);
		expect(diagnostics[0]).toHaveProperty("range");
		await expect(checkInvariants(reviewed, invariants)).rejects.toThrow(/invariants:\d+:\d+/);
	});

	it("speaks the machine's language", async () => {
		const cel = machine(`expression_engine: cel
context: { n: input.n }
states:
  start: { type: initial, transitions: [{ condition: "context.n == 1", to: done }, { to: done }] }
  done: { type: final }`);
		const invariants = { never: "size([1, 2].filter(x, x > 1)) == 1 && state == 'done' && step == 2" };
		const error = await errorOf(checkInvariants(cel, invariants, { seed: 1, numRuns: 5 }));
		expect(error.violations[0]?.path).toEqual(["start", "done"]);
		expect(await diagnosticsOf({ never: "a and b" }, cel)).toEqual([expect.objectContaining({ code: "FS5201" })]);
	});
});
