/** Who decides on a key result: expressions, actions, the judge; only `true` is a pass (fsm-agent-flow 4 and 18.3). */
import { describe, expect, it } from "vitest";
import type { ScriptedAnswer } from "../../adapters/scripted/index.ts";
import { compositeHooks } from "../../runtime/hooks/composite.ts";
import type { MachineHooks } from "../../runtime/hooks/hooks.ts";
import { flat } from "../runtime/flat.ts";

const machine = (keyResults: string, more = "") => `
settings: { validator: judge, objective: A report }
context: { text: null }
states:
  write:
    type: initial
    objective: Say something
    agent: writer
    input: { feedback: context.attempt.feedback }
    key_results:
${keyResults.replace(/^/gm, "      ")}
    max_retries: 1
    output_to_context: { text: output.content }
    transitions: [{ to: done }]
${more}
  done: { type: final, output: { text: context.text, results: context.attempt.results } }`;

/** The feedback after a first attempt. */
async function feedbackOf(keyResults: string, judge: ScriptedAnswer = {}, hooks?: MachineHooks): Promise<unknown> {
	const { run, calls } = flat(machine(keyResults), {
		use: ["writer", "judge"],
		script: { writer: ["first", "second"], judge },
		...(hooks && { hooks }),
	});
	await run();
	return calls.filter(({ agentName }) => agentName === "writer").at(1)?.call.input.feedback;
}

describe("a check that is an expression", () => {
	it("passes with `true` alone: what only counts as true does not", async () => {
		expect(await feedbackOf("- { name: a, description: d, check: output.content }")).toBe(
			'a: d — the check gives "first", which is neither true nor false',
		);
		expect(await feedbackOf("- { name: a, description: d, check: context.text }")).toBe(
			"a: d — the check gives null, which is neither true nor false",
		);
	});

	it("that fails is a key result that does not hold", async () => {
		expect(await feedbackOf("- { name: a, description: d, check: output.content < 3 }")).toMatch(/^a: check raised /);
	});

	it("without a description is told by its name", async () => {
		expect(await feedbackOf("- { name: a, check: output.content == 'x' }")).toBe("a: does not hold");
	});
});

describe("a check that is an action", () => {
	const acting = (answer: unknown): MachineHooks => ({
		onAction(action, context, info) {
			expect([action, info.state, info.keyResult]).toEqual(["scan", "write", "clean"]);
			if (answer instanceof Error) throw answer;
			Object.assign(context, { text: "changed by the check" });
			// What a hook in JavaScript may give.
			return answer as never;
		},
	});
	const clean = "- { name: clean, description: Is clean, check: { action: scan } }";

	it.each([
		[false, "clean: Is clean"],
		[{ passed: false, reason: "it names a person" }, "clean: Is clean — it names a person"],
		[new Error("no scanner"), "clean: check raised no scanner"],
		[
			{ text: "a context" },
			"clean: Is clean — action `scan` gave no verdict: it is to give true, false or { passed, reason }",
		],
		["true", "clean: Is clean — action `scan` gave no verdict: it is to give true, false or { passed, reason }"],
	])("that gives %j is told as %j", async (answer, feedback) => {
		expect(await feedbackOf(clean, {}, acting(answer))).toBe(feedback);
	});

	it("passes with `true`, sees the output, and changes nothing", async () => {
		const outputs: unknown[] = [];
		const hooks: MachineHooks = {
			onAction(_, context, { output }) {
				outputs.push(output);
				Object.assign(context, { text: "changed" });
				return true;
			},
		};
		const data = machine(clean).replace("output_to_context: { text: output.content }", "output_to_context: {}");
		const { run } = flat(data, { use: ["writer", "judge"], script: { writer: "w" }, hooks });
		expect(await run()).toMatchObject({ output: { text: null, results: [{ name: "clean", passed: true }] } });
		expect(outputs).toEqual([{ content: "w" }]);
	});

	it("is answered by the first of several hooks that knows it", async () => {
		const hooks = compositeHooks([{ onAction: (_, context) => context }, { onAction: () => false }]);
		expect(await feedbackOf(clean, {}, hooks)).toBe("clean: Is clean");
	});

	it("without hooks does not hold", async () => {
		expect(await feedbackOf(clean)).toContain("action `scan` gave no verdict");
	});
});

const judged = "- { name: sourced, description: Names three sources }\n- { name: kind, description: Is kind }";

describe("the judge", () => {
	it("is told the objectives, the key results and the output, in one call", async () => {
		const { run, calls } = flat(machine(judged), {
			use: ["writer", "judge"],
			script: { writer: "text", judge: { sourced: { passed: true, reason: "" }, kind: { passed: true, reason: "" } } },
		});
		await run();
		expect(calls.map(({ agentName }) => agentName)).toEqual(["writer", "judge"]);
		const { input, outputFields } = calls[1]?.call ?? {};
		expect(input).toEqual({
			state: "write",
			objective: "Say something",
			machine_objective: "A report",
			key_results: [
				{ name: "sourced", description: "Names three sources" },
				{ name: "kind", description: "Is kind" },
			],
			output: { content: "text" },
			attempt: { state: "write", number: 0, max: 1, feedback: null, results: [] },
		});
		expect(outputFields).toMatchObject({
			sourced: { type: "object", properties: { passed: { type: "bool" }, reason: { type: "str" } } },
			kind: { type: "object" },
		});
	});

	it("says why, and the next attempt hears it", async () => {
		const answer = {
			sourced: { passed: false, reason: "only one source is named" },
			kind: { passed: true, reason: "it greets" },
		};
		expect(await feedbackOf(judged, answer)).toBe("sourced: Names three sources — only one source is named");
	});

	it("is asked only where all checks hold", async () => {
		const { run, calls } = flat(machine(`- { name: a, check: output.content == 'good' }\n${judged}`), {
			use: ["writer", "judge"],
			script: { writer: ["bad", "good"], judge: { sourced: true, kind: true } },
		});
		expect(await run()).toMatchObject({ status: "done" });
		expect(calls.map(({ agentName }) => agentName)).toEqual(["writer", "writer", "judge"]);
	});

	it("that fails is the state's error, with its provider's name, and no verdict", async () => {
		const data = machine(judged, "    on_error: { rate_limit: done }");
		const { run, calls } = flat(data, {
			use: ["writer", "judge"],
			script: { writer: "text", judge: { error: { code: "rate_limit", message: "slow" } } },
		});
		expect(await run()).toMatchObject({ status: "done", output: { results: [] } });
		expect(calls).toHaveLength(2);
	});

	it("is retried where the state retries its agent", async () => {
		const failing = { error: { code: "rate_limit", message: "slow", retryable: true } };
		const data = machine(judged, "    execution: { type: retry, backoffs: [0] }");
		const { run, calls } = flat(data, {
			use: ["writer", "judge"],
			script: { writer: "text", judge: [failing, { sourced: true, kind: true }] },
		});
		expect(await run()).toMatchObject({ status: "done" });
		expect(calls.map(({ agentName }) => agentName)).toEqual(["writer", "judge", "judge"]);
	});

	it("may be the agent of the state itself, outside of its session", async () => {
		const data = machine(judged, "    session_id: conversation").replace("validator: judge", "validator: writer");
		const { run, calls } = flat(data, {
			use: ["writer"],
			script: { writer: ["text", { sourced: true, kind: true }] },
		});
		expect(await run()).toMatchObject({ status: "done", output: { text: "text" } });
		expect(calls.map(({ call }) => call.sessionId)).toEqual(["conversation", undefined]);
	});

	it("counts in calls, cost and budgets", async () => {
		const priced = { output: { sourced: true, kind: true }, cost: 0.5, usage: { api_calls: 1 } };
		const { run } = flat(machine(judged), { use: ["writer", "judge"], script: { writer: "text", judge: priced } });
		expect(await run()).toMatchObject({
			agentCalls: 2,
			cost: 0.5,
			agents: [
				{ agent: "writer", calls: 1 },
				{ agent: "judge", calls: 1, cost: 0.5 },
			],
		});
	});
});
