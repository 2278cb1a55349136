/** What is right must not be complained of: patterns that look like mistakes and are none. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diagnosticCodes } from "../../compiler/diagnostics/codes.ts";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import { analyze } from "../../compiler/plan/analyze.ts";
import { analyzeText, documentOf } from "./broken/broken-document.ts";
import { FLOW } from "./broken/flow.ts";
import { NAMES } from "./broken/names.ts";
import { TEMPLATES } from "./broken/templates.ts";

function codesOf(yaml: string): readonly string[] {
	const { diagnostics } = analyzeText(documentOf(yaml), {});
	return diagnostics.filter(({ file }) => file === "machine.yml").map(({ code, message }) => `${code} ${message}`);
}

const JUDGE = "agents: { judge: ./judge.yml }\n";

describe("nothing is said of", () => {
	it.each<readonly [string, string]>([
		[
			"bare paths that keep their types",
			`${JUDGE}context: { score: 0 }
states:
  judge:
    type: initial
    agent: judge
    output_to_context: { score: output.score, ok: output.ok }
    transitions: [{ condition: context.score >= 8 and context.ok, to: done }, { to: judge }]
  done: { type: final }`,
		],
		[
			"tools of agents that can have them, of agents of types of one's own, and of the Agents SDK's own loop",
			`agents:
  mine: { type: mine, config: { any: thing } }
  triage: { type: openai-agents, config: { model: { provider: openai, name: m }, user: hi } }
  judge: ./judge.yml
states:
  start: { type: initial, agent: mine, input: { task: t }, tool_loop: true, transitions: [{ to: next }] }
  next: { agent: triage, tools: [search], transitions: [{ to: last }] }
  last: { agent: judge, tool_loop: true, tools: [search], transitions: [{ to: done }] }
  done: { type: final }`,
		],
		[
			"a store, and how it is used",
			`persistence: { enabled: true, backend: sqlite, db_path: runs.db, checkpoint_on: [execute] }
settings: { backends: { locking: none } }
states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final }`,
		],
		[
			"variables that a template makes or provides for",
			`${JUDGE}context: { items: [1, 2] }
states:
  judge:
    type: initial
    agent: judge
    input:
      text: "{% set a, b = 1, 2 %}{% for i in range(3) if i %}{{ loop.index }}{{ a + b + i }}{% endfor %}"
      more: "{% with n = namespace(x=1) %}{% set n.x = 2 %}{{ n.x }}{% endwith %}{{ joiner(', ')() }}"
      less: "{{ nothing | default('x') }}{% if other is defined %}{{ other.x }}{% endif %}"
      rest: "{% set t | upper %}{{ context.items }}{% endset %}{{ t }}{{ True }}{{ none }}"
    output_to_context: { all: "{% for key, value in output.items() %}{{ key }}{{ value }}{% endfor %}" }
    transitions: [{ condition: output.ok == True and null == None, to: done }, { to: done }]
  done: { type: final, output: { all: context.all } }`,
		],
		[
			"texts that are compared with texts and asked for being empty",
			`${JUDGE}states:
  judge:
    type: initial
    agent: judge
    output_to_context: { text: "{{ output.text }}", raw: "{{ output.content }}" }
    transitions:
      - condition: context.text == 'fine' and context.text != null and context.text[0] != ''
        to: done
      - { condition: context.raw and context.text, to: done }
      - { to: judge }
  done: { type: final }`,
		],
		[
			"keys that hooks set",
			`${JUDGE}context: { draft: null, approved: false }
states:
  write:
    type: initial
    agent: judge
    hooks: review
    output_to_context: { draft: "{{ output.text }}" }
    transitions: [{ to: review }]
  review:
    action: ask
    hooks: review
    transitions:
      - { condition: context.approved == true, to: done }
      - { condition: context.rounds >= 3, to: done }
      - { to: write }
  done: { type: final, output: { text: "{{ context.draft }}", by: context.reviewer } }`,
		],
		[
			"a text that an action turns into a number",
			`${JUDGE}states:
  judge:
    type: initial
    agent: judge
    output_to_context: { score: "{{ output.score }}" }
    transitions: [{ to: parse }]
  parse:
    action: parse_score
    transitions: [{ condition: context.score >= 8, to: done }, { to: judge }]
  done: { type: final }`,
		],
		[
			"names that the runtime sets",
			`${JUDGE}states:
  judge:
    type: initial
    agent: judge
    tool_loop: { max_turns: 3 }
    on_error: failed
    output_to_context: { stop: output._tool_loop_stop }
    transitions: [{ condition: context.machine.step > 5, to: failed }, { to: done }]
  failed: { type: final, output: { error: "{{ context.last_error }}", type: context.last_error_type } }
  done: { type: final, output: { stop: context.stop } }`,
		],
		[
			"missing keys that are provided for",
			`${JUDGE}states:
  judge:
    type: initial
    agent: judge
    input: { a: "{{ context.x | default('none') }}", b: "{% if context.y %}{{ context.y }}{% endif %}" }
    transitions: [{ to: done }]
  done: { type: final }`,
		],
		[
			"a state that errors lead to, and a loop that ends",
			`${JUDGE}context: { tries: 0 }
states:
  judge:
    type: initial
    agent: judge
    on_error: { TimeoutError: judge, default: rescue }
    transitions: [{ condition: context.tries == 2, to: judge }, { to: done }]
  rescue: { type: final }
  done: { type: final }`,
		],
		[
			"a recursion that depends on a condition",
			`machines: { me: ./machine.yml }
context: { depth: input.depth }
states:
  start: { type: initial, transitions: [{ condition: context.depth == 0, to: done }, { to: deeper }] }
  deeper: { machine: me, transitions: [{ to: done }] }
  done: { type: final }`,
		],
		[
			"an element of foreach that is named like nothing else",
			`machines: { child: ./child.yml }
context: { rows: input.rows }
states:
  each:
    type: initial
    foreach: context.rows
    as: row
    key: "{{ row.id }}"
    machine: child
    input: { id: row.id, all: "{{ context.rows }}" }
    output_to_context: { results: "{{ output }}" }
    transitions: [{ to: done }]
  done: { type: final, output: { results: "{{ context.results }}" } }`,
		],
		[
			"whole floats that are compared, made floats, given back, or never printed",
			`context: { least: 1.0, rate: 2.0, spare: 3.0, count: 4, whole: "5.0" }
states:
  start:
    type: initial
    transitions: [{ condition: context.count > context.least, to: done }, { to: done }]
  done:
    type: final
    output:
      least: context.least
      text: "{{ context.rate | float }} {{ context.least > 1 }} {% if context.least %}{{ context.count }}{% endif %}"
      whole: "{{ context.whole }}"`,
		],
	])("%s", (_name, yaml) => {
		expect(codesOf(yaml)).toEqual([]);
	});

	it("a text compared with a number where rendered texts are still parsed as JSON", () => {
		const text = `spec: flatmachine
spec_version: "1.0.0"
data:
  agents: { judge: ./judge.yml }
  states:
    judge:
      type: initial
      agent: judge
      output_to_context: { score: "{{ output.score }}" }
      transitions: [{ condition: context.score >= 8, to: done }, { to: judge }]
    done: { type: final }`;
		expect(codesOf(text)).toEqual([]);
	});

	it("a loop of writer and critic that compares texts, but for their order", () => {
		const codes = codesOf(`${JUDGE}context:
  score: 0
  round: 0
  target: "{{ input.target | default(10) }}"
  most: "{{ input.most | default(4) }}"
states:
  judge:
    type: initial
    agent: judge
    output_to_context: { score: "{{ output.score }}", round: "{{ (context.round | int) + 1 }}" }
    transitions:
      - { condition: context.score >= context.target, to: done }
      - { condition: context.round >= context.most, to: done }
      - { to: judge }
  done: { type: final }`);
		expect(codes.map((one) => one.slice(0, 6))).toEqual(["FS5108", "FS5108"]);
	});
});

it("gives all problems of all files in one go, by file and place", () => {
	const files = {
		"machine.yml": documentOf(`agents: { a: ./a.yml }
machines: { b: ./b.yml }
states:
  start: { type: initial, agent: a, machine: b, transitions: [{ to: nowhere }, { to: start }] }`),
		"a.yml": "spec: flatagent\ndata: { model: { name: m }, user: 5 }\n",
		"b.yml": "spec: flatmachine\ndata:\n  states:\n    go: { agnet: x, transitions: [{ to: gone }] }\n",
	};
	const { diagnostics } = analyze({ file: "machine.yml" }, { loader: memoryLoader(files) });
	expect(diagnostics.map(({ code, file, range }) => `${file}:${range?.line} ${code}`)).toEqual([
		"machine.yml:7 FS4101",
		"machine.yml:7 FS4106",
		"a.yml:2 FS2002",
		"b.yml:4 FS4103",
		"b.yml:4 FS2008",
		"b.yml:4 FS4101",
	]);
});

describe("bounds work on very large machines", () => {
	const chain = (count: number, state: (index: number) => string): string =>
		Array.from({ length: count }, (_, index) => `  s${index}: ${state(index)}`).join("\n");

	it("by looking for the right spelling of so many names only", () => {
		const text = `states:\n${chain(800, (index) => `{ transitions: [{ to: z${index} }] }`)}`;
		const suggestions = analyzeText(documentOf(text), {}).diagnostics.flatMap(({ code, suggestion = "" }) =>
			code === "FS4101" ? [suggestion] : [],
		);
		expect(suggestions).toHaveLength(800);
		expect(suggestions[100]).toBe("did you mean `s100`?");
		expect(suggestions[799]).toMatch(/^known: /);
	});

	it("by following the types of so many context keys only", () => {
		const machine = (keys: number): string => `context:
  age: "{{ input.age }}"
${Array.from({ length: keys }, (_, index) => `  k${index}: 1`).join("\n")}
states:
${chain(1_000, (index) => `{ transitions: [{ to: s${index + 1} }] }`)}
  s1000: { transitions: [{ condition: context.age > 17, to: done }, { to: done }] }
  done: { type: final }`;
		const clashes = (keys: number): number =>
			codesOf(machine(keys)).filter((message) => message.startsWith("FS5104")).length;
		expect([clashes(10), clashes(2_000)]).toEqual([1, 0]);
	});
});

it("never throws and gives only known codes, whatever a document has in it", () => {
	const seeds = [...NAMES, ...FLOW, ...TEMPLATES].map(({ yaml }) => documentOf(yaml));
	const odd = fc.constantFrom<unknown>(
		null,
		5,
		-1,
		true,
		"",
		"{{ x",
		"context.",
		"context.a",
		[],
		[null],
		{},
		{ to: 1 },
		"a.b",
	);
	const edits = fc.array(fc.tuple(fc.nat(), odd), { minLength: 1, maxLength: 6 });
	fc.assert(
		fc.property(fc.constantFrom(...seeds), edits, (text, changes) => {
			const document = analyzeText(text, {}).documents.get("machine.yml");
			let config: unknown = structuredClone(document?.value);
			for (const [at, value] of changes) config = replaceNth(config, at, value);
			const { diagnostics } = analyze({ config }, { loader: memoryLoader({}), portable: true });
			for (const { code } of diagnostics) expect(diagnosticCodes).toHaveProperty(code);
		}),
		{ numRuns: 200 },
	);
});

/** Puts a value at one of the places of a document, counted from its root. */
function replaceNth(document: unknown, nth: number, value: unknown): unknown {
	const total = countPlaces(document);
	let left = nth % total;
	const walk = (at: unknown): unknown => {
		if (left-- === 0) return structuredClone(value);
		if (Array.isArray(at)) return at.map(walk);
		if (typeof at !== "object" || at === null) return at;
		return Object.fromEntries(Object.entries(at).map(([key, entry]) => [key, walk(entry)]));
	};
	return walk(document);
}

function countPlaces(value: unknown): number {
	if (typeof value !== "object" || value === null) return 1;
	return Object.values(value).reduce<number>((sum, entry) => sum + countPlaces(entry), 1);
}
