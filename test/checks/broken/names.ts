/** Broken documents: names that nothing has, and names that nothing uses. */
import type { Broken } from "./broken-document.ts";

export const NAMES: readonly Broken[] = [
	{
		name: "an unknown target with the right one",
		yaml: `states:
  start:
    type: initial
    transitions:
      - to: finsh # the end
  finish: { type: final }`,
		gives: "FS4101 5:13",
		says: ["there is no state `finsh`", "did you mean `finish`?"],
		mended: `states:
  start:
    type: initial
    transitions:
      - to: finish # the end
  finish: { type: final }`,
	},
	{
		name: "an unknown target that resembles nothing, with the known ones",
		yaml: `states:
  start:
    type: initial
    transitions: [{ to: elsewhere }]`,
		gives: "FS4101 4:25",
		says: ["known: `start`"],
	},
	{
		name: "an unknown state in on_error",
		yaml: `agents: { writer: ./writer.yml }
states:
  start:
    type: initial
    agent: writer
    on_error: recue
    transitions: [{ to: rescue }]
  rescue: { type: final }`,
		gives: "FS4102 6:15",
		says: ["did you mean `rescue`?"],
		mended: `agents: { writer: ./writer.yml }
states:
  start:
    type: initial
    agent: writer
    on_error: rescue
    transitions: [{ to: rescue }]
  rescue: { type: final }`,
	},
	{
		name: "an unknown state for one kind of error",
		yaml: `agents: { writer: ./writer.yml }
states:
  start:
    type: initial
    agent: writer
    on_error:
      TimeoutError: "nowhere at all"
      default: done
    transitions: [{ to: done }]
  done: { type: final }`,
		gives: "FS4102 7:21",
	},
	{
		name: "an unknown agent",
		yaml: `agents: { writer: ./writer.yml }
states:
  start:
    type: initial
    agent: wirter
    transitions: [{ to: done }]
  done: { type: final }`,
		gives: "FS3101 5:12",
		says: ["did you mean `writer`?"],
		mended: `agents: { writer: ./writer.yml }
states:
  start:
    type: initial
    agent: writer
    transitions: [{ to: done }]
  done: { type: final }`,
	},
	{
		name: "an unknown agent as validator",
		yaml: `agents: { writer: ./writer.yml }
settings: { validator: writter }
states:
  start: { type: initial, agent: writer, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS3101 2:24",
		also: ["FS4110"],
	},
	{
		name: "an unknown machine",
		yaml: `machines: { child: ./child.yml }
states:
  start: { type: initial, machine: chlid, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS3102 3:36",
		says: ["did you mean `child`?"],
	},
	{
		name: "an unknown machine in a list",
		yaml: `machines: { child: ./child.yml }
states:
  start:
    type: initial
    machine: [child, { name: other }]
    transitions: [{ to: done }]
  done: { type: final }`,
		gives: "FS3102 5:30",
	},
	{
		name: "an unknown machine to launch",
		yaml: `machines: { child: ./child.yml }
states:
  start: { type: initial, launch: [child, childs], transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS3102 3:43",
	},
	{
		name: "unknown hooks where the registered ones are known",
		yaml: `lifecycle_hooks: [logging, { name: metric }]
states:
  done: { type: initial, hooks: logging }`,
		gives: "FS3103 1:36",
		options: { knownHooks: new Set(["logging", "metrics"]) },
		says: ["did you mean `metrics`?"],
		also: ["FS4107"],
		mended: `lifecycle_hooks: [logging, { name: metrics }]
states:
  done: { type: initial, hooks: logging }`,
	},
	{
		name: "an agent that no state calls",
		yaml: `agents: { writer: ./writer.yml, spare: ./judge.yml }
states:
  start: { type: initial, agent: writer, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS3104 1:33",
	},
	{
		name: "a machine that no state runs",
		yaml: `machines: { child: ./child.yml }
states:
  done: { type: final }`,
		gives: "FS3105 1:13",
		also: ["FS4103"],
	},
	{
		name: "an unknown target in a machine that is written inside another",
		yaml: `machines:
  child:
    spec: flatmachine
    data:
      states:
        start: { type: initial, transitions: [{ to: edn }] }
        end: { type: final }
states:
  start: { type: initial, machine: child, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4101 6:53",
		mended: `machines:
  child:
    spec: flatmachine
    data:
      states:
        start: { type: initial, transitions: [{ to: end }] }
        end: { type: final }
states:
  start: { type: initial, machine: child, transitions: [{ to: done }] }
  done: { type: final }`,
	},
	{
		name: "a machine that always calls itself",
		yaml: `machines: { me: ./machine.yml }
states:
  start: { type: initial, transitions: [{ to: again }] }
  again: { machine: me, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS3106 4:21",
	},
	{
		name: "machines that always call each other",
		yaml: `machines: { other: ./other.yml }
states:
  start: { type: initial, machine: other, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS3106 3:36",
		files: {
			"other.yml":
				"spec: flatmachine\ndata: { machines: { back: ./machine.yml }, states: { a: { type: initial, machine: back } } }",
		},
	},
];
