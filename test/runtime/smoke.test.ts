import { describe, expect, it } from "vitest";
import { FlatMachine } from "../../src/flat-machine.ts";

describe("a machine under our runtime", () => {
	it("loops through states without effects until a condition holds", async () => {
		const machine = new FlatMachine({
			config: `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: counter
  context: { n: 0, max: input.max }
  states:
    start:
      type: initial
      transitions: [{ condition: context.n == context.max, to: done }, { to: add }]
    add:
      action: add
      hooks: adder
      transitions: [{ to: start }]
    done:
      type: final
      output: { n: context.n, text: "{{ context.n }} of {{ context.max }}" }
`,
			hooks: { adder: { onAction: (_action, context) => ({ ...context, n: Number(context.n) + 1 }) } },
		});
		const result = await machine.run({ max: 3 });
		expect(result).toMatchObject({ status: "done", output: { n: 3, text: "3 of 3" }, steps: 8 });
	});
});
