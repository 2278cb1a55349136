/** Broken documents: invariants under `metadata`. */
import type { Broken } from "./broken-document.ts";

const machine = (invariants: string): string => `spec: flatmachine
spec_version: "4.2.1"
data:
  name: review
  context: { score: 0, approved: false }
  states:
    judge: { type: initial, transitions: [{ to: done }] }
    done: { type: final }
metadata:
  description: Reviews.
  invariants:
${invariants.replaceAll(/^/gm, "    ")}`;

export const INVARIANTS: readonly Broken[] = [
	{
		name: "an expression that ends too soon",
		yaml: machine("never: context.approved and"),
		gives: "FS5201 12:32",
	},
	{
		name: "a wrong expression in a list, at its characters",
		yaml: machine("always:\n  - context.score >= 0\n  - context.score <=> 1"),
		gives: "FS5201 14:25",
	},
	{
		name: "a wrong expression with a name",
		yaml: machine("always:\n  in range: context.score >"),
		gives: "FS5201 13:32",
	},
	{
		name: "an unknown kind with the right one",
		yaml: machine("nevr: context.approved"),
		gives: "FS5202 12:5",
		says: ["did you mean `never`?"],
	},
	{ name: "a list in place of the kinds", yaml: machine("- context.approved"), gives: "FS5202 12:5" },
	{ name: "an invariant that is no text", yaml: machine("always: [true]"), gives: "FS5202 12:14" },
	{ name: "an empty invariant", yaml: machine("always: ['']"), gives: "FS5202 12:14" },
	{
		name: "an unknown variable with the right one",
		yaml: machine("never: contxt.approved"),
		gives: "FS5203 12:12",
		says: ["there is no variable `contxt`", "did you mean `context`?"],
	},
	{
		name: "an unknown variable that resembles nothing, with the known ones",
		yaml: machine("never: context.score > 1 and score > 10"),
		gives: "FS5203 12:34",
		says: ["`context`, `input`, `output`, `state`, `step`"],
	},
	{
		name: "a misspelt context key",
		yaml: machine("eventually:\n  - approved: context.aproved"),
		gives: "FS5204 13:19",
		says: ["nothing sets `context.aproved`", "did you mean `context.approved`?"],
	},
	{
		name: "a state that does not exist",
		yaml: machine("never: state == 'jugde' and context.approved"),
		gives: "FS5205 12:21",
		says: ["there is no state `jugde`", "did you mean `judge`?"],
	},
	{
		name: "a state that does not exist among others",
		yaml: machine("always: state in ['judge', 'end'] or context.approved"),
		gives: "FS5205 12:22",
	},
];
