/** States with key results: attempts, what they see and leave behind, and how they end (fsm-agent-flow 3, 4 and 18.3). */
import { describe, expect, it } from "vitest";
import type { MachineHooks } from "../../runtime/hooks/hooks.ts";
import type { RunEvent } from "../../runtime/state/run-event.ts";
import { flat } from "../runtime/flat.ts";

const writing = (keys: string, more = "") => `
context: { topic: input.topic, text: null, n: 0 }
states:
  write:
    type: initial
    objective: Write about the topic
    agent: writer
    input: { topic: context.topic, feedback: context.attempt.feedback, number: context.attempt.number }
${keys.replace(/^/gm, "    ")}
    output_to_context: { text: output.content }
    transitions: [{ to: done }]
  done: { type: final, output: { text: context.text, attempt: context.attempt, error: context.last_error } }
${more}`;

const long = 'key_results: [{ name: long, description: Six characters or more, check: "size(text(output)) >= 6" }]';

describe("attempts at key results", () => {
	it("leaves the state at once where the first attempt meets them", async () => {
		const { run, inputs } = flat(writing(long), { use: ["writer"], script: { writer: ["enough"] } });
		const result = await run({ topic: "rain" });
		expect(result).toMatchObject({
			status: "done",
			output: {
				text: "enough",
				attempt: { state: "write", number: 0, max: 3, feedback: null, results: [{ name: "long", passed: true }] },
			},
		});
		expect(inputs()).toEqual([{ topic: "rain", feedback: null, number: 0 }]);
	});

	it("tells the next attempt what failed and why, with the same input beside that", async () => {
		const { run, inputs } = flat(writing(long), {
			use: ["writer"],
			script: { writer: ["no", "short", "long enough"] },
		});
		const result = await run({ topic: "rain" });
		expect(result.output).toMatchObject({ text: "long enough", attempt: { number: 2 } });
		const feedback = "long: Six characters or more";
		expect(inputs()).toEqual([
			{ topic: "rain", feedback: null, number: 0 },
			{ topic: "rain", feedback, number: 1 },
			{ topic: "rain", feedback, number: 2 },
		]);
	});

	it("makes one attempt and three more unless `max_retries` says otherwise, and 0 is exactly one", async () => {
		const four = flat(writing(long), { use: ["writer"], script: { writer: "no" } });
		expect(await four.run()).toMatchObject({ status: "failed", agentCalls: 4 });
		const one = flat(writing(`${long}\nmax_retries: 0`), { use: ["writer"], script: { writer: "no" } });
		expect(await one.run()).toMatchObject({ status: "failed", agentCalls: 1 });
	});

	it("fails with MaxRetriesExceeded, which `on_error` routes and the context tells of", async () => {
		const routed = writing(
			`${long}\nmax_retries: 1\non_error: { MaxRetriesExceeded: rescue }`,
			"  rescue: { type: final, output: { text: context.text, type: context.last_error_type, why: context.last_error, attempt: context.attempt } }",
		);
		const { run } = flat(routed, { use: ["writer"], script: { writer: "no" } });
		const { output } = await run();
		expect(output).toEqual({
			text: null,
			type: "MaxRetriesExceeded",
			why: "State `write` did not meet its key results in 2 attempts: long: Six characters or more",
			attempt: {
				state: "write",
				number: 1,
				max: 1,
				feedback: "long: Six characters or more",
				results: [{ name: "long", passed: false }],
			},
		});
	});

	it("gives the error that nothing routes to the caller, with its code", async () => {
		const { run } = flat(writing(`${long}\nmax_retries: 0`), { use: ["writer"], script: { writer: "no" } });
		const { error } = await run();
		expect(error).toMatchObject({ name: "MaxRetriesExceeded", code: "max_retries_exceeded" });
	});

	it("does not try again what the work itself throws", async () => {
		const { run, calls } = flat(writing(`${long}\non_error: { KeyError: done }`), {
			use: ["writer"],
			script: { writer: ["no", { throw: "KeyError: gone" }] },
		});
		const result = await run();
		expect(result).toMatchObject({ status: "done", output: { error: "gone", attempt: { number: 1 } } });
		expect(calls).toHaveLength(2);
	});

	it("retries the agent within each attempt where the state says so", async () => {
		const failing = { error: { code: "rate_limit", message: "slow", retryable: true } };
		const { run, calls } = flat(writing(`${long}\nmax_retries: 1\nexecution: { type: retry, backoffs: [0] }`), {
			use: ["writer"],
			script: { writer: [failing, "no", failing, "long enough"] },
		});
		expect(await run()).toMatchObject({ status: "done", output: { text: "long enough" } });
		expect(calls).toHaveLength(4);
	});

	it("has one timeout over all attempts", async () => {
		const aborted: unknown[] = [];
		const { run, calls } = flat(writing(`${long}\ntimeout: 0.02`), {
			use: ["writer"],
			script: {
				writer: ({ signal }, { n }) =>
					n === 0
						? "no"
						: new Promise((_, reject) => {
								signal?.addEventListener("abort", () => {
									aborted.push(signal.reason);
									reject(signal.reason);
								});
							}),
			},
		});
		expect(await run()).toMatchObject({ status: "failed", error: { name: "TimeoutError" } });
		expect(calls).toHaveLength(2);
		expect(aborted).toHaveLength(1);
	});

	it("begins with a whole budget each time that the state is entered", async () => {
		const data = `
context: { text: null, round: 0 }
states:
  write:
    type: initial
    agent: writer
    input: { number: context.attempt.number }
    key_results: [{ name: long, check: "size(text(output)) >= 3" }]
    max_retries: 1
    output_to_context: { text: output.content }
    transitions: [{ condition: "context.text == 'again'", to: write }, { to: done }]
  done: { type: final, output: { text: context.text } }`;
		const { run, inputs } = flat(data, { use: ["writer"], script: { writer: ["no", "again", "no", "good"] } });
		expect(await run()).toMatchObject({ status: "done", output: { text: "good" } });
		expect(inputs()).toEqual([{ number: 0 }, { number: 1 }, { number: 0 }, { number: 1 }]);
	});

	it("stops at a budget between two attempts", async () => {
		const { run, calls } = flat(writing(long), { use: ["writer"], script: { writer: "no" } });
		expect(await run({}, { maxAgentCalls: 2 })).toMatchObject({ status: "stopped", reason: "max_agent_calls" });
		expect(calls).toHaveLength(2);
	});

	it("tells of each attempt as it ends", async () => {
		const events: RunEvent[] = [];
		const { run } = flat(writing(`${long}\nmax_retries: 1`), { use: ["writer"], script: { writer: ["no", "enough"] } });
		await run({}, { onEvent: (event) => events.push(event) });
		const attempts = events.filter(({ type }) => type === "attempt_failed" || type === "attempt_passed");
		expect(attempts).toEqual([
			{
				type: "attempt_failed",
				executionId: "id-1",
				state: "write",
				attempt: 0,
				maxRetries: 1,
				keyResults: [{ name: "long", passed: false }],
				feedback: "long: Six characters or more",
			},
			{
				type: "attempt_passed",
				executionId: "id-1",
				state: "write",
				attempt: 1,
				maxRetries: 1,
				keyResults: [{ name: "long", passed: true }],
				feedback: null,
			},
		]);
	});
});

describe("what a failed attempt leaves behind", () => {
	const acting = `
context: { count: 0 }
states:
  work:
    type: initial
    action: add
    key_results: [{ name: third, check: context.attempt.number == 2 and context.count == 1 }]
    transitions: [{ to: done }]
  done: { type: final, output: { count: context.count } }`;

	it("is nothing: an action begins each attempt with the same context, and checks see what it gives", async () => {
		const seen: unknown[] = [];
		const hooks: MachineHooks = {
			onAction(_, context) {
				seen.push(context.count);
				return { ...context, count: Number(context.count) + 1 };
			},
		};
		const { run } = flat(acting, { hooks });
		expect(await run()).toMatchObject({ status: "done", output: { count: 1 } });
		expect(seen).toEqual([0, 0, 0]);
	});

	it("is the conversation of a tool loop neither", async () => {
		const data = `
context: { text: null }
states:
  work:
    type: initial
    agent: worker
    tool_loop: { max_turns: 4 }
    input: { feedback: context.attempt.feedback }
    key_results: [{ name: done, description: Says done, check: "contains(text(output), 'done')" }]
    output_to_context: { text: output.content }
    transitions: [{ to: end }]
  end: { type: final, output: { text: context.text, turns: context._tool_loop_turns } }`;
		const { run, calls } = flat(data, { use: ["worker"], script: { worker: ["not yet", "done"] } });
		expect(await run()).toMatchObject({ status: "done", output: { text: "done", turns: 1 } });
		const messages = calls.map(({ call }) => Reflect.get(call, "messages"));
		expect(messages).toEqual([null, null]);
		expect(calls[1]?.call.input).toEqual({ feedback: "done: Says done" });
	});
});

describe("what the checks see", () => {
	it("is the whole answer of a foreach", async () => {
		const data = `
context: { list: [1, 2, 3], sum: null }
machines:
  child: { spec: flatmachine, data: { context: { n: input.n }, states: { one: { type: final, output: { n: context.n } } } } }
states:
  each:
    type: initial
    foreach: context.list
    machine: child
    input: { n: item }
    key_results: [{ name: all, check: "size(output) == 3 and output[2].n == 3" }]
    output_to_context: { sum: output }
    transitions: [{ to: done }]
  done: { type: final, output: { sum: context.sum } }`;
		expect(await flat(data).run()).toMatchObject({ output: { sum: [{ n: 1 }, { n: 2 }, { n: 3 }] } });
	});

	it("is the answer of a child machine, which each attempt runs anew", async () => {
		const data = `
context: { n: null }
machines:
  child:
    spec: flatmachine
    data:
      context: { tries: input.tries }
      states: { one: { type: final, output: { n: context.tries } } }
states:
  ask:
    type: initial
    machine: child
    input: { tries: context.attempt.number }
    key_results: [{ name: second, check: output.n == 1 }]
    output_to_context: { n: output.n }
    transitions: [{ to: done }]
  done: { type: final, output: { n: context.n } }`;
		expect(await flat(data).run()).toMatchObject({ output: { n: 1 } });
	});

	it("is `input`, the context before `output_to_context`, and the output", async () => {
		const data = writing(
			"key_results: [{ name: all, check: \"input.topic == 'rain' and context.text is none and output.content == 'x'\" }]",
		);
		const { run } = flat(data, { use: ["writer"], script: { writer: "x" } });
		expect(await run({ topic: "rain" })).toMatchObject({ status: "done" });
	});
});

describe("settings.history", () => {
	it("notes each state that worked, once it has passed", async () => {
		const data = `
settings: { history: true }
context: { text: null }
states:
  write:
    type: initial
    agent: writer
    key_results: [{ name: long, check: "size(text(output)) > 2" }]
    output_to_context: { text: output.content }
    transitions: [{ to: read }]
  read: { agent: reader, transitions: [{ to: done }] }
  done: { type: final, output: { history: context.history } }`;
		const script = { writer: ["no", "good"], reader: "fine" };
		const { run } = flat(data, { use: ["writer", "reader"], script });
		expect((await run()).output).toEqual({
			history: [
				{ state: "write", output: { content: "good" }, key_results: { long: true }, attempts: 2 },
				{ state: "read", output: { content: "fine" }, key_results: {}, attempts: 1 },
			],
		});
	});
});
