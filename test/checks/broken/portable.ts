/** Documents that are right here and would not run the same on the reference. */
import type { Broken } from "./broken-document.ts";

const DONE = "\n  done: { type: final }";
const options = { portable: true } as const;

/** A machine with one state between start and end. */
function work(state: string, data = "context: { a: 1, rows: [1] }"): string {
	return `agents: { judge: ./judge.yml }
machines: { child: ./child.yml }
${data}
states:
  start: { type: initial, agent: judge, transitions: [{ to: work }] }
  other: { launch: child, on_error: other, transitions: [{ to: done }] }
  work:
${state}
    transitions: [{ to: other }]${DONE}`;
}

export const PORTABLE: readonly Broken[] = [
	{
		name: "a setting of our own",
		yaml: work("    launch: child", "settings: { max_cost: 1 }"),
		gives: "FS6101 3:13",
		options,
	},
	{
		name: "a state key of our own",
		yaml: work("    objective: think\n    agent: judge"),
		gives: "FS6101 8:5",
		options,
	},
	{
		name: "a key of claude-code agents of our own, allowed_tools",
		yaml: `agents: { coder: { type: claude-code, config: { model: opus, allowed_tools: [Read] } } }
states:
  start: { type: initial, agent: coder, input: { task: t }, transitions: [{ to: done }] }${DONE}`,
		gives: "FS6101 1:62",
		options,
	},
	{
		name: "a key of claude-code agents of our own, disallowed_tools",
		yaml: `agents: { coder: { type: claude-code, config: { model: opus, disallowed_tools: [Bash] } } }
states:
  start: { type: initial, agent: coder, input: { task: t }, transitions: [{ to: done }] }${DONE}`,
		gives: "FS6101 1:62",
		options,
	},
	{
		name: "a key of claude-code agents of our own, max_turns",
		yaml: `agents: { coder: { type: claude-code, config: { model: opus, max_turns: 3 } } }
states:
  start: { type: initial, agent: coder, input: { task: t }, transitions: [{ to: done }] }${DONE}`,
		gives: "FS6101 1:62",
		options,
	},
	{
		name: "an effort that the reference does not have",
		yaml: `agents: { coder: { type: claude-code, config: { model: opus, effort: xhigh } } }
states:
  start: { type: initial, agent: coder, input: { task: t }, transitions: [{ to: done }] }${DONE}`,
		gives: "FS6102 1:70",
		options,
	},
	{
		name: "a key of our own in a profile",
		yaml: `agents: { coder: { spec: flatagent, data: { profile: cc, prompt: { user: u } } } }
profiles: { spec: flatprofile, data: { model_profiles: { cc: { type: claude-code, max_turns: 3 } } } }
states:
  start: { type: initial, agent: coder, input: { task: t }, transitions: [{ to: done }] }${DONE}`,
		gives: "FS6101 1:11",
		options,
		says: ["in the profile of `coder`"],
		also: ["FS6102"],
	},
	{
		name: "an ignored limit",
		yaml: work("    agent: judge", "settings: { max_steps: 5 }"),
		gives: "FS6102 3:13",
		options,
	},
	{
		name: "ignored backends",
		yaml: work("    agent: judge", "settings: { backends: { persistence: sqlite } }"),
		gives: "FS6102 3:13",
		options,
	},
	{
		name: "a backend of our own",
		yaml: work("    agent: judge", "persistence: { enabled: true, backend: redis }"),
		gives: "FS6102 3:40",
		says: ["it knows `memory`, `local` and `sqlite`"],
		options,
	},
	{ name: "a timeout of an agent", yaml: work("    agent: judge\n    timeout: 5"), gives: "FS6102 9:5", options },
	{ name: "an agent that is a file", yaml: work("    agent: judge.yml"), gives: "FS6102 8:12", options },
	{
		name: "foreach over an expression",
		yaml: work('    foreach: "{{ context.rows }}"\n    machine: child\n    input: { x: "{{ item }}" }'),
		gives: "FS6102 8:14",
		options,
	},
	{
		name: "the context in the input of an element",
		yaml: work('    foreach: context.rows\n    machine: child\n    input: { x: "{{ context.a }}" }'),
		gives: "FS6102 10:17",
		options,
	},
	{
		name: "a bare path to an element",
		yaml: work("    foreach: context.rows\n    machine: child\n    input: { x: item.y }"),
		gives: "FS6102 10:17",
		options,
	},
	{
		name: "a map of templates in output_to_context",
		yaml: work('    agent: judge\n    output_to_context: { a: { b: "{{ output.score }}" } }'),
		gives: "FS6102 9:29",
		options,
	},
	{
		name: "a method's name as a key",
		yaml: work('    agent: judge\n    output_to_context: { a: "{{ output.items }}" }'),
		gives: "FS6102 9:33",
		options,
	},
	{
		name: "the word null in a template",
		yaml: work('    agent: judge\n    output_to_context: { a: "{{ output.score == null }}" }'),
		gives: "FS6102 9:49",
		options,
	},
	{
		name: "the run's own input in a state",
		yaml: work('    agent: judge\n    input: { topic: "{{ input.topic }}", a: input.a }'),
		gives: "FS6102 9:25",
		options,
	},
	...[
		["input.x == 1", 0],
		["context.a in context.rows", 0],
		["-1 == context.a", 0],
		["context.a % 2 == 1", 0],
	].map(([condition, at]) => ({
		name: `the condition \`${condition}\``,
		yaml: `context: { a: 1, rows: [1] }
states:
  start: { type: initial, transitions: [{ condition: "${condition}", to: done }, { to: done }] }${DONE}`,
		gives: `FS6102 3:${55 + Number(at)}`,
		options,
	})),
];
