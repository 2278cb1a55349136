/**
 * The conformance vectors of the specification of fsm-agent-flow (section 19), by their numbers, as YAML. Where a vector is
 * of its Python's tables of transitions, the same is said with conditions (18.5). Mends are named in the test's name.
 */
import { describe, expect, it } from "vitest";
import type { ScriptedAnswer } from "../../adapters/scripted/index.ts";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import type { RunResult } from "../../runtime/machine/run-result.ts";
import { CompileError, FlatMachine, tool } from "../../src/index.ts";
import { documentOf, flat } from "../runtime/flat.ts";

/** The states after `work` in the vectors of transitions. */
const after = `
  b: { type: final, output: { at: b } }
  c: { type: final, output: { at: c } }
  ended: { type: final, output: { at: end } }`;

/** Where a state goes whose agent answers this. */
async function routed(transitions: string, answer: ScriptedAnswer): Promise<RunResult> {
	const data = `
settings: { history: true }
context: { route: null, said: null }
states:
  work:
    type: initial
    agent: a
    output_to_context: { route: output._transition, said: output.content }
    transitions: ${transitions}
${after}`;
	return flat(data, { use: ["a"], script: { a: answer } }).run();
}

const x = "{ condition: \"context.route == 'x' or context.said == 'x'\", to: b }";

describe("vectors of fsm-agent-flow", () => {
	it("1: tells each attempt what failed, in order, and why; history has nothing of it (mend: the error's message names the state and the attempts)", async () => {
		const data = `
settings: { history: true }
context: { value: input.value }
states:
  work:
    type: initial
    agent: a
    input: { value: context.value, number: context.attempt.number, feedback: context.attempt.feedback }
    key_results:
      - { name: k1, description: must be 2, check: output.n == 2 }
      - { name: k2, description: divides, check: 1 / output.zero > 0 }
      - { name: k, description: dd, check: output.n == 3 }
    max_retries: 1
    on_error: { MaxRetriesExceeded: rescue }
    transitions: [{ to: done }]
  rescue: { type: final, output: { feedback: context.attempt.feedback, history: context.history, error: context.last_error } }
  done: { type: final }`;
		const { run, inputs } = flat(data, { use: ["a"], script: { a: { n: 1, zero: 0 } } });
		const feedback = "k1: must be 2; k2: check raised division by zero; k: dd";
		expect((await run({ value: "in" })).output).toEqual({
			feedback,
			history: null,
			error: `State \`work\` did not meet its key results in 2 attempts: ${feedback}`,
		});
		expect(inputs()).toEqual([
			{ value: "in", number: 0, feedback: null },
			{ value: "in", number: 1, feedback },
		]);
	});

	it("2: an unknown label takes the default", async () => {
		expect((await routed(`[${x}, { to: c }]`, { _transition: "nope" })).output).toEqual({ at: "c" });
	});

	it("3: an unknown label without a default is an error, and the state is in the history (mend: NoTransitionError, routed by on_error)", async () => {
		const { error } = await routed(`[${x}]`, { _transition: "nope" });
		expect(error).toMatchObject({ name: "NoTransitionError" });
		const data = `
settings: { history: true }
states:
  work: { type: initial, agent: a, transitions: [{ condition: output._transition == 'x', to: b }], on_error: failed }
  failed: { type: final, output: { history: context.history } }
${after}`;
		const { output } = await flat(data, { use: ["a"], script: { a: { _transition: "nope" } } }).run();
		expect(output).toMatchObject({ history: [{ state: "work" }] });
	});

	it("4: a label may end the run", async () => {
		const toEnd = x.replace("to: b", "to: ended");
		expect((await routed(`[${toEnd}]`, "x")).output).toEqual({ at: "end" });
	});

	it("5: so may the default, for an answer that is no label", async () => {
		expect((await routed(`[${x}, { to: ended }]`, { value: 5 })).output).toEqual({ at: "end" });
	});

	it("6: a default alone is always taken", async () => {
		expect((await routed("[{ to: b }]", "x")).output).toEqual({ at: "b" });
	});

	it("7: a final state ends the run, whatever its transitions say, and is in the history once", async () => {
		const data = `
settings: { history: true }
states:
  work: { type: initial, transitions: [{ to: last }] }
  last: { type: final, agent: a, transitions: [{ to: b }], output: { history: context.history } }
${after}`;
		const { output } = await flat(data, { use: ["a"], script: { a: "x" } }).run();
		expect(output).toEqual({
			history: [{ state: "last", output: { content: "x" }, key_results: {}, attempts: 1 }],
		});
	});

	it("8: a state without transitions ends the run (mend: with a warning of the compiler)", async () => {
		const { run, machine } = flat("states: { work: { type: initial, agent: a } }", { use: ["a"], script: { a: "x" } });
		expect(await run()).toMatchObject({ status: "done" });
		expect(machine.diagnostics.map(({ code }) => code)).toContain("FS4107");
	});

	it("9: a target that does not exist is an error (mend: of the compiler, before anything runs)", () => {
		const data = "states: { work: { type: initial, transitions: [{ to: nowhere }] } }";
		expect(() => flat(data)).toThrow(CompileError);
	});

	it("10: a model that always calls a tool is called ten times (mends: the limit is told, and where there is no text yet the model is asked once more without tools)", async () => {
		const look = tool({ name: "look", description: "Looks.", execute: () => "nothing" });
		const always = (content: string) => ({ content, tool_calls: [{ id: "1", name: "look", arguments: {} }] });
		const { result, calls } = await looped({ answers: () => always("still looking"), tools: [look] });
		expect(result.output).toEqual({ content: "still looking", stop: "max_turns", turns: 10 });
		expect(calls).toBe(10);
		const silent = await looped({ answers: (n) => (n < 10 ? always("") : "I give up."), tools: [look] });
		expect(silent.result.output).toEqual({ content: "I give up.", stop: "max_turns", turns: 10 });
		expect(silent.calls).toBe(11);
	});

	it("11: a tool that does not exist is an error that the model is told, and the loop goes on (mend: in other words)", async () => {
		const told: unknown[] = [];
		const { result } = await looped({
			answers: (n, messages) => {
				told.push(...messages.filter(({ role }) => role === "tool").map(({ content }) => content));
				return n === 0 ? { content: "", tool_calls: [{ id: "1", name: "nope", arguments: {} }] } : "fine";
			},
			tools: [tool({ name: "look", description: "Looks.", execute: () => "nothing" })],
		});
		expect(result.output).toMatchObject({ content: "fine", stop: "complete" });
		expect(told).toEqual([expect.stringContaining("nope")]);
	});

	it("12: a tool that breaks off leaves the state, without history (mends: the execution parks with the whole conversation, and goes on with the answer as the tool's result)", async () => {
		await using store = openMemoryStore();
		const answers = [{ content: "", tool_calls: [{ id: "1", name: "pay", arguments: { sum: 5 } }] }, "paid"];
		const config = documentOf(
			`settings: { history: true }
states:
  work:
    type: initial
    agent: a
    tools: [{ name: pay, pause: break, description: Pays., parameters: { type: object, properties: { sum: { type: number } } } }]
    key_results: [{ name: said, description: Says so, check: "contains(text(output), 'paid')" }]
    transitions: [{ to: done }]
  done: { type: final, output: { history: context.history } }`,
			{ use: ["a"] },
		);
		let asked = 0;
		const script = () => answers[asked++] ?? null;
		const first = await new FlatMachine({ config, store, script }).run({}, { executionId: "e" });
		expect(first).toMatchObject({
			status: "waiting",
			state: "work",
			waiting: [{ request: { arguments: { sum: 5 } } }],
		});
		const checkpoint = await store.persistence.loadExecution("e");
		expect(checkpoint?.summary).toMatchObject({ current_state: "work" });
		const channel = first.status === "waiting" ? (first.channel ?? "") : "";
		await store.signals.send(channel, { receipt: 7 });
		const second = await new FlatMachine({ config, store, script }).resume("e");
		expect(second.output).toMatchObject({ history: [{ state: "work", key_results: { said: true }, attempts: 1 }] });
		expect(asked).toBe(2);
	});

	it.each([
		["plain", '{"q": true}'],
		["fenced", '```json\n{"q": true}\n```'],
		["fenced on one line (mend: it does not crash)", '```{"q": true}```'],
		["with a reason, as it is asked to (mend)", { q: { passed: true, reason: "it is good" } }],
	])("13: the judge's yes counts, %s", async (_, answer) => {
		expect(await judgedAs(answer)).toEqual({ passed: true });
	});

	it.each([
		["a list", "[true]", "no map of verdicts"],
		["a bare true", "true", "no map of verdicts"],
		["an empty map", "{}", "says nothing of it"],
		["prose", "It is good.", "is not JSON"],
		["nothing", "", "gave no answer"],
		["prose around JSON", 'Sure: {"q": true}', "is not JSON"],
	])("14: the judge's answer is no pass when it is %s (mend: the feedback says why)", async (_, answer, why) => {
		const { passed, feedback } = await judgedAs(answer);
		expect(passed).toBe(false);
		expect(feedback).toContain(why);
	});

	it.each(['{"q": "false"}', '{"q": "true"}', '{"q": 1}', '{"q": {"passed": "true", "reason": ""}}'])(
		"15: %s is no pass (mend: it was one)",
		async (answer) => {
			expect(await judgedAs(answer)).toMatchObject({ passed: false });
		},
	);

	it("16: a counter that each attempt adds to (mend: what failed attempts have added is gone, so it is 0 after both runs, and each run has its whole budget)", async () => {
		await using store = openMemoryStore();
		let calls = 0;
		const config = documentOf(`context: { n: 0 }
states:
  work:
    type: initial
    action: add
    hooks: counting
    key_results: [{ name: never, description: never, check: context.n > 9 }]
    max_retries: 2
    transitions: [{ to: done }]
  done: { type: final }`);
		const counting = {
			onAction: (_: string, context: Record<string, unknown>) => {
				calls += 1;
				return { ...context, n: Number(context.n) + 1 };
			},
		};
		const machine = () => new FlatMachine({ config, store, hooks: { counting } });
		expect(await machine().run({}, { executionId: "e" })).toMatchObject({ error: { code: "max_retries_exceeded" } });
		expect(calls).toBe(3);
		expect(await machine().resume("e")).toMatchObject({ error: { code: "max_retries_exceeded" } });
		expect(calls).toBe(6);
	});

	it("17: the second prompt has the objective, what was wrong and that it is to be mended, and its answer passes (mend: the prompt is the agent's own)", async () => {
		const prompts: string[] = [];
		const machine = new FlatMachine({
			config: `
spec: flatmachine
data:
  name: test
  context: { text: null }
  agents:
    a:
      spec: flatagent
      data:
        model: { provider: mock, name: m }
        user: "{{ input.objective }}{% if input.feedback %} Mend this: {{ input.feedback }}{% endif %}"
  states:
    work:
      type: initial
      objective: Say hello at length.
      agent: a
      input: { objective: Say hello at length., feedback: context.attempt.feedback }
      key_results: [{ name: long, description: At least ten characters, check: size(text(output)) >= 10 }]
      output_to_context: { text: output.content }
      transitions: [{ to: done }]
    done: { type: final, output: { text: context.text } }`,
			script: ({ input }) => {
				prompts.push(`${input.objective}${input.feedback ? ` Mend this: ${input.feedback}` : ""}`);
				return prompts.length === 1 ? "Hello" : "Hello, hello, hello";
			},
		});
		expect((await machine.run()).output).toEqual({ text: "Hello, hello, hello" });
		expect(prompts).toEqual(["Say hello at length.", "Say hello at length. Mend this: long: At least ten characters"]);
	});

	describe("18: builtin:ooda with three cycles", () => {
		const ooda = async (executor: ScriptedAnswer, observer: ScriptedAnswer = "seen") => {
			const data = `
machines: { ooda: builtin:ooda }
context: { result: null }
states:
  work:
    type: initial
    machine: ooda
    input: { task: Tidy up, max_cycles: 3 }
    output_to_context: { result: output }
    transitions: [{ to: done }]
  done: { type: final, output: context.result }`;
			return flat(data, { script: { observer, analyst: "understood", decider: "chosen", executor } }).run();
		};

		it("makes twelve calls where the task is never complete (mend: each act is told its cycle)", async () => {
			expect(await ooda("a bit")).toMatchObject({ agentCalls: 12, output: { result: "a bit", cycles: 3 } });
		});

		it("makes four calls where it is complete at the first act, and keeps the marker of a plain text", async () => {
			const output = { result: "TASK COMPLETE: all", cycles: 1, complete: true };
			expect(await ooda("TASK COMPLETE: all")).toMatchObject({ agentCalls: 4, output });
		});

		it("fails with MaxRetriesExceeded of observe after four blank answers", async () => {
			const result = await ooda("x", " ");
			expect(result).toMatchObject({ status: "failed", agentCalls: 4, error: { code: "max_retries_exceeded" } });
			expect(String(result.error)).toContain("`observe`");
		});
	});
});

/** Runs a state with a tool loop of ten turns. */
async function looped({
	answers,
	tools,
}: {
	readonly answers: (n: number, messages: readonly Record<string, unknown>[]) => ScriptedAnswer;
	readonly tools: readonly ReturnType<typeof tool>[];
}): Promise<{ readonly result: RunResult; readonly calls: number }> {
	let calls = 0;
	const machine = new FlatMachine({
		config: documentOf(
			`context: { content: null, stop: null, turns: null }
states:
  work:
    type: initial
    agent: a
    tool_loop: { max_turns: 10 }
    output_to_context: { content: output.content, stop: output._tool_loop_stop, turns: output._tool_loop_turns }
    transitions: [{ to: done }]
  done: { type: final, output: { content: context.content, stop: context.stop, turns: context.turns } }`,
			{ use: ["a"] },
		),
		script: (call) => {
			const messages: unknown = Reflect.get(call, "messages");
			return answers(calls++, Array.isArray(messages) ? messages : []);
		},
		tools,
	});
	return { result: await machine.run(), calls };
}

/** What comes of one attempt that is judged so. */
async function judgedAs(answer: ScriptedAnswer): Promise<{ readonly passed: boolean; readonly feedback?: unknown }> {
	const data = `
settings: { validator: judge }
states:
  work:
    type: initial
    agent: a
    key_results: [{ name: q, description: is good }]
    max_retries: 0
    on_error: { MaxRetriesExceeded: failed }
    transitions: [{ to: done }]
  failed: { type: final, output: { passed: false, feedback: context.attempt.feedback } }
  done: { type: final, output: { passed: true } }`;
	const { output } = await flat(data, { use: ["a", "judge"], script: { a: "text", judge: answer } }).run();
	return {
		passed: Reflect.get(Object(output), "passed") === true,
		...(Object(output).feedback && { feedback: Object(output).feedback }),
	};
}
