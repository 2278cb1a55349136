import { describe, expect, it } from "vitest";
import { flat } from "./flat.ts";

/** A loop of states without effects that never ends by itself. */
const endless = (settings = "") => `${settings}
states:
  start: { type: initial, transitions: [{ to: other }] }
  other: { transitions: [{ to: start }] }
  done: { type: final }
`;

/** A loop over an agent that never ends by itself. */
const calling = (settings = "") => `${settings}
states:
  start: { type: initial, agent: a, transitions: [{ condition: context.machine.step < 0, to: done }, { to: start }] }
  done: { type: final }
`;

const costly = { a: { output: { x: 1 }, usage: { api_calls: 2, input_tokens: 30, output_tokens: 20 }, cost: 0.25 } };

describe("max_steps", () => {
	it("is 1000 by default, and stops a loop of states without effects", async () => {
		expect(await flat(endless()).run()).toMatchObject({
			status: "stopped",
			reason: "max_steps",
			steps: 1000,
			output: {},
		});
	});

	it("is taken from the settings, and the caller's wins, higher or lower", async () => {
		const { run } = flat(endless("settings: { max_steps: 10 }"));
		expect(await run()).toMatchObject({ status: "stopped", reason: "max_steps", steps: 10 });
		expect(await run({}, { maxSteps: 5 })).toMatchObject({ steps: 5 });
		expect(await run({}, { maxSteps: 3000 })).toMatchObject({ steps: 3000 });
	});

	it("lets execute() resolve to {}", async () => {
		expect(await flat(endless("settings: { max_steps: 3 }")).machine.execute()).toEqual({});
	});

	it("stops a loop over an agent after that many calls", async () => {
		const { run, calls } = flat(calling("settings: { max_steps: 4 }"), { use: ["a"], script: { a: "x" } });
		expect(await run()).toMatchObject({ status: "stopped", reason: "max_steps", steps: 4, agentCalls: 4 });
		expect(calls).toHaveLength(4);
	});

	it("does not stop a run whose last allowed step is its final state", async () => {
		const data =
			"states: { start: { type: initial, transitions: [{ to: done }] }, done: { type: final, output: { x: 1 } } }";
		expect(await flat(data).run({}, { maxSteps: 2 })).toMatchObject({ status: "done", output: { x: 1 } });
		expect(await flat(data).run({}, { maxSteps: 1 })).toMatchObject({ status: "stopped", steps: 1 });
	});

	it("counts the steps that on_error leads to", async () => {
		const { run } = flat(
			"states: { start: { type: initial, agent: a, transitions: [{ to: done }], on_error: start }, done: { type: final } }",
			{ use: ["a"], script: { a: { throw: "E: x" } } },
		);
		expect(await run({}, { maxSteps: 7 })).toMatchObject({ status: "stopped", reason: "max_steps", steps: 7 });
	});

	it("does not hide an error that nothing routes, on the very last step", async () => {
		const { run } = flat(
			"states: { start: { type: initial, agent: a, transitions: [{ to: done }], on_error: { ValueError: done } }, done: { type: final } }",
			{ use: ["a"], script: { a: { throw: "KeyError: gone" } } },
		);
		expect(await run({}, { maxSteps: 1 })).toMatchObject({ status: "failed", error: { name: "KeyError" } });
	});

	it("stops before the state that an onError hook names", async () => {
		const { run } = flat(
			"states: { start: { type: initial, agent: a, transitions: [{ to: done }] }, done: { type: final } }",
			{ use: ["a"], script: { a: { throw: "E: x" } }, hooks: { onError: () => "done" } },
		);
		expect(await run({}, { maxSteps: 1 })).toMatchObject({ status: "stopped", reason: "max_steps", steps: 1 });
		expect(await run({}, { maxSteps: 2 })).toMatchObject({ status: "done", steps: 2 });
	});

	it("of a child is its own", async () => {
		const { run } = flat(`
machines:
  child:
    spec: flatmachine
    data:
      name: child
      settings: { max_steps: 5 }
      states:
        start: { type: initial, transitions: [{ condition: context.machine.step > 3, to: done }, { to: start }] }
        done: { type: final, output: { steps: context.machine.step } }
states:
  start: { type: initial, machine: child, output_to_context: { got: output }, transitions: [{ to: done }] }
  done: { type: final, output: { got: context.got } }
`);
		expect(await run({}, { maxSteps: 2 })).toMatchObject({ status: "done", output: { got: { steps: 5 } } });
	});
});

describe("budgets", () => {
	it("stop before the next call once max_agent_calls is reached", async () => {
		const { run, calls } = flat(calling(), { use: ["a"], script: costly });
		expect(await run({}, { maxAgentCalls: 3 })).toMatchObject({
			status: "stopped",
			reason: "max_agent_calls",
			agentCalls: 4,
		});
		expect(calls).toHaveLength(2);
	});

	it("stop at max_cost and max_tokens", async () => {
		const { run } = flat(calling(), { use: ["a"], script: costly });
		expect(await run({}, { maxCost: 0.5 })).toMatchObject({ status: "stopped", reason: "max_cost", cost: 0.5 });
		expect(await run({}, { maxTokens: 120 })).toMatchObject({
			status: "stopped",
			reason: "max_tokens",
			usage: { input_tokens: 90, output_tokens: 60, total_tokens: 150 },
		});
	});

	it.each([
		["max_cost: 0.5", "max_cost"],
		["max_tokens: 60", "max_tokens"],
		["max_agent_calls: 4", "max_agent_calls"],
	])("are taken from the settings (%s), and the caller's win", async (setting, reason) => {
		const { run } = flat(calling(`settings: { ${setting} }`), { use: ["a"], script: costly });
		expect(await run()).toMatchObject({ status: "stopped", reason, steps: 2 });
		expect(await run({}, { maxAgentCalls: 2 })).toMatchObject({ status: "stopped", steps: 1 });
	});

	it("stop retries and votes in the middle of a state", async () => {
		const inState = (execution: string) =>
			flat(
				`states: { start: { type: initial, agent: a, execution: ${execution}, transitions: [{ to: done }], on_error: done }, done: { type: final } }`,
				{ use: ["a"], script: { a: (_call, { n }) => ({ output: { n }, usage: { api_calls: 1 } }) } },
			);
		const votes = inState("{ type: mdap_voting, k_margin: 5 }");
		expect(await votes.run({}, { maxAgentCalls: 3 })).toMatchObject({ status: "stopped", reason: "max_agent_calls" });
		expect(votes.calls).toHaveLength(3);
	});

	it("hold for children, too, whose calls count with the parent's", async () => {
		const machine = flat(
			`
machines:
  child:
    spec: flatmachine
    data:
      name: child
      agents: { a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } } }
      states:
        start: { type: initial, agent: a, transitions: [{ to: done }] }
        done: { type: final }
states:
  start: { type: initial, machine: child, transitions: [{ to: again }] }
  again: { machine: child, foreach: [1, 2, 3], max_concurrency: 1, transitions: [{ to: done }] }
  done: { type: final }
`,
			{ script: { a: { output: { x: 1 }, usage: { api_calls: 1 } } } },
		);
		expect(await machine.run({}, { maxAgentCalls: 2 })).toMatchObject({
			status: "stopped",
			reason: "max_agent_calls",
			agentCalls: 2,
		});
		expect(machine.calls).toHaveLength(2);
	});

	it("allow no call at all where they are 0", async () => {
		const { run, calls } = flat(calling(), { use: ["a"], script: costly });
		expect(await run({}, { maxAgentCalls: 0 })).toMatchObject({ status: "stopped", reason: "max_agent_calls" });
		expect(await run({}, { maxCost: 0 })).toMatchObject({ status: "stopped", reason: "max_cost" });
		expect(calls).toEqual([]);
	});

	it("do not take the output of a run that reaches one in its final state", async () => {
		const { run } = flat(
			"states: { start: { type: initial, transitions: [{ to: done }] }, done: { type: final, agent: a } }",
			{ use: ["a"], script: costly },
		);
		expect(await run({}, { maxAgentCalls: 1 })).toMatchObject({ status: "done", output: { x: 1 } });
	});
});
