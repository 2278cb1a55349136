import { describe, expect, it } from "vitest";
import { flat } from "./flat.ts";

describe("the output of a run", () => {
	it("is the output block of the final state, over context, input and output", async () => {
		const { run } = flat(
			`
context: { n: input.n }
states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final, agent: a, output: { n: context.n, own: input.own, got: output.x, text: "{{ output.x }}" } }
`,
			{ use: ["a"], script: { a: { x: 9 } } },
		);
		expect((await run({ n: 1, own: 2 })).output).toEqual({ n: 1, own: 2, got: 9, text: "9" });
	});

	it("is {} where a final state without work has no output block", async () => {
		const { run } = flat("states: { start: { type: initial, transitions: [{ to: done }] }, done: { type: final } }");
		expect(await run()).toMatchObject({ status: "done", output: {}, steps: 2 });
	});

	it("is what the agent of a final state gave where that has no output block", async () => {
		const { run } = flat(
			"states: { start: { type: initial, transitions: [{ to: done }] }, done: { type: final, agent: a } }",
			{ use: ["a"], script: { a: { output: ["list", 1] } } },
		);
		expect((await run()).output).toEqual(["list", 1]);
	});

	it.each([[[]], [0], [""], [false], [{}]])(
		"is {} where the agent of a final state gave the falsy %j",
		async (output) => {
			const { run } = flat(
				"states: { start: { type: initial, transitions: [{ to: done }] }, done: { type: final, agent: a } }",
				{ use: ["a"], script: { a: { output } } },
			);
			expect((await run()).output).toEqual({});
		},
	);

	it("is {} and the path ends where a state has no transitions at all, whatever it gave", async () => {
		const { run } = flat(
			"states: { start: { type: initial, transitions: [{ to: last }] }, last: { agent: a }, done: { type: final } }",
			{ use: ["a"], script: { a: { x: 1 } } },
		);
		expect(await run()).toMatchObject({ status: "done", output: {}, steps: 2, agentCalls: 1 });
	});

	it("is the output block of a state without transitions", async () => {
		const { run } = flat(
			`
context: { n: 3 }
states:
  start: { type: initial, transitions: [{ to: last }] }
  last: { output: { n: context.n } }
  done: { type: final }
`,
		);
		expect((await run()).output).toEqual({ n: 3 });
	});

	it("is the value of an output that is one template", async () => {
		const { run } = flat(`
context: { list: [1, 2] }
states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final, output: context.list }
`);
		expect((await run()).output).toEqual([1, 2]);
	});

	it("fails the run where its template fails, and on_error routes that", async () => {
		const states = (onError: string) => `
context: { n: 0 }
states:
  start: { type: initial, transitions: [{ to: end }] }
  end: { type: final, output: { n: "{{ 1 / context.n }}" }${onError} }
  rescue: { type: final, output: { type: context.last_error_type } }
`;
		expect((await flat(states("")).run()).status).toBe("failed");
		expect(await flat(states(", on_error: rescue")).run()).toMatchObject({
			status: "done",
			output: { type: "ExpressionError" },
		});
	});

	it("is given by execute(), and each run of one machine starts afresh", async () => {
		const { machine } = flat(
			`
context: { seen: [], n: input.n }
states:
  start: { type: initial, action: see, hooks: h, transitions: [{ to: done }] }
  done: { type: final, output: { seen: context.seen, id: context.machine.execution_id, steps: context.machine.step } }
`,
			{
				hooks: {
					h: {
						onAction(_action, context) {
							const { seen } = context;
							if (Array.isArray(seen)) seen.push(context.n);
							return context;
						},
					},
				},
			},
		);
		const [one, two] = await Promise.all([machine.execute({ n: 1 }), machine.execute({ n: 2 })]);
		expect(one).toEqual({ seen: [1], id: "id-1", steps: 2 });
		expect(two).toEqual({ seen: [2], id: "id-2", steps: 2 });
		expect(await machine.execute({ n: 3 })).toEqual({ seen: [3], id: "id-3", steps: 2 });
	});
});
