/** A run that can only wait parks, unless it is told to await the timeouts of what it waits for. */
import { expect, it } from "vitest";
import { FlatMachine } from "../../src/flat-machine.ts";

const machine = new FlatMachine({
	config: `
spec: flatmachine
data:
  name: ask
  states:
    ask: { type: initial, wait_for: approval, timeout: 0.02, on_error: late, transitions: [{ to: done }] }
    late: { type: final, output: { type: context.last_error_type } }
    done: { type: final }
`,
});

it("says waiting at once by default", async () => {
	expect(await machine.run()).toMatchObject({ status: "waiting", channel: "approval", state: "ask" });
});

it("takes on_error once the time is over where it awaits timeouts", async () => {
	expect(await machine.run({}, { awaitTimeouts: true })).toMatchObject({
		status: "done",
		output: { type: "TimeoutError" },
		state: "late",
	});
});
