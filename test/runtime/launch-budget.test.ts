/** What launched machines spend counts against the budget of the run that launched them. */
import { expect, it } from "vitest";
import { FlatMachine } from "../../src/flat-machine.ts";

const config = `
spec: flatmachine
data:
  name: parent
  machines:
    child:
      spec: flatmachine
      data:
        name: child
        agents: { a: { spec: flatagent, data: { name: a, model: { provider: openai, name: m }, user: u } } }
        states:
          start: { type: initial, agent: a, transitions: [{ to: again }] }
          again: { agent: a, transitions: [{ to: end }] }
          end: { type: final }
  states:
    start: { type: initial, launch: [child, child, child], transitions: [{ to: done }] }
    done: { type: final }
`;

async function callsOf(maxAgentCalls?: number): Promise<number> {
	let calls = 0;
	const machine = new FlatMachine({ config, script: () => `answer ${++calls}` });
	const result = await machine.run({}, maxAgentCalls === undefined ? {} : { maxAgentCalls });
	expect(result).toMatchObject({ status: "done", agentCalls: 0 });
	return calls;
}

it("stops launched machines once their calls together reach the limit", async () => {
	expect(await callsOf()).toBe(6);
	// The three first calls are under way at once, before any of them has been counted.
	expect(await callsOf(2)).toBe(3);
});
