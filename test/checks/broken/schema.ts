/** Broken documents: keys and values that the schema does not have. */
import type { Broken } from "./broken-document.ts";

export const SCHEMA: readonly Broken[] = [
	{
		name: "a list where a name belongs",
		yaml: `states:
  start: { type: initial, agent: [writer], transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS2002 2:34",
		says: ["`agent` must be a text (the name of an agent), got a list"],
	},
	{
		name: "a list of states, and says nothing of there being none",
		yaml: `states:
  - name: start
  - name: done`,
		gives: "FS2002 2:3",
		says: ["`states` must be a map, got a list"],
	},
	{
		name: "transitions beside their state, and nothing that follows from it",
		yaml: `states:
  start:
    type: initial
  transitions:
    - to: done
  done: { type: final }`,
		gives: "FS2002 4:3",
		says: ["indent it beneath `start`"],
	},
	{
		name: "all keys of a state beside it, and nothing that follows from it",
		yaml: `agents: { writer: ./writer.yml }
states:
  start:
  type: initial
  agent: writer
  done: { type: final }`,
		gives: "FS2002 3:3",
		says: ["its keys stand beside it"],
		also: ["FS2002"],
	},
	{
		name: "the name that another language has for a target",
		yaml: `states:
  start: { type: initial, transitions: [{ target: done }] }
  done: { type: final }`,
		gives: "FS2008 2:43",
		says: ["`target` is called `to` here"],
		mended: `states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final }`,
	},
	{
		name: "a misspelt type, and nothing that follows from it",
		yaml: `states:
  first: { type: inital, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS2004 2:18",
		says: ["did you mean `initial`?"],
		mended: `states:
  first: { type: initial, transitions: [{ to: done }] }
  done: { type: final }`,
	},
	{
		name: "one transition in place of a list, and nothing that follows from it",
		yaml: `states:
  start:
    type: initial
    transitions:
      to: done
  done: { type: final }`,
		gives: "FS2002 5:7",
	},
	{
		name: "a version without quotes",
		yaml: `spec: flatmachine
spec_version: 1.10
data:
  states:
    start: { type: initial, transitions: [{ to: done }] }
    done: { type: final }
`,
		gives: "FS2002 2:15",
		mended: `spec: flatmachine
spec_version: "1.10"
data:
  states:
    start: { type: initial, transitions: [{ to: done }] }
    done: { type: final }
`,
	},
	{
		name: "a transition without a target",
		yaml: `context: { a: 1 }
states:
  start: { type: initial, transitions: [{ condition: context.a == 1 }, { to: done }] }
  done: { type: final }`,
		gives: "FS2003 3:41",
		says: ["needs the key `to`"],
	},
	{
		name: "a misspelt type of a state",
		yaml: `states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: finall }`,
		gives: "FS2004 3:17",
		says: ["did you mean `final`?"],
		mended: `states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final }`,
	},
	{
		name: "a negative timeout",
		yaml: `agents: { writer: ./writer.yml }
states:
  start: { type: initial, agent: writer, timeout: -1, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS2005 3:51",
		says: ["0 or more"],
	},
	{
		name: "a limit that is neither number nor template",
		yaml: `agents: { writer: ./writer.yml }
states:
  start: { type: initial, agent: writer, tool_loop: { max_turns: many }, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS2006 3:66",
		says: ["a bare path"],
	},
	{
		name: "an empty list of choices",
		yaml: `agents: { a: { spec: flatagent, data: { model: { name: m }, user: u, output: { x: { type: str, enum: [] } } } } }
states:
  start: { type: initial, agent: a, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS2007 1:102",
	},
	{
		name: "a misspelt key of a state",
		yaml: `agents: { writer: ./writer.yml }
states:
  start:
    type: initial
    agnet: writer   # who writes
    transitions: [{ to: done }]
  done: { type: final }`,
		gives: "FS2008 5:5",
		says: ["did you mean `agent`?"],
		mended: `agents: { writer: ./writer.yml }
states:
  start:
    type: initial
    agent: writer   # who writes
    transitions: [{ to: done }]
  done: { type: final }`,
	},
	{
		name: "a misspelt key of a transition in JSON",
		yaml: `{ "spec": "flatmachine", "spec_version": "4.2.1", "data": { "context": { "a": 1 }, "states": {
  "start": { "type": "initial", "transitions": [{ "conditoin": "context.a == 1", "to": "done" }] },
  "done": { "type": "final" } } } }`,
		gives: "FS2008 2:51",
		mended: `{ "spec": "flatmachine", "spec_version": "4.2.1", "data": { "context": { "a": 1 }, "states": {
  "start": { "type": "initial", "transitions": [{ "condition": "context.a == 1", "to": "done" }] },
  "done": { "type": "final" } } } }`,
	},
	{
		name: "a key that resembles none",
		yaml: `states:
  start: { type: initial, colour: red, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS2009 2:27",
		says: ["`x-`"],
	},
	{
		name: "a key without a value",
		yaml: `states:
  start: { type: initial, agent: , transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS2010 2:27",
		says: ["taken as not given"],
	},
];
