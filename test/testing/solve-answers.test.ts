/** Every condition, through every way in which an answer reaches it, is driven both ways by the solved answers. */
import { describe, expect, test } from "vitest";
import { answerSpace } from "../../src/testing/solve/answer-space.ts";
import { planOf, startContext, stateOf, workVerdict } from "./solve-judge.ts";

interface Flow {
	readonly condition: string;
	/** `output_to_context` of the state that asks the agent. */
	readonly writes: Readonly<Record<string, unknown>>;
	readonly context?: Readonly<Record<string, unknown>>;
	/** Output schema of the agent. */
	readonly fields?: Readonly<Record<string, unknown>>;
	readonly engine?: "cel";
	readonly version?: string;
}

const int = { type: "int" };
const float = { type: "float" };
const str = { type: "str" };
const list = { type: "list" };

/** An agent answers, a condition of the same state reads what was stored. */
const flows: readonly Flow[] = [
	{ condition: "context.score >= 8", writes: { score: "output.score" }, fields: { score: int } },
	{ condition: "context.score > 0.75", writes: { score: "output.score" }, fields: { score: float } },
	{ condition: "context.score < 0", writes: { score: "output.score" }, fields: { score: int } },
	{ condition: "3 <= context.score < 5", writes: { score: "output.score" }, fields: { score: int } },
	{
		condition: "context.score >= 8 and context.score < 100",
		writes: { score: "output.score" },
		fields: { score: int },
	},
	{
		condition: "context.a == 'yes' and context.b > 3",
		writes: { a: "output.a", b: "output.b" },
		fields: { a: str, b: int },
	},
	{ condition: "context.a == 'yes' or not context.b", writes: { a: "output.a", b: "output.b" } },
	{ condition: "context.verdict == 'approved'", writes: { verdict: "output.verdict" } },
	{
		condition: "context.verdict == 'b'",
		writes: { verdict: "output.verdict" },
		fields: { verdict: { type: "str", enum: ["a", "b"] } },
	},
	{ condition: "context.done", writes: { done: "output.done" }, fields: { done: { type: "bool" } } },
	{
		condition: "context.note == null",
		writes: { note: "output.note" },
		fields: { note: { type: "str", required: false } },
	},
	{ condition: "context.text == ''", writes: { text: "output.content" } },
	{ condition: "context.text == '8'", writes: { text: "{{ output.score }}" }, fields: { score: int } },
	{ condition: "context.flag == 'True'", writes: { flag: "{{ output.ok }}" }, fields: { ok: { type: "bool" } } },
	{ condition: "context.text == 'Score: 8'", writes: { text: "Score: {{ output.score }}" }, fields: { score: int } },
	{ condition: "context.score >= 8", writes: { score: "{{ output.score | int }}" }, version: "1.0.0" },
	{
		condition: "context.total >= 10",
		writes: { total: "{{ context.total + output.points }}" },
		context: { total: 4 },
		version: "1.0.0",
	},
	{ condition: "'urgent' in context.text", writes: { text: "output.content" } },
	{ condition: "context.kind in ['a', 'b']", writes: { kind: "output.kind" } },
	{ condition: "context.kind not in ['a', 'b']", writes: { kind: "output.kind" } },
	{ condition: "'x' in context.tags", writes: { tags: "output.tags" }, fields: { tags: list } },
	{
		condition: "context.items[0].ok",
		writes: { items: "output.items" },
		fields: { items: { ...list, items: { type: "object", properties: { ok: { type: "bool" } } } } },
	},
	{ condition: "context.decision.approved", writes: { decision: "output" }, fields: { approved: { type: "bool" } } },
	{
		condition: "context.score >= context.target",
		writes: { score: "output.score" },
		context: { target: 6 },
		fields: { score: int },
	},
	{ condition: "context.a < context.b", writes: { a: "output.a", b: "output.b" }, fields: { a: int, b: int } },
	{
		condition: "not (context.a > context.b) and context.a == context.b and context.a > 3",
		writes: { a: "output.a", b: "output.b" },
		fields: { a: float, b: float },
	},
	{ condition: "context.a == context.b", writes: { a: "output.a", b: "output.b" }, fields: { a: str, b: str } },
	{ condition: "context.a + context.b >= 10", writes: { a: "output.a", b: "output.b" }, fields: { a: int, b: int } },
	{ condition: "context.score * 2 - 1 > 9", writes: { score: "output.score" }, fields: { score: int } },
	{ condition: "output.score >= 8", writes: {}, fields: { score: int } },
	{ condition: "context.word == 'stop'", writes: { word: "{{ output.content | trim | lower }}" } },
	{
		condition: "context.kind == 'order' and context.id == '42'",
		writes: {
			kind: "{{ output.content.split(':')[0] | trim }}",
			id: "{{ output.content.split(':')[1] | default('') | trim | int }}",
		},
	},
	{ condition: "context.name == 'Ada Lovelace'", writes: { name: "{{ output.first }} {{ output.last }}" } },
	{
		condition: "context.slug == 'post/tea/2'",
		writes: { slug: "{{ context.kind }}/{{ output.name | lower }}/{{ output.n }}" },
		context: { kind: "post" },
		fields: { name: str, n: int },
	},
	{ condition: "context.code == 'ab7'", writes: { code: "{{ output.a }}{{ output.n }}" }, fields: { a: str, n: int } },
	{
		condition: "context.few == 'yes'",
		writes: { few: "{{ 'yes' if output.items | length > 3 else 'no' }}" },
		fields: { items: list },
	},
	{ condition: "context.ok == 'True'", writes: { ok: "{{ output.content.startswith('OK') }}" } },
	{
		condition: "context.grade == 'good'",
		writes: { grade: "{% if output.score >= 8 %}good{% elif output.score >= 5 %}fair{% else %}bad{% endif %}" },
		fields: { score: int },
	},
	{ condition: "context.plan.steps[1] == 'go'", writes: { plan: { steps: ["wait", "output.next"] } } },
	{
		condition: "context.last != null and context.last != '' and context.last[0] == context.expected",
		writes: { last: "output.letter" },
		context: { expected: "h" },
	},
	{ condition: "context.status == 'done'", writes: { status: "{{ (output.content | fromjson).status }}" } },
	{
		condition: "context.value == 'fallback'",
		writes: { value: "{{ output.value | default('fallback') }}" },
		fields: { value: { type: "str", required: false } },
	},
	{ condition: "context.first == 'b'", writes: { raw: "output.kind", first: "{{ context.raw | lower }}" } },
	{
		condition: "context.score == 'None'",
		writes: { score: "{{ output.score }}" },
		fields: { score: { type: "json" } },
	},
	{
		condition: "context.score if context.strict else context.other",
		writes: { strict: "output.strict", score: "output.score", other: "output.other" },
	},
	{ condition: "context.name is none", writes: { name: "output.name" } },
	{ condition: "context.score % 2 == 0", writes: { score: "output.score" }, fields: { score: int } },
	{ condition: "-context.score > 3", writes: { score: "output.score" }, fields: { score: int } },
	{
		condition: "not (context.a and context.b) or context.c > 2",
		writes: { a: "output.a", b: "output.b", c: "output.c" },
	},
	{ engine: "cel", condition: "context.score >= 8", writes: { score: "output.score" }, fields: { score: int } },
	{
		engine: "cel",
		condition: "context.score > 7.5 && !context.done",
		writes: { score: "output.score", done: "output.done" },
		fields: { score: float, done: { type: "bool" } },
	},
	{
		engine: "cel",
		condition: "context.verdict.startsWith('ok') || context.n == 3",
		writes: { verdict: "output.verdict", n: "output.n" },
		fields: { verdict: str, n: int },
	},
	{ engine: "cel", condition: "size(context.items) > 2", writes: { items: "output.items" }, fields: { items: list } },
	{ engine: "cel", condition: "'a' in context.items", writes: { items: "output.items" }, fields: { items: list } },
	{
		engine: "cel",
		condition: "context.kind in ['a', 'b'] ? context.n > 1 : false",
		writes: { kind: "output.kind", n: "output.n" },
		fields: { kind: str, n: int },
	},
	{
		engine: "cel",
		condition: "context.items.exists(i, i.ok)",
		writes: { items: "output.items" },
		fields: { items: { ...list, items: { type: "object", properties: { ok: { type: "bool" } } } } },
	},
	{
		engine: "cel",
		condition: "context.tags.exists(t, t.startsWith('x'))",
		writes: { tags: "output.tags" },
		fields: { tags: { ...list, items: str } },
	},
	{
		engine: "cel",
		condition: "context.tags.all(t, t == 'k') && size(context.tags) > 1",
		writes: { tags: "output.tags" },
		fields: { tags: { ...list, items: str } },
	},
	{
		engine: "cel",
		condition: "context.items.exists_one(i, i.score > 5 && i.kind == 'good')",
		writes: { items: "output.items" },
		fields: { items: { ...list, items: { type: "object", properties: { score: int, kind: str } } } },
	},
	{
		engine: "cel",
		condition: "context.cart.filter(i, i.price > 100.0).size() == 2",
		writes: { cart: "output.cart" },
		fields: { cart: { ...list, items: { type: "object", properties: { price: float } } } },
	},
	{
		engine: "cel",
		condition: "context.cart.map(i, i.qty).exists(q, q < 0)",
		writes: { cart: "output.cart" },
		fields: { cart: { ...list, items: { type: "object", properties: { qty: int } } } },
	},
	{
		engine: "cel",
		condition: "context.rows.exists(r, r.cells.exists(c, c > 9))",
		writes: { rows: "output.rows" },
	},
	{
		engine: "cel",
		condition: "has(context.decision.reason)",
		writes: { decision: "output" },
		fields: { reason: { type: "str", required: false } },
	},
	{
		engine: "cel",
		condition: "context.code.matches('^[A-Z]{2}-[0-9]+$')",
		writes: { code: "output.code" },
		fields: { code: str },
	},
	{ engine: "cel", condition: "context.text.contains('yes')", writes: { text: "output.content" } },
];

function machineOf(flow: Flow): Readonly<Record<string, unknown>> {
	const { condition, writes, context = {}, fields, version = "4.2.1" } = flow;
	return {
		spec: "flatmachine",
		spec_version: version,
		data: {
			name: "flow",
			...(flow.engine && { expression_engine: flow.engine }),
			context: { ...Object.fromEntries(Object.keys(writes).map((key) => [key, null])), ...context },
			agents: {
				judge: {
					spec: "flatagent",
					data: { model: "mock/m", system: "s", user: "u", ...(fields && { output: fields }) },
				},
			},
			states: {
				ask: {
					type: "initial",
					agent: "judge",
					output_to_context: writes,
					transitions: [{ condition, to: "good" }, { to: "bad" }],
				},
				good: { type: "final" },
				bad: { type: "final" },
			},
		},
	};
}

describe("an agent's answers drive a condition both ways", () => {
	test.each(flows)("$condition through $writes", (flow) => {
		const plan = planOf(machineOf(flow));
		const state = stateOf(plan, "ask");
		const before = startContext(plan, {});
		const answers = answerSpace(plan).agentOutputs(state, before);
		const verdicts = answers.map((output) => workVerdict(plan, state, before, output));
		expect(verdicts, JSON.stringify(answers)).toContain(true);
		expect(verdicts, JSON.stringify(answers)).toContain(false);
		expect(answers.length).toBeLessThan(40);
	});
});
