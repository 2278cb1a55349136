/** What `metadata.effects` declares of an action is all that it does: nothing else is made up for it. */
import { expect, it } from "vitest";
import { exploreMachine } from "../../src/testing/explore/index.ts";
import { agents, machine } from "./property-machines.ts";

const effects = "effects: { mark: { c: [1, 2] } }";

it("covers nothing with values that an action is declared not to set", () => {
	const { plan } = machine(
		`context: { c: x }
states:
  start: { type: initial, action: mark, transitions: [{ condition: context.c == 1, to: one }, { condition: context.c == 'x', to: same }, { to: end }] }
  one: { type: final }
  same: { type: final }
  end: { type: final }`,
		effects,
	);
	const { transitions } = exploreMachine(plan);
	expect(transitions.map(({ id, reach }) => `${id.to} ${reach.status === "covered"}`)).toEqual([
		"one true",
		"same false",
		"end true",
	]);
	expect(transitions[1]?.reach).toEqual({
		status: "unsolved",
		text: "No answers were found with which `start` goes on to `same`: `context.c == 'x'`. The action `mark` sets `context.c` only to what `metadata.effects` declares.",
	});
});

it("supposes of no other action that it sets what is declared of one", () => {
	const { plan } = machine(
		`context: { c: x, d: 0 }
states:
  start: { type: initial, action: mark, transitions: [{ condition: context.c == 1, to: more }, { to: end }] }
  more: { action: draw, transitions: [{ condition: context.d > 3 and context.c == 1, to: end }, { to: end }] }
  end: { type: final }`,
		effects,
	);
	const [assumed] = exploreMachine(plan).assumptions;
	expect(assumed).toContain("The action `draw` of `more` may set `context.d`, which");
});

it("still solves for the agent of a state that has such an action, too", () => {
	const { plan } = machine(
		`${agents({ judge: "a: { type: int }, b: { type: int }" })}
context: { c: 0, a: 0, b: 0 }
states:
  start:
    type: initial
    action: mark
    agent: judge
    output_to_context: { a: output.a, b: output.b }
    transitions: [{ condition: context.a + context.b == 4711 and context.a > 4000 and context.c > 0, to: one }, { to: end }]
  one: { type: final }
  end: { type: final }`,
		effects,
	);
	const { transitions, scenarios } = exploreMachine(plan);
	expect(transitions.map(({ id, reach }) => `${id.to} ${reach.status}`)).toEqual(["one covered", "end covered"]);
	for (const { actions } of scenarios) {
		for (const answer of actions.mark ?? []) {
			if (!("throw" in answer)) expect([1, 2]).toContain(answer.set.c);
		}
	}
});
