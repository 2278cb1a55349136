/** Broken documents: the shape of the state graph, names of states, keys without effect. */
import type { Broken } from "./broken-document.ts";

export const FLOW: readonly Broken[] = [
	{
		name: "two initial states",
		yaml: `states:
  one: { type: initial, transitions: [{ to: two }] }
  two: { type: initial, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4001 3:16",
		says: ["`two` and `one` are both"],
	},
	{
		name: "no initial state, and which one is used",
		yaml: `states:
  other: { transitions: [{ to: start }] }
  start: { transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4103 3:3",
		says: ["the run starts with `start`"],
		also: ["FS4104"],
	},
	{
		name: "no states",
		yaml: "states: {}",
		gives: "FS4002 1:1",
		also: [],
	},
	{
		name: "a state that nothing leads to",
		yaml: `states:
  start: { type: initial, transitions: [{ to: done }] }
  lost: { transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4104 3:3",
	},
	{
		name: "states that lead to no end",
		yaml: `context: { a: 1 }
states:
  start: { type: initial, transitions: [{ to: loop, condition: context.a == 1 }, { to: done }] }
  loop: { transitions: [{ to: again }] }
  again: { transitions: [{ to: loop }] }
  done: { type: final }`,
		gives: "FS4105 4:3",
		also: ["FS4105"],
	},
	{
		name: "a transition behind one that is always taken",
		yaml: `context: { a: 1 }
states:
  start:
    type: initial
    transitions:
      - to: done
      - { condition: context.a == 1, to: start }
  done: { type: final }`,
		gives: "FS4106 7:9",
		says: ["this one is always taken"],
	},
	{
		name: "a state without transitions that is not final",
		yaml: `states:
  start: { type: initial, transitions: [{ to: work }] }
  work: {}`,
		gives: "FS4107 3:3",
		says: ["the run ends there", "`type: final`"],
	},
	...["a.b", "#a", " ", "work:route", "work:error", "work:leave", "work:enter", "flatstate:done"].map((name) => ({
		name: `the name ${JSON.stringify(name)} of a state`,
		yaml: `states:
  start: { type: initial, transitions: [{ to: "${name}" }] }
  "${name}": { type: final }`,
		gives: "FS4108 3:3",
	})),
	{
		name: "a context key that belongs to the runtime",
		yaml: `context: { machine: 1 }
states:
  done: { type: initial, transitions: [{ to: end }] }
  end: { type: final }`,
		gives: "FS4109 1:12",
	},
	...[
		["execution: { type: retry }", "`agent`", 31],
		["as: row", "`foreach`", 31],
		["key: x", "`foreach`", 31],
		["max_concurrency: 2", "`foreach`", 31],
		["mode: any", "a list of machines", 31],
		["launch_input: {}", "`launch`", 31],
		["output_to_context: { a: 1 }", "does no work", 31],
		["output: { a: 1 }", "only a final state", 31],
		["timeout: 5", "calls no agent and no machine", 31],
	].map(([key, says]) => ({
		name: `\`${key}\` where it does nothing`,
		yaml: `states:
  start: { type: initial, ${key}, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4110 2:27",
		says: [String(says)],
	})),
	{
		name: "an agent beside wait_for",
		yaml: `agents: { writer: ./writer.yml }
states:
  start:
    type: initial
    wait_for: approval
    agent: writer
    transitions: [{ to: done }]
  done: { type: final }`,
		gives: "FS4110 6:5",
		says: ["only waits"],
	},
	{
		name: "a key of a prompt beside the prompt of an agent",
		yaml: `agents:
  writer:
    spec: flatagent
    data:
      profile: { spec: flatprofile, spec_version: "4.2.1", data: { model_profiles: { m: { provider: openai, name: m } }, default: m } }
      prompt: { user: hi }
      output: { title: { type: str } }
states:
  start: { type: initial, agent: writer, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4110 7:7",
		says: ["move it into `prompt`"],
	},
	{
		name: "an empty tool loop",
		yaml: `agents: { writer: ./writer.yml }
states:
  start: { type: initial, agent: writer, tool_loop: {}, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4110 3:42",
		says: ["`tool_loop: true`"],
	},
	{
		name: "output of an action",
		yaml: `states:
  start:
    type: initial
    action: count
    output_to_context: { a: output.b }
    transitions: [{ to: done }]
  done: { type: final }`,
		gives: "FS4110 5:5",
		says: ["an action has no output"],
	},
	{
		name: "transitions of a final state",
		yaml: `states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final, transitions: [{ to: start }] }`,
		gives: "FS4110 3:24",
	},
	{
		name: "foreach without a machine",
		yaml: `agents: { writer: ./writer.yml }
context: { rows: [1] }
states:
  start: { type: initial, foreach: context.rows, agent: writer, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4112 4:27",
		says: ["put the agent into a machine of its own"],
	},
	{
		name: "an unknown place for work",
		yaml: `settings: { backends: { work: rediss } }
states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4113 1:31",
		says: ["did you mean `redis`?"],
		mended: `settings: { backends: { work: redis } }
states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final }`,
	},
	{
		name: "an unknown backend",
		yaml: `persistence: { enabled: true, backend: sqlite3 }
states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4113 1:40",
		says: ["did you mean `sqlite`?"],
		mended: `persistence: { enabled: true, backend: sqlite }
states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final }`,
	},
	{
		name: "an unknown backend among the settings",
		yaml: `settings: { backends: { persistence: postgress } }
states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4113 1:38",
		says: ["the run cannot begin", "did you mean `postgres`?"],
		mended: `settings: { backends: { persistence: postgres } }
states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final }`,
	},
	{
		name: "a place for results alone",
		yaml: `settings: { backends: { persistence: sqlite, locking: none, sqlite_path: a.db, results: redis } }
states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4114 1:80",
		says: ["keeps `results`", "everything is kept in one place, `sqlite`"],
	},
	{
		name: "a key result that nothing judges",
		yaml: `agents: { judge: ./judge.yml }
states:
  start: { type: initial, agent: judge, key_results: [{ name: long }], transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4117 3:55",
		says: ["nobody tells whether `long` holds", "settings.validator"],
	},
	{
		name: "two key results of one name",
		yaml: `agents: { writer: ./writer.yml }
states:
  start:
    type: initial
    agent: writer
    key_results: [{ name: long, check: size(text(output)) > 2 }, { name: long, check: size(text(output)) > 3 }]
    transitions: [{ to: done }]
  done: { type: final }`,
		gives: "FS4118 6:74",
		says: ["two key results are called `long`"],
	},
	{
		name: "key results of a state that waits",
		yaml: `states:
  start: { type: initial, wait_for: approval, key_results: [{ name: ok, check: output.ok == true }], transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4119 2:47",
		says: ["`start` waits for a signal", "check the data in the next state"],
	},
	{
		name: "key results of a state without work",
		yaml: `context: { a: input.a }
states:
  start: { type: initial, key_results: [{ name: ok, check: context.a == 1 }], transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4119 3:27",
		says: ["`start` does no work", "conditions of transitions"],
	},
	{
		name: "retries without key results",
		yaml: `agents: { writer: ./writer.yml }
states:
  start: { type: initial, agent: writer, max_retries: 2, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4110 3:42",
		says: ["it belongs to `key_results`"],
	},
	{
		name: "a judge that nobody asks",
		yaml: `agents: { writer: ./writer.yml }
settings: { validator: writer }
states:
  start: { type: initial, agent: writer, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4110 2:13",
		says: ["no state has a key result without a `check`"],
	},
	{
		name: "a context key that key results overwrite",
		yaml: `context: { attempt: 1 }
agents: { writer: ./writer.yml }
states:
  start:
    type: initial
    agent: writer
    key_results: [{ name: long, check: size(text(output)) > 2 }]
    transitions: [{ to: done }]
  done: { type: final }`,
		gives: "FS4109 1:12",
		says: ["`context.attempt` is the runtime's"],
	},
	{
		name: "an output that is one value",
		yaml: `context: { list: [1, 2] }
states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final, output: context.list }`,
		gives: "FS4116 4:32",
	},
	{
		name: "tools of a state without an agent",
		yaml: `states:
  start: { type: initial, tools: [search], transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4121 2:27",
		says: ["no agent that could call them"],
	},
	{
		name: "tools beside a list of those that are allowed",
		yaml: `agents: { judge: ./judge.yml }
states:
  start: { type: initial, agent: judge, tools: [a], tool_loop: { allowed_tools: [b] }, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4122 3:66",
	},
	{
		name: "a tool loop of a program that runs its own tools",
		yaml: `agents: { coder: { type: codex-cli } }
states:
  start: { type: initial, agent: coder, input: { task: t }, tool_loop: true, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4124 3:61",
		says: ["`codex-cli`", "remove `tool_loop`"],
	},
	{
		name: "tools for such a program, which a profile names",
		yaml: `agents: { coder: { spec: flatagent, data: { profile: cc, prompt: { user: Mend it. } } } }
profiles: { spec: flatprofile, data: { model_profiles: { cc: { type: claude-code, model: opus } } } }
states:
  start: { type: initial, agent: coder, tools: [a], transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4124 4:41",
		says: ["`claude-code`", "remove `tools`"],
	},
	{
		name: "a tool loop of an agent of the Agents SDK",
		yaml: `agents: { triage: { type: openai-agents, config: { model: { provider: openai, name: m }, user: hi } } }
states:
  start: { type: initial, agent: triage, tool_loop: true, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4124 3:42",
	},
	{
		name: "a tool loop that fails for `on_error`",
		yaml: `agents: { coder: { type: pi-agent, config: { agent_config: { model: m } } } }
states:
  start: { type: initial, agent: coder, input: { task: t }, tool_loop: true, on_error: done, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4125 3:61",
	},
	{
		name: "a tool whose name providers refuse",
		yaml: `agents: { judge: ./judge.yml }
states:
  start: { type: initial, agent: judge, tools: ["ask human"], transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4123 3:49",
	},
	{
		name: "a tool that is listed twice",
		yaml: `agents: { judge: ./judge.yml }
states:
  start: { type: initial, agent: judge, tools: [a, { name: a, pause: wait }], transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4123 3:60",
		says: ["twice"],
	},
	{
		name: "a tool whose arguments are no object",
		yaml: `agents: { judge: ./judge.yml }
states:
  start: { type: initial, agent: judge, tools: [{ name: a, pause: wait, parameters: { type: string } }], transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4123 3:93",
	},
	{
		name: "a time to wait for a tool that does not pause",
		yaml: `agents: { judge: ./judge.yml }
states:
  start: { type: initial, agent: judge, tools: [{ name: a, timeout: 5 }], transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4110 3:60",
		says: ["`a` does not pause"],
	},
	{
		name: "tools that tool_loop switches off",
		yaml: `agents: { judge: ./judge.yml }
states:
  start: { type: initial, agent: judge, tools: [a], tool_loop: false, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4110 3:41",
	},
];
