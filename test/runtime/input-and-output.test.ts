import { describe, expect, it } from "vitest";
import { flat } from "./flat.ts";

const value = { list: [1, "x"], flag: true, zero: 0, none: null };

describe("input of a state", () => {
	it("keeps the type of a bare path and gives text for a template", async () => {
		const { run, inputs } = flat(
			`
context: { value: input.value }
states:
  start:
    type: initial
    agent: a
    input: { bare: context.value.flag, text: "{{ context.value.flag }}", list: context.value.list, json: "{{ context.value.list }}" }
    transitions: [{ to: done }]
  done: { type: final }
`,
			{ use: ["a"], script: { a: "x" } },
		);
		await run({ value });
		expect(inputs()).toEqual([{ bare: true, text: "True", list: [1, "x"], json: '[1, "x"]' }]);
	});

	it("renders mappings and lists to any depth and leaves keys alone", async () => {
		const { run, inputs } = flat(
			`
context: { n: 1 }
states:
  start:
    type: initial
    agent: a
    input: { deep: [{ n: context.n, more: ["{{ context.n }}", 7] }], "{{ key }}": plain }
    transitions: [{ to: done }]
  done: { type: final }
`,
			{ use: ["a"], script: { a: "x" } },
		);
		await run();
		expect(inputs()).toEqual([{ deep: [{ n: 1, more: ["1", 7] }], "{{ key }}": "plain" }]);
	});

	it("gives null for a path that leads nowhere, and the text itself for what is no path", async () => {
		const { run, inputs } = flat(
			`
context: { n: 1, l: [5] }
states:
  start:
    type: initial
    agent: a
    input: { miss: context.nothing.at.all, index: "context.l[0]", other: item.x, words: " context.n ", text: "see context.n" }
    transitions: [{ to: done }]
  done: { type: final }
`,
			{ use: ["a"], script: { a: "x" } },
		);
		await run();
		expect(inputs()).toEqual([{ miss: null, index: "context.l[0]", other: "item.x", words: 1, text: "see context.n" }]);
	});

	it("sees input.x as context.x where the context declares it, else as the run's own input", async () => {
		const { run, inputs } = flat(
			`
context: { shared: 1 }
states:
  start:
    type: initial
    agent: a
    input: { shared: input.shared, own: input.own, text: "{{ input.own }}/{{ input.shared }}" }
    transitions: [{ to: done }]
  done: { type: final }
`,
			{ use: ["a"], script: { a: "x" } },
		);
		await run({ shared: 2, own: 3 });
		expect(inputs()).toEqual([{ shared: 1, own: 3, text: "3/1" }]);
	});

	it("is empty where the state has none", async () => {
		const { run, inputs } = flat(
			"states: { start: { type: initial, agent: a, transitions: [{ to: done }] }, done: { type: final } }",
			{ use: ["a"], script: { a: "x" } },
		);
		await run();
		expect(inputs()).toEqual([{}]);
	});
});

describe("the initial context", () => {
	it("is rendered from the input, and undeclared input does not enter it", async () => {
		const { run } = flat(`
context: { n: input.n, text: "{{ input.n }}!", deep: { n: input.n, list: ["{{ input.n }}"] }, missing: input.missing }
states:
  start:
    type: initial
    transitions: [{ to: done }]
  done: { type: final, output: { n: context.n, text: context.text, deep: context.deep, missing: context.missing, extra: context.extra } }
`);
		expect(await run({ n: 4, extra: "dropped" })).toMatchObject({
			status: "done",
			output: { n: 4, text: "4!", deep: { n: 4, list: ["4"] }, missing: null, extra: null },
		});
	});

	it("fails the run where a template of it fails", async () => {
		const { run } = flat(`
context: { n: "{{ 1 / input.n }}" }
states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final }
`);
		const result = await run({ n: 0 });
		expect(result).toMatchObject({ status: "failed", steps: 0 });
		expect(result.error).toBeInstanceOf(Error);
	});
});

describe("output_to_context", () => {
	it("applies its keys in order, later ones see earlier ones", async () => {
		const { run } = flat(
			`
context: { a: 0, b: 0, c: 0 }
states:
  start:
    type: initial
    agent: a
    output_to_context: { b: output.n, a: context.b, c: "{{ context.a }}{{ output.n }}" }
    transitions: [{ to: done }]
  done: { type: final, output: { a: context.a, b: context.b, c: context.c } }
`,
			{ use: ["a"], script: { a: { n: 5 } } },
		);
		expect((await run()).output).toEqual({ a: 5, b: 5, c: "55" });
	});

	it("renders objects and lists, and keeps literals", async () => {
		const { run } = flat(
			`
context: { o: null, l: null, n: null }
states:
  start:
    type: initial
    agent: a
    output_to_context: { o: { n: output.n, t: "{{ output.n }}" }, l: [output.n, { x: output.n }], n: 7 }
    transitions: [{ to: done }]
  done: { type: final, output: { o: context.o, l: context.l, n: context.n } }
`,
			{ use: ["a"], script: { a: { n: 5 } } },
		);
		expect((await run()).output).toEqual({ o: { n: 5, t: "5" }, l: [5, { x: 5 }], n: 7 });
	});

	it("sees an answer without structure as output.content, and no answer as an empty output", async () => {
		const { run } = flat(
			`
context: { first: null, second: 1 }
states:
  start: { type: initial, agent: a, output_to_context: { first: output.content }, transitions: [{ to: next }] }
  next: { agent: a, output_to_context: { second: output.content, all: output }, transitions: [{ to: done }] }
  done: { type: final, output: { first: context.first, second: context.second, all: context.all } }
`,
			{ use: ["a"], script: { a: (_call, { n }) => (n === 0 ? "text" : null) } },
		);
		expect((await run()).output).toEqual({ first: "text", second: null, all: {} });
	});

	it("of an action alone is left undone, since an action has no output", async () => {
		const { run } = flat(
			`
context: { n: 1 }
states:
  start: { type: initial, action: act, hooks: h, output_to_context: { n: 2 }, transitions: [{ to: done }] }
  done: { type: final, output: { n: context.n } }
`,
			{ hooks: { h: { onAction: (_action, context) => context } } },
		);
		expect((await run()).output).toEqual({ n: 1 });
	});
});

describe("machines below 1.1.0", () => {
	const data = `
context: { n: "{{ input.n }}", l: "{{ input.l }}", flag: "true", text: "{{ input.text }}" }
states:
  start: { type: initial, agent: a, input: { n: "{{ context.n }}" }, transitions: [{ condition: "context.n == input.five", to: done }, { to: other }] }
  done: { type: final, output: { n: context.n, l: context.l, text: context.text, five: "{{ 5 }}" } }
  other: { type: final, output: { other: context.n } }
`;
	const input = { five: 5, n: 5, l: [1, 2], text: "no json" };

	it("parse rendered templates as JSON where they are JSON", async () => {
		const { run, inputs } = flat(data, { use: ["a"], script: { a: "x" }, version: "1.0.0" });
		expect((await run(input)).output).toEqual({ n: 5, l: [1, 2], text: "no json", five: 5 });
		expect(inputs()).toEqual([{ n: 5 }]);
	});

	it("and 1.1.0 itself do not: a template gives text there", async () => {
		const { run, inputs } = flat(data, { use: ["a"], script: { a: "x" }, version: "1.1.0" });
		expect((await run(input)).output).toEqual({ other: "5" });
		expect(inputs()).toEqual([{ n: "5" }]);
	});
});
