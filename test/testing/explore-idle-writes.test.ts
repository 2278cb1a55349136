/** `output_to_context` of a state that does no work stores nothing: what it names is read as it was. */
import { expect, it } from "vitest";
import { exploreMachine } from "../../src/testing/explore/index.ts";
import { agents, machine } from "./property-machines.ts";

it("tells situations apart by keys that only idle templates would overwrite", () => {
	const { plan } = machine(`${agents({ judge: "n: { type: int, enum: [0, 1] }" })}
context: { a: ready, b: true }
states:
  look: { type: initial, output_to_context: { b: context.a }, transitions: [{ condition: context.b, to: ask }, { to: end }] }
  ask: { agent: judge, output_to_context: { b: output.n }, transitions: [{ to: look }] }
  end: { type: final }`);
	const { transitions } = exploreMachine(plan);
	expect(transitions.map(({ id, reach }) => `${id.state} → ${id.to}: ${reach.status}`)).toEqual([
		"look → ask: covered",
		"look → end: covered",
		"ask → look: covered",
	]);
});
