import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { waitFor } from "xstate";
import { flat } from "./flat.ts";

beforeEach(() => {
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
});

afterEach(() => {
	vi.useRealTimers();
});

describe("time in a run", () => {
	it("passes in back-offs as the defaults say: 2, 8, 16 and 35 seconds", async () => {
		const called: number[] = [];
		const start = Date.now();
		const { run } = flat(
			"states: { start: { type: initial, agent: a, execution: { type: retry }, transitions: [{ to: done }], on_error: failed }, done: { type: final }, failed: { type: final, output: { at: failed } } }",
			{
				use: ["a"],
				random: () => 0.5,
				script: {
					a: () => {
						called.push((Date.now() - start) / 1000);
						return { throw: "E: x" };
					},
				},
			},
		);
		const running = run();
		await vi.advanceTimersByTimeAsync(70_000);
		expect(await running).toMatchObject({ status: "done", output: { at: "failed" } });
		expect(called).toEqual([0, 2, 10, 26, 61]);
	});

	it("passes in a timeout, which counts all retries of its state together", async () => {
		const { run, calls } = flat(
			"states: { start: { type: initial, agent: a, execution: { type: retry, backoffs: [10, 10, 10] }, timeout: 25, transitions: [{ to: done }], on_error: failed }, done: { type: final }, failed: { type: final, output: { type: context.last_error_type } } }",
			{ use: ["a"], random: () => 0.5, script: { a: { throw: "E: x" } } },
		);
		const running = run();
		await vi.advanceTimersByTimeAsync(26_000);
		expect(await running).toMatchObject({ output: { type: "TimeoutError" } });
		expect(calls).toHaveLength(3);
	});

	it("passes for each visit of a state afresh", async () => {
		const { run } = flat(
			`
states:
  start: { type: initial, agent: a, timeout: 10, transitions: [{ condition: context.machine.step >= 3, to: done }, { to: start }], on_error: late }
  done: { type: final, output: { at: done } }
  late: { type: final, output: { at: late } }
`,
			{ use: ["a"], script: { a: () => new Promise((resolve) => setTimeout(() => resolve("x"), 8000)) } },
		);
		const running = run();
		await vi.advanceTimersByTimeAsync(25_000);
		expect(await running).toMatchObject({ output: { at: "done" } });
	});

	it("passes while a state waits for a signal, until its timeout", async () => {
		const { machine } = flat(
			"states: { ask: { type: initial, wait_for: c, timeout: 86400, transitions: [{ to: done }], on_error: late }, done: { type: final }, late: { type: final } }",
		);
		const actor = machine.actor().start();
		await vi.advanceTimersByTimeAsync(86_399_000);
		expect(actor.getSnapshot().value).toBe("ask");
		await vi.advanceTimersByTimeAsync(2000);
		await waitFor(actor, ({ value }) => value === "late");
	});

	it("may be longer than a timer of Node can run: 30 days", async () => {
		const { machine } = flat(
			"states: { ask: { type: initial, wait_for: c, timeout: 2592000, transitions: [{ to: done }], on_error: late }, done: { type: final }, late: { type: final } }",
		);
		const actor = machine.actor().start();
		for (let day = 1; day < 30; day++) await vi.advanceTimersByTimeAsync(86_400_000);
		expect(actor.getSnapshot().value).toBe("ask");
		await vi.advanceTimersByTimeAsync(86_400_000);
		expect(actor.getSnapshot().value).toBe("late");
	});
});
