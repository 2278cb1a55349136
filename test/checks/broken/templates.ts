/** Broken documents: names that nothing sets, and texts that were meant as numbers. */
import type { Broken } from "./broken-document.ts";

const JUDGE = "agents: { judge: ./judge.yml }\n";

export const TEMPLATES: readonly Broken[] = [
	{
		name: "a misspelt context key in a condition",
		yaml: `context: { score: 1 }
states:
  start:
    type: initial
    transitions:
      - { condition: "context.scroe > 1", to: done }
      - { to: done }
  done: { type: final }`,
		gives: "FS5101 6:23",
		says: ["did you mean `context.score`?"],
		mended: `context: { score: 1 }
states:
  start:
    type: initial
    transitions:
      - { condition: "context.score > 1", to: done }
      - { to: done }
  done: { type: final }`,
	},
	{
		name: "a context key that nothing sets in a template",
		yaml: `${JUDGE}states:
  start:
    type: initial
    agent: judge
    input:
      text: 'About {{ context.topic | upper }}'
    transitions: [{ to: done }]
  done: { type: final }`,
		gives: "FS5101 7:23",
		says: ["declare it in `data.context`"],
	},
	{
		name: "a near miss of a context key where hooks may set others",
		yaml: `context: { score: 1 }
states:
  start: { type: initial, hooks: mine, transitions: [{ condition: context.scor == context.other, to: done }, { to: done }] }
  done: { type: final }`,
		gives: "FS5101 3:67",
	},
	{
		name: "an output that the agent does not have",
		yaml: `${JUDGE}states:
  start:
    type: initial
    agent: judge
    output_to_context:
      score: output.scroe
    transitions: [{ to: done }]
  done: { type: final, output: { score: context.score } }`,
		gives: "FS5102 7:14",
		says: ["the agent `judge` declares no output `scroe`", "did you mean `output.score`?"],
		mended: `${JUDGE}states:
  start:
    type: initial
    agent: judge
    output_to_context:
      score: output.score
    transitions: [{ to: done }]
  done: { type: final, output: { score: context.score } }`,
	},
	{
		name: "an output that parallel samples do not have",
		yaml: `${JUDGE}states:
  start:
    type: initial
    agent: judge
    execution: { type: parallel }
    output_to_context: { score: output.score }
    transitions: [{ to: done }]
  done: { type: final }`,
		gives: "FS5102 7:33",
		says: ["`results`, `count`"],
	},
	{
		name: "a prompt that asks for what the state does not give",
		yaml: `agents: { poet: ./poet.yml }
states:
  start:
    type: initial
    agent: poet
    input: { topik: rain }
    transitions: [{ to: done }]
  done: { type: final }`,
		gives: "FS5109 6:5",
		files: {
			"poet.yml":
				"spec: flatagent\ndata:\n  model: { name: m, provider: p }\n" +
				'  user: "On {{ input.topic }}{% if input.form %} as {{ input.form }}{% endif %}"\n',
		},
		says: ["asks for `input.topic`, and `start` gives only `topik`"],
	},
	{
		name: "a context key used while the context is made",
		yaml: `context: { topic: "{{ input.topic }}", title: "About {{ context.topic }}" }
states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS5103 1:57",
		says: ["did you mean `input.topic`?"],
	},
	{
		name: "a text compared with a number",
		yaml: `${JUDGE}context:
  score: 0
states:
  judge:
    type: initial
    agent: judge
    output_to_context:
      score: "{{ output.score }}" # from 1 to 10
    transitions:
      - condition: context.score >= 8
        to: done
      - to: judge
  done: { type: final }`,
		gives: "FS5104 11:20",
		says: ["`{{ output.score }}`", "fails when it runs", "write `score: output.score`", "this template makes a text"],
		mended: `${JUDGE}context:
  score: 0
states:
  judge:
    type: initial
    agent: judge
    output_to_context:
      score: "output.score" # from 1 to 10
    transitions:
      - condition: context.score >= 8
        to: done
      - to: judge
  done: { type: final }`,
	},
	{
		name: "a text that is never equal to a boolean",
		yaml: `${JUDGE}states:
  judge:
    type: initial
    agent: judge
    output_to_context:
      ok: '{{ output.ok }}'
    transitions: [{ condition: context.ok == true, to: done }, { to: judge }]
  done: { type: final }`,
		gives: "FS5104 8:32",
		says: ["is always false"],
		mended: `${JUDGE}states:
  judge:
    type: initial
    agent: judge
    output_to_context:
      ok: 'output.ok'
    transitions: [{ condition: context.ok == true, to: done }, { to: judge }]
  done: { type: final }`,
	},
	{
		name: "a counter that is a text, which no bare path mends",
		yaml: `${JUDGE}context: { round: 0 }
states:
  judge:
    type: initial
    agent: judge
    output_to_context: { round: "{{ (context.round | int) + 1 }}" }
    transitions: [{ condition: context.round < 3, to: judge }, { to: done }]
  done: { type: final }`,
		gives: "FS5104 8:32",
		says: ["this template makes a text"],
	},
	{
		name: "a comparison in a template that fails",
		yaml: `${JUDGE}context:
  limit: "{{ input.limit }}"
states:
  judge:
    type: initial
    agent: judge
    input: { hint: "{% if context.limit > 3 %}long{% endif %}" }
    transitions: [{ to: done }]
  done: { type: final }`,
		gives: "FS5104 8:27",
		mended: `${JUDGE}context:
  limit: "input.limit"
states:
  judge:
    type: initial
    agent: judge
    input: { hint: "{% if context.limit > 3 %}long{% endif %}" }
    transitions: [{ to: done }]
  done: { type: final }`,
	},
	{
		name: "a key that is a number at first and a text from the second round on",
		yaml: `${JUDGE}context: { score: 0 }
states:
  look:
    type: initial
    transitions: [{ condition: context.score > 5, to: done }, { to: judge }]
  judge:
    agent: judge
    output_to_context: { score: "{{ output.score }}" }
    transitions: [{ to: look }]
  done: { type: final }`,
		gives: "FS5105 6:32",
		says: ["can be a text"],
		mended: `${JUDGE}context: { score: 0 }
states:
  look:
    type: initial
    transitions: [{ condition: context.score > 5, to: done }, { to: judge }]
  judge:
    agent: judge
    output_to_context: { score: "output.score" }
    transitions: [{ to: look }]
  done: { type: final }`,
	},
	{
		name: "the text `False` tested for truth",
		yaml: `${JUDGE}states:
  judge:
    type: initial
    agent: judge
    output_to_context: { ok: "{{ output.ok }}" }
    transitions: [{ condition: not context.ok, to: judge }, { to: done }]
  done: { type: final }`,
		gives: "FS5106 7:36",
		says: ["`False`"],
		mended: `${JUDGE}states:
  judge:
    type: initial
    agent: judge
    output_to_context: { ok: "output.ok" }
    transitions: [{ condition: not context.ok, to: judge }, { to: done }]
  done: { type: final }`,
	},
	{
		name: "perhaps the text `None` tested for truth",
		yaml: `${JUDGE}states:
  judge:
    type: initial
    agent: judge
    execution: { type: mdap_voting }
    output_to_context: { flag: "{{ input.flag }}" }
    transitions: [{ condition: context.flag and true, to: judge }, { to: done }]
  done: { type: final }`,
		gives: "FS5107 8:32",
		mended: `${JUDGE}states:
  judge:
    type: initial
    agent: judge
    execution: { type: mdap_voting }
    output_to_context: { flag: "input.flag" }
    transitions: [{ condition: context.flag and true, to: judge }, { to: done }]
  done: { type: final }`,
	},
	{
		name: "two numbers compared as texts",
		yaml: `${JUDGE}context: { target: "{{ input.target | default(10) }}" }
states:
  judge:
    type: initial
    agent: judge
    output_to_context: { score: "{{ output.score }}" }
    transitions: [{ condition: context.score >= context.target, to: done }, { to: judge }]
  done: { type: final }`,
		gives: "FS5108 8:32",
		says: ["letter by letter"],
	},
	{
		name: "foreach over a word",
		yaml: `machines: { child: ./child.yml }
context: { rows: [1] }
states:
  start: { type: initial, foreach: rows, machine: child, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4111 4:36",
		says: ["did you mean `context.rows`?"],
		mended: `machines: { child: ./child.yml }
context: { rows: [1] }
states:
  start: { type: initial, foreach: context.rows, machine: child, transitions: [{ to: done }] }
  done: { type: final }`,
	},
	{
		name: "foreach over a list that was made a text",
		yaml: `machines: { child: ./child.yml }
context:
  rows: "{{ input.rows }}"
states:
  start: { type: initial, foreach: "{{ context.rows }}", machine: child, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS4111 5:36",
		mended: `machines: { child: ./child.yml }
context:
  rows: "input.rows"
states:
  start: { type: initial, foreach: "{{ context.rows }}", machine: child, transitions: [{ to: done }] }
  done: { type: final }`,
	},
	...[
		["context.a === 1", "context.a == 1"],
		["context.a == 1 && context.b", "context.a == 1 and context.b"],
		["context.a || !context.b", "context.a or not context.b"],
		["{{ context.a == 1 }}", "context.a == 1"],
		["context.a = 1", "context.a == 1"],
	].map(([wrong = "", right = ""]) => ({
		name: `the condition \`${wrong}\``,
		yaml: `context: { a: 1, b: 2 }
states:
  start:
    type: initial
    transitions: [{ condition: "${wrong}", to: done }, { to: done }]
  done: { type: final }`,
		gives: `FS5002 5:${33 + firstForeign(wrong)}`,
		mended: `context: { a: 1, b: 2 }
states:
  start:
    type: initial
    transitions: [{ condition: "${right}", to: done }, { to: done }]
  done: { type: final }`,
	})),
	{
		name: "a condition that is the boolean true",
		yaml: `states:
  start: { type: initial, transitions: [{ condition: true, to: done }] }
  done: { type: final }`,
		gives: "FS5004 2:54",
		mended: `states:
  start: { type: initial, transitions: [{ condition: null, to: done }] }
  done: { type: final }`,
	},
	{
		name: "a whole float that a template prints",
		yaml: `context: { rate: 1.0 }
states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final, output: { text: "Rate {{ context.rate }}" } }`,
		gives: "FS6004 1:18",
		says: ["`1.0` is kept as `1`", "| float"],
	},
	{
		name: "a whole float that goes into a prompt",
		yaml: `agents: { writer: ./writer.yml }
states:
  start: { type: initial, agent: writer, input: { list: [0.5, 2.0] }, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS6004 3:63",
	},
	{
		name: "a condition that always reads a variable that does not exist",
		yaml: `context: { score: 1 }
states:
  start: { type: initial, transitions: [{ condition: "1 < contxt.score", to: done }, { to: done }] }
  done: { type: final }`,
		gives: "FS5110 3:59",
		says: ["there is no variable `contxt`", "did you mean `context`?"],
		mended: `context: { score: 1 }
states:
  start: { type: initial, transitions: [{ condition: "1 < context.score", to: done }, { to: done }] }
  done: { type: final }`,
	},
	{
		name: "a condition that perhaps reads a variable that does not exist",
		yaml: `context: { score: 1 }
states:
  start: { type: initial, transitions: [{ condition: context.score > 1 and score < 5, to: done }, { to: done }] }
  done: { type: final }`,
		gives: "FS5111 3:76",
		says: ["known here: `context`, `input`, `output`"],
	},
	{
		name: "a misspelt name of a foreach element",
		yaml: `context: { items: [1] }
machines: { child: ./child.yml }
states:
  start:
    type: initial
    foreach: context.items
    as: element
    machine: child
    input: { n: "{{ 'No. ' ~ elemnt }}" }
    transitions: [{ to: done }]
  done: { type: final }`,
		gives: "FS5111 9:30",
		says: ["did you mean `element`?"],
		mended: `context: { items: [1] }
machines: { child: ./child.yml }
states:
  start:
    type: initial
    foreach: context.items
    as: element
    machine: child
    input: { n: "{{ 'No. ' ~ element }}" }
    transitions: [{ to: done }]
  done: { type: final }`,
	},
	{
		name: "output before the work",
		yaml: `${JUDGE}states:
  start: { type: initial, agent: judge, input: { text: output.text }, transitions: [{ to: done }] }
  done: { type: final }`,
		gives: "FS5111 3:56",
		says: ["there is no `output` here yet"],
	},
];

/** Where the first character stands that the condition language does not have. */
function firstForeign(condition: string): number {
	return condition.search(/===|&&|\|\||\{\{|(?<!=)=(?!=)/);
}
