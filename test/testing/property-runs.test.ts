import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forAllRuns, RunCheckError, type RunReport, runArbitrary } from "../../src/testing/property/index.ts";
import { readScenario } from "../../src/testing/scenario/read-scenario.ts";
import { replayScenario } from "../../src/testing/scenario/replay.ts";
import { agents, machine, review } from "./property-machines.ts";

/** The bug of `review`: something with a low score is published. */
function publishesOnlyGoodOnes({ path, context }: RunReport): void {
	if (path.at(-1) === "publish") expect(context.score).toBeGreaterThanOrEqual(8);
}

async function failureOf(run: Promise<unknown>): Promise<RunCheckError> {
	try {
		await run;
	} catch (error) {
		if (error instanceof RunCheckError) return error;
		throw error;
	}
	throw new Error("nothing failed");
}

describe("shrinking", () => {
	it.each([1, 2, 3, 4, 5])("ends at the fewest steps and the plainest answers (seed %d)", async (seed) => {
		const { report } = await failureOf(forAllRuns(machine(review), publishesOnlyGoodOnes, { seed }));
		const { scenario } = report;
		expect(scenario).toEqual({
			name: "write → judge → publish",
			input: {},
			agents: { writer: [""], judge: [{ output: { score: 0, approved: true } }] },
			machines: {},
			actions: {},
			waits: {},
			path: ["write", "judge", "publish"],
			taken: [
				{ state: "write", kind: "transition", index: 0, to: "judge" },
				{ state: "judge", kind: "transition", index: 0, to: "publish" },
			],
			ending: { status: "done", output: { draft: "", score: 0 } },
			context: { topic: null, draft: "", score: 0, approved: true },
		});
	});

	it.each([1, 2, 3, 4, 5])("takes another way where that is shorter (seed %d)", async (seed) => {
		const rated = machine(`${agents({ judge: "score: { type: int }" })}
context: { score: 0 }
states:
  judge: { type: initial, agent: judge, output_to_context: { score: output.score }, transitions: [{ condition: context.score >= 8, to: done }, { to: mend }], on_error: mend }
  mend: { transitions: [{ to: again }] }
  again: { agent: judge, output_to_context: { score: output.score }, transitions: [{ to: done }], on_error: { TimeoutError: done } }
  done: { type: final }`);
		const { report } = await failureOf(forAllRuns(rated, ({ ending }) => ending.status !== "done", { seed }));
		expect(report.path).toEqual(["judge", "done"]);
		expect(report.scenario.agents).toEqual({ judge: [{ output: { score: 8 } }] });
		const { report: failed } = await failureOf(forAllRuns(rated, ({ taken }) => taken.length < 2, { seed }));
		expect(failed.path).toEqual(["judge", "mend", "again"]);
		expect(failed.scenario.agents).toEqual({ judge: [{ output: { score: 0 } }, { output: { score: 0 } }] });
	});

	it("leaves out the rounds of a loop that do no harm, and keeps those that do", async () => {
		const counting = machine(`${agents({ tick: "step: { type: int }" })}
context: { sum: 0, step: 0 }
states:
  ask: { type: initial, agent: tick, output_to_context: { step: output.step }, transitions: [{ condition: context.step == 0, to: rest }, { to: add }] }
  rest: { transitions: [{ to: ask }] }
  add: { action: add, transitions: [{ condition: context.sum >= 3, to: done }, { to: ask }] }
  done: { type: final }`);
		// Something that happens twice, with anything between: rests and other rounds are left out.
		const { report } = await failureOf(
			forAllRuns(counting, ({ path }) => path.filter((state) => state === "add").length < 2, { seed: 2 }),
		);
		expect(report.path).toEqual(["ask", "add", "ask", "add"]);
		expect(report.scenario.agents).toEqual({ tick: [{ output: { step: 1 } }, { output: { step: 1 } }] });
		expect(report.scenario.maxSteps).toBe(4);
	});

	it("puts successes in place of failures that do not matter, and keeps one that does", async () => {
		const compiled = machine(review);
		const check = ({ answers }: RunReport) =>
			!answers.some(({ ask, answer }) => ask.name === "judge" && Object.hasOwn(Object(answer), "throw"));
		const { report } = await failureOf(forAllRuns(compiled, check, { seed: 1, failures: 40 }));
		expect(report.scenario.agents).toEqual({ writer: [""], judge: [{ throw: "Error: made to fail" }] });
		const { report: other } = await failureOf(forAllRuns(compiled, publishesOnlyGoodOnes, { seed: 1, failures: 60 }));
		expect(other.scenario.agents).toEqual({ writer: [""], judge: [{ output: { score: 0, approved: true } }] });
	});

	it("makes the input plainer as far as that makes no difference", async () => {
		const compiled = machine(`context: { topic: input.topic, limit: input.limit }
states:
  start: { type: initial, transitions: [{ condition: context.topic == 'rain', to: bad }, { condition: context.limit == 3, to: done }, { to: done }] }
  bad: { type: final }
  done: { type: final }`);
		const { report } = await failureOf(forAllRuns(compiled, ({ path }) => !path.includes("bad"), { seed: 1 }));
		expect(report.scenario.input).toEqual({ topic: "rain" });
	});

	it("ends for answers of every form", async () => {
		const compiled = machine(`${agents({ any: "data: { type: json }, list: { type: list }, share: { type: float }" })}
context: {}
states:
  start: { type: initial, agent: any, output_to_context: { all: output }, transitions: [{ to: start }] }`);
		await fc.assert(
			fc.asyncProperty(fc.integer(), async (seed) => {
				const { report } = await failureOf(
					forAllRuns(compiled, ({ path }) => path.length < 3, { seed, numRuns: 3, maxSteps: 6 }),
				);
				expect(report.path).toEqual(["start", "start", "start"]);
			}),
			{ numRuns: 10 },
		);
	});
});

describe("runs", () => {
	it("go the same way when they are executed again", async () => {
		await fc.assert(
			fc.asyncProperty(runArbitrary(machine(review)), async (run) => {
				const first = await run.execute();
				expect(await run.execute()).toEqual(first);
			}),
			{ numRuns: 30 },
		);
	});

	it("are scenarios that replay without a difference, also from their files", async () => {
		const compiled = machine(review);
		await fc.assert(
			fc.asyncProperty(runArbitrary(compiled, { failures: 20 }), async (run) => {
				const { scenario } = await run.execute();
				expect((await replayScenario(compiled, scenario)).differences).toEqual([]);
				const read = readScenario(run.toString(), "run.yml").scenario;
				expect((await replayScenario(compiled, read)).differences).toEqual([]);
			}),
			{ numRuns: 60 },
		);
	});

	it("are the same for the same seed, and others for another", async () => {
		const compiled = machine(review);
		const paths = async (seed: number) => {
			const found: string[] = [];
			await forAllRuns(compiled, ({ scenario }) => void found.push(JSON.stringify(scenario)), { seed, numRuns: 30 });
			return found;
		};
		const first = await paths(11);
		expect(await paths(11)).toEqual(first);
		expect(await paths(12)).not.toEqual(first);
	});

	it("stop at the bound, and say how they end", async () => {
		const report = await forAllRuns(machine(review), ({ path }) => path.length <= 4, { seed: 1, maxSteps: 4 });
		expect(report).toMatchObject({ runs: 100, seed: 1 });
		expect(report.endings.done).toBeGreaterThan(20);
		expect(report.endings.stopped).toBeGreaterThan(5);
	});

	it("wait for nothing: back-offs, time-outs and signals take no time", async () => {
		const waiting = machine(`${agents({ slow: "" })}
states:
  ask: { type: initial, agent: slow, execution: { type: retry, backoffs: [60, 3600] }, timeout: 100, transitions: [{ to: wait }], on_error: wait }
  wait: { wait_for: approval, timeout: 86400, output_to_context: { ok: output.ok }, transitions: [{ to: done }], on_error: done }
  done: { type: final }`);
		const { endings } = await forAllRuns(waiting, () => undefined, { seed: 1, failures: 50 });
		expect(endings).toEqual({ done: 100 });
	});

	it("show that a state that works does not end in time, and replay", async () => {
		const timed = machine(`${agents({ slow: "" })}
states:
  ask: { type: initial, agent: slow, timeout: 100, transitions: [{ to: again }] }
  again: { agent: slow, timeout: 5, transitions: [{ to: ask }], on_error: { TimeoutError: late } }
  late: { type: final }`);
		const { report } = await failureOf(forAllRuns(timed, ({ path }) => !path.includes("late"), { seed: 1 }));
		expect(report.scenario).toMatchObject({
			path: ["ask", "again", "late"],
			agents: { slow: [""] },
			waits: { again: [{ timeout: true }] },
		});
		expect((await replayScenario(timed, report.scenario)).differences).toEqual([]);
	});

	it("fail with the check's own error as the cause, and show the run as a scenario file", async () => {
		const error = await failureOf(
			forAllRuns(
				machine(review),
				({ path }) => {
					if (path.includes("publish")) throw new TypeError("nothing may be published");
				},
				{ seed: 5 },
			),
		);
		expect(error.cause).toBeInstanceOf(TypeError);
		expect(error.code).toBe("run_check_failed");
		expect(error.seed).toBe(5);
		expect(error.message).toContain("seed 5");
		expect(error.message).toContain("nothing may be published");
		expect(error.message).toContain(error.scenarioText);
		expect(readScenario(error.scenarioText, "run.yml").scenario.path).toEqual(error.report.path);
	});

	it("are shown as scenario files by fast-check", async () => {
		const details = await fc.check(
			fc.asyncProperty(runArbitrary(machine(review)), async (run) => publishesOnlyGoodOnes(await run.execute())),
			{ seed: 3 },
		);
		expect(fc.defaultReportMessage(details)).toContain("scenario: write → judge → publish\nagents:\n");
	});
});
