/** Answers whose value decides something only after the state has been visited again. */
import { expect, it } from "vitest";
import { exploreMachine } from "../../src/testing/explore/index.ts";
import { agents, machine } from "./property-machines.ts";

const statuses = (data: string) =>
	exploreMachine(machine(data).plan).transitions.map(({ id, reach }) => `${id.state} → ${id.to}: ${reach.status}`);

it("asks for a value that the same state hands on to another key when it comes back", () => {
	expect(
		statuses(`${agents({ judge: "ok: { type: bool }" })}
context: { before: true, now: true }
states:
  ask:
    type: initial
    agent: judge
    output_to_context: { before: context.now, now: output.ok }
    transitions: [{ condition: context.before, to: ask }, { to: end }]
  end: { type: final }`),
	).toEqual(["ask → ask: covered", "ask → end: covered"]);
});
