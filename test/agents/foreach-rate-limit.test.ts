import { expect, test } from "vitest";
import { type RequestLimit, startMockModel } from "../../adapters/mock-model/index.ts";
import { FlatMachine } from "../../src/flat-machine.ts";

/** How long this takes: `npm run bench:limits`, and the laws of rate-gate.test.ts, on a clock of their own. */
const rate = 25;
const calls = 75;

/** Calls an agent for each item, 20 at once. */
const machine = (model: string, execution: string) => `
spec: flatmachine
spec_version: "4.2.1"
data:
  context: { items: input.items, answers: [] }
  machines:
    ask:
      spec: flatmachine
      spec_version: "4.2.1"
      data:
        context: { item: input.item, answer: null }
        agents:
          asked:
            spec: flatagent
            data: { model: { provider: mock, name: small, base_url: "${model}" }, user: "{{ input.item }}" }
        states:
          ask:
            type: initial
            agent: asked
            input: { item: context.item }
            ${execution}
            output_to_context: { answer: output.content }
            transitions: [{ to: done }]
          done: { type: final, output: { answer: context.answer } }
  states:
    all:
      type: initial
      foreach: context.items
      machine: ask
      input: { item: item }
      max_concurrency: 20
      output_to_context: { answers: output }
      transitions: [{ to: done }]
    done: { type: final, output: { answers: context.answers } }
`;

const items = Array.from({ length: calls }, (_, index) => `item ${index}`);
const answers = items.map((item) => ({ answer: `You said: ${item}` }));

async function asked(limit: RequestLimit, execution: string) {
	await using model = await startMockModel({ script: { "*": { content: "You said: {{ last_user }}" } }, limit });
	const result = await new FlatMachine({ config: machine(model.url, execution) }).run({ items });
	const refused = model.requests.length - calls;
	return { result, refused };
}

test("a foreach whose provider tells its window keeps within it: no call is refused", async () => {
	const { result, refused } = await asked({ requests: rate, seconds: 1 }, "");
	expect(result).toMatchObject({ status: "done", output: { answers }, agentCalls: calls });
	expect(refused).toBe(0);
});

test("a foreach whose provider only refuses backs off together, and each call is retried", async () => {
	const retry = "execution: { type: retry, backoffs: [0.01, 0.1, 1, 1, 1, 1], jitter: 0 }";
	const { result, refused } = await asked({ requests: rate, seconds: 1, tells: "retry-after" }, retry);
	expect(result).toMatchObject({ status: "done", output: { answers }, agentCalls: calls });
	expect(refused).toBeGreaterThan(0);
	expect(refused).toBeLessThanOrEqual(100);
});
