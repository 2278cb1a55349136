/** Without a store an execution that failed, was stopped or waits goes on in the same process, with nothing done again. */
import { describe, expect, it } from "vitest";
import type { AgentScript } from "../../adapters/scripted/index.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf } from "../runtime/flat.ts";

function machineOf(data: string, script: AgentScript = {}): FlatMachine {
	let ids = 0;
	return new FlatMachine({ config: documentOf(data, { use: ["a", "b"] }), script, newId: () => `id-${++ids}` });
}

const two = `
context: { one: 0, two: 0 }
states:
  first: { type: initial, agent: a, output_to_context: { one: "{{ context.one + 1 }}" }, transitions: [{ to: second }] }
  second: { agent: b, EXECUTION output_to_context: { two: output.n }, transitions: [{ to: end }] }
  end: { type: final, output: { one: context.one, two: context.two, error: context.last_error } }`;

const priced = { output: { n: 5 }, usage: { api_calls: 1 }, cost: 1 };

describe("an execution in the memory of the process", () => {
	it("that failed tries again what failed, and only that", async () => {
		const calls: string[] = [];
		const machine = machineOf(two.replace("EXECUTION", ""), (_call, { agentName, n }) => {
			calls.push(agentName);
			return agentName === "b" && n === 0 ? { throw: "E: broken" } : priced;
		});
		expect(await machine.run({}, { executionId: "x" })).toMatchObject({ status: "failed" });
		expect(await machine.resume("x")).toMatchObject({
			status: "done",
			output: { one: "1", two: 5, error: null },
			agentCalls: 2,
			cost: 2,
		});
		expect(calls).toEqual(["a", "b", "b"]);
	});

	it("that a budget stopped in the middle of a state keeps what was paid for", async () => {
		const votes = "execution: { type: mdap_voting, k_margin: 3, max_candidates: 5 },";
		const calls: string[] = [];
		const machine = machineOf(two.replace("EXECUTION", votes), (_call, { agentName }) => {
			calls.push(agentName);
			return priced;
		});
		expect(await machine.run({}, { executionId: "x", maxAgentCalls: 3 })).toMatchObject({ status: "stopped" });
		expect(await machine.resume("x", { maxAgentCalls: 100 })).toMatchObject({ status: "done", agentCalls: 4, cost: 4 });
		expect(calls).toEqual(["a", "b", "b", "b"]);
	});

	it("has nothing of an earlier one of the same id", async () => {
		const machine = machineOf(`
context: {}
states:
  one: { type: initial, wait_for: c, transitions: [{ to: two }] }
  two: { wait_for: d, transitions: [{ to: end }] }
  end: { type: final }`);
		await machine.run({}, { executionId: "x" });
		await (await machine.store())?.signals.send("c", null);
		expect(await machine.resume("x")).toMatchObject({ status: "waiting", channel: "d" });
		expect(await machine.run({}, { executionId: "x" })).toMatchObject({ status: "waiting", channel: "c" });
		expect(await machine.resume("x")).toMatchObject({ status: "waiting", channel: "c" });
	});
});
