import { describe, expect, it } from "vitest";
import { InMemoryResultBackend } from "../../runtime/results/memory-result-backend.ts";
import { resultUri } from "../../runtime/results/result-uri.ts";
import type { RunEvent } from "../../runtime/state/run-event.ts";
import { flat } from "./flat.ts";

/** Child machines for `machines:`: one answers with its agent, one fails, one tells who it is. */
const children = `
machines:
  ask:
    spec: flatmachine
    data:
      name: ask
      agents: { a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } } }
      context: { n: input.n }
      states:
        start: { type: initial, agent: a, input: { n: context.n }, output_to_context: { got: output.got }, transitions: [{ to: done }] }
        done: { type: final, output: { n: context.n, got: context.got } }
  other:
    spec: flatmachine
    data:
      name: other
      agents: { a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } } }
      context: { n: input.n }
      states:
        start: { type: initial, agent: a, input: { n: context.n }, transitions: [{ to: done }] }
        done: { type: final }
  fail:
    spec: flatmachine
    data:
      name: fail
      agents: { b: { spec: flatagent, data: { name: b, model: { provider: p, name: m }, user: hi } } }
      states:
        start: { type: initial, agent: b, transitions: [{ to: done }] }
        done: { type: final }
  tell:
    spec: flatmachine
    data:
      name: tell
      context: { all: input }
      states:
        only: { type: final, output: { input: context.all, id: context.machine.execution_id, parent: context.machine.parent_execution_id } }
`;

/** A machine whose first state is `state` over the children above; the output has what that state gave. */
function parent(state: string, options: Parameters<typeof flat>[1] = {}, context = "{ n: input.n, got: null }") {
	return flat(
		`${children}
context: ${context}
states:
  start: { type: initial, ${state}, output_to_context: { got: output }, transitions: [{ to: done }], on_error: failed }
  done: { type: final, output: { got: context.got } }
  failed: { type: final, output: { type: context.last_error_type, text: context.last_error } }
`,
		{ script: { a: ({ input }) => ({ got: `answer ${input.n}` }), b: { throw: "KeyError: gone" } }, ...options },
	);
}

describe("machine: name", () => {
	it("runs a child with the rendered input and gives its output", async () => {
		expect((await parent("machine: ask, input: { n: context.n }").run({ n: 5 })).output).toEqual({
			got: { n: 5, got: "answer 5" },
		});
	});

	it("gives the child its own id and tells it the parent's", async () => {
		expect((await parent("machine: tell, input: { x: 1 }").run()).output).toEqual({
			got: { input: { x: 1 }, id: "id-2", parent: "id-1" },
		});
	});

	it("adds the child's calls and cost to the parent's", async () => {
		const { run } = parent("machine: ask, input: { n: 1 }", {
			script: { a: { output: { got: 1 }, usage: { api_calls: 3, input_tokens: 5, output_tokens: 2 }, cost: 0.5 } },
		});
		expect(await run()).toMatchObject({ agentCalls: 3, cost: 0.5, usage: { total_tokens: 7 } });
	});

	it("hands the child's error, with its own name, to on_error", async () => {
		expect((await parent("machine: fail").run()).output).toEqual({ type: "KeyError", text: "gone" });
	});

	it("leaves the child's result, or its error, in the result backend", async () => {
		const results = new InMemoryResultBackend();
		await parent("machine: ask, input: { n: 1 }", { results }).run();
		expect(await results.read(resultUri("id-2"), { block: false })).toEqual({ n: 1, got: "answer 1" });
		const failures = new InMemoryResultBackend();
		await parent("machine: fail", { results: failures }).run();
		expect(await failures.read(resultUri("id-2"), { block: false })).toEqual({
			_error: "gone",
			_error_type: "KeyError",
		});
	});

	it("and an agent in one state: both set the context, and the agent's output comes last", async () => {
		const { run, inputs } = flat(
			`${children}
agents: { a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } } }
context: { x: null }
states:
  start: { type: initial, machine: tell, agent: a, input: { x: context.x, y: 1 }, output_to_context: { x: output }, transitions: [{ to: done }] }
  done: { type: final, output: { x: context.x } }
`,
			{ script: { a: { z: 2 } } },
		);
		expect((await run()).output).toEqual({ x: { z: 2 } });
		expect(inputs()).toEqual([{ x: { input: { x: null, y: 1 }, id: "id-2", parent: "id-1" }, y: 1 }]);
	});
});

describe("machine: [list]", () => {
	it("runs all with the same input and gives their outputs by name", async () => {
		expect((await parent("machine: [ask, tell], input: { n: 2 }").run()).output).toEqual({
			got: { ask: { n: 2, got: "answer 2" }, tell: { input: { n: 2 }, id: "id-3", parent: "id-1" } },
		});
	});

	it("merges each entry's input over that of the state", async () => {
		const { run } = parent(
			'machine: [{ name: ask, input: { n: 9 } }, { name: tell, input: { m: "{{ context.n }}" } }], input: { n: context.n }',
		);
		expect((await run({ n: 1 })).output).toMatchObject({
			got: { ask: { n: 9 }, tell: { input: { n: 1, m: "1" } } },
		});
	});

	it("runs a name that stands twice once", async () => {
		const machine = parent("machine: [ask, ask], input: { n: 2 }");
		expect((await machine.run()).output).toEqual({ got: { ask: { n: 2, got: "answer 2" } } });
		expect(machine.calls).toHaveLength(1);
	});

	it("of one gives a map all the same", async () => {
		expect((await parent("machine: [ask], input: { n: 2 }").run()).output).toEqual({
			got: { ask: { n: 2, got: "answer 2" } },
		});
	});

	it("puts a failed child's error in its place and never fails itself", async () => {
		expect((await parent("machine: [fail, ask], input: { n: 2 }").run()).output).toEqual({
			got: { fail: { _error: "gone", _error_type: "KeyError" }, ask: { n: 2, got: "answer 2" } },
		});
	});
});

describe("mode: any", () => {
	it("takes the first child to end and gives the others up: their agents' signals abort", async () => {
		const aborted: unknown[] = [];
		const { run } = parent("machine: [{ name: other, input: { n: 1 } }, { name: ask, input: { n: 2 } }], mode: any", {
			script: {
				a: ({ input, signal }) =>
					new Promise((resolve) => {
						signal?.addEventListener("abort", () => aborted.push(input.n));
						if (input.n === 2) setImmediate(() => resolve({ got: "first" }));
					}),
			},
		});
		expect(await run()).toMatchObject({ output: { got: { ask: { n: 2, got: "first" } } }, agentCalls: 1 });
		expect(aborted).toEqual([1]);
	});

	it("takes a failure, too, when it comes first", async () => {
		const { run } = parent("machine: [ask, fail], mode: any, input: { n: 1 }", {
			script: { a: () => new Promise(() => undefined), b: { throw: "KeyError: gone" } },
		});
		expect((await run()).output).toEqual({ got: { fail: { _error: "gone", _error_type: "KeyError" } } });
	});

	it("of foreach gives a list, or with a key a map, of one", async () => {
		const script = {
			a: ({ input }: { input: Readonly<Record<string, unknown>> }) =>
				input.n === "b" ? { got: "won" } : new Promise<undefined>(() => undefined),
		};
		const state = "machine: ask, foreach: context.n, input: { n: item }, mode: any";
		expect((await parent(state, { script }).run({ n: ["a", "b", "c"] })).output).toEqual({
			got: [{ n: "b", got: "won" }],
		});
		expect((await parent(`${state}, key: item`, { script }).run({ n: ["a", "b", "c"] })).output).toEqual({
			got: { b: { n: "b", got: "won" } },
		});
	});

	it("of foreach over nothing is a ValueError", async () => {
		expect((await parent("machine: ask, foreach: context.n, mode: any").run({ n: [] })).output).toMatchObject({
			type: "ValueError",
		});
	});
});

describe("foreach", () => {
	it("runs a child for each item and keeps their order, with items in their own type", async () => {
		const { run } = parent("machine: ask, foreach: context.n, as: it, input: { n: it.id, text: '{{ it.id }}' }");
		expect((await run({ n: [{ id: 1 }, { id: 2 }] })).output).toEqual({
			got: [
				{ n: 1, got: "answer 1" },
				{ n: 2, got: "answer 2" },
			],
		});
	});

	it("calls the item `item` by default, and its templates see context and input too", async () => {
		const { run } = parent(
			"machine: tell, foreach: context.n, input: { item: item, first: context.n, own: input.own, text: '{{ item }}/{{ input.own }}' }",
		);
		expect((await run({ n: ["x"], own: 3 })).output).toMatchObject({
			got: [{ input: { item: "x", first: ["x"], own: 3, text: "x/3" } }],
		});
	});

	it("takes the value of an expression in braces, untouched by text", async () => {
		const { run } = parent("machine: tell, foreach: '{{ context.n | list }}', input: { item: item }");
		expect((await run({ n: [1, { x: true }] })).output).toMatchObject({
			got: [{ input: { item: 1 } }, { input: { item: { x: true } } }],
		});
	});

	it("takes a literal list as it is", async () => {
		expect((await parent("machine: tell, foreach: [1, context.n], input: { item: item }").run()).output).toMatchObject({
			got: [{ input: { item: 1 } }, { input: { item: "context.n" } }],
		});
	});

	it("gives a map under the rendered key, and of items with one key runs the last alone", async () => {
		const machine = parent("machine: ask, foreach: context.n, key: '{{ item.k }}', input: { n: item.v }");
		const n = [
			{ k: "a", v: 1 },
			{ k: "b", v: 2 },
			{ k: "a", v: 3 },
		];
		expect((await machine.run({ n })).output).toEqual({
			got: { a: { n: 3, got: "answer 3" }, b: { n: 2, got: "answer 2" } },
		});
		expect(machine.calls).toHaveLength(2);
	});

	it("takes a bare item path as key", async () => {
		expect(
			(await parent("machine: ask, foreach: context.n, key: item.k, input: { n: item.k }").run({ n: [{ k: 7 }] }))
				.output,
		).toEqual({
			got: { 7: { n: 7, got: "answer 7" } },
		});
	});

	it("puts the errors of failed items in their places", async () => {
		const { run } = parent("machine: ask, foreach: context.n, input: { n: item }", {
			script: { a: ({ input }) => (input.n === 2 ? { throw: "KeyError: two" } : { got: "ok" }) },
		});
		expect((await run({ n: [1, 2, 3] })).output).toEqual({
			got: [
				{ n: 1, got: "ok" },
				{ _error: "two", _error_type: "KeyError" },
				{ n: 3, got: "ok" },
			],
		});
	});

	it("puts the error of an item's input template in its place", async () => {
		const { run } = parent("machine: ask, foreach: context.n, input: { n: '{{ 6 // item }}' }");
		expect((await run({ n: [2, 0] })).output).toMatchObject({
			got: [{ n: "3" }, { _error_type: "ExpressionError" }],
		});
	});

	it("gives {} to output_to_context for an empty list", async () => {
		expect((await parent("machine: ask, foreach: context.n").run({ n: [] })).output).toEqual({ got: {} });
	});

	it.each([["text"], [5], [null], [{ a: 1 }]])("over %j is a ValueError", async (n) => {
		expect((await parent("machine: ask, foreach: context.n").run({ n })).output).toMatchObject({
			type: "ValueError",
			text: expect.stringContaining("must yield a list"),
		});
	});

	it("never runs more items at once than max_concurrency", async () => {
		let running = 0;
		let most = 0;
		const { run } = parent("machine: ask, foreach: context.n, max_concurrency: 3, input: { n: item }", {
			script: {
				a: async ({ input }) => {
					most = Math.max(most, ++running);
					await new Promise((resolve) => setImmediate(resolve));
					running--;
					return { got: input.n };
				},
			},
		});
		const n = Array.from({ length: 20 }, (_, index) => index);
		expect(await run({ n })).toMatchObject({ output: { got: n.map((i) => ({ n: i, got: i })) }, agentCalls: 20 });
		expect(most).toBe(3);
	});

	it("without max_concurrency runs all items at once", async () => {
		const { run } = parent("machine: ask, foreach: context.n, input: { n: item }", {
			script: (() => {
				const waiting: (() => void)[] = [];
				return {
					a: async ({ input }) => {
						await new Promise<void>((resolve) => {
							waiting.push(resolve);
							if (waiting.length === 50) for (const go of waiting) go();
						});
						return { got: input.n };
					},
				};
			})(),
		});
		const n = Array.from({ length: 50 }, (_, index) => index);
		expect((await run({ n })).output).toMatchObject({ got: expect.arrayContaining([{ n: 49, got: 49 }]) });
	});
});

describe("launch", () => {
	it("runs machines in the background; the run ends when they have ended, and their results are there", async () => {
		const results = new InMemoryResultBackend();
		const events: RunEvent[] = [];
		let release: (() => void) | undefined;
		const { run } = parent("launch: [ask, fail], launch_input: { n: context.n }", {
			results,
			script: {
				a: async ({ input }) => {
					await new Promise<void>((resolve) => {
						release = resolve;
					});
					return { got: input.n };
				},
				b: { throw: "KeyError: gone" },
			},
		});
		let ended = false;
		const running = run({ n: 4 }, { onEvent: (event) => events.push(event) }).then((result) => {
			ended = true;
			return result;
		});
		while (!release) await new Promise((resolve) => setImmediate(resolve));
		expect(ended).toBe(false);
		release();
		expect(await running).toMatchObject({ status: "done", output: { got: null } });
		const launched = events.flatMap((event) => (event.type === "launch" ? [event.childId] : []));
		expect(launched).toEqual(["id-2", "id-3"]);
		expect(await results.read(resultUri("id-2"), { block: false })).toEqual({ n: 4, got: 4 });
		expect(await results.read(resultUri("id-3"), { block: false })).toEqual({
			_error: "gone",
			_error_type: "KeyError",
		});
	});

	it("takes one name as well, and {} for input where there is none", async () => {
		const results = new InMemoryResultBackend();
		await parent("launch: tell", { results }).run({ n: 1 });
		expect(await results.read(resultUri("id-2"), { block: false })).toEqual({ input: {}, id: "id-2", parent: "id-1" });
	});

	it("does not wait for launched machines before the next state", async () => {
		const seen: string[] = [];
		const { run } = flat(
			`${children}
agents: { c: { spec: flatagent, data: { name: c, model: { provider: p, name: m }, user: hi } } }
states:
  start: { type: initial, launch: ask, transitions: [{ to: next }] }
  next: { agent: c, transitions: [{ to: done }] }
  done: { type: final }
`,
			{
				script: (() => {
					let free = (): void => undefined;
					const called = new Promise<void>((resolve) => {
						free = resolve;
					});
					return {
						a: async () => {
							await called;
							seen.push("launched ended");
							return { got: 1 };
						},
						c: () => {
							seen.push("next state");
							free();
							return "x";
						},
					};
				})(),
			},
		);
		await run();
		expect(seen).toEqual(["next state", "launched ended"]);
	});
});

describe("nesting", () => {
	const nested = (maxDepth: string) => `
settings: { max_depth: ${maxDepth} }
machines:
  inner:
    spec: flatmachine
    data:
      name: inner
      machines:
        innermost: { spec: flatmachine, data: { name: innermost, states: { only: { type: final, output: { depth: context.machine.depth } } } } }
      states:
        start: { type: initial, machine: innermost, transitions: [{ to: done }], output_to_context: { got: output.depth } }
        done: { type: final, output: { depth: context.got } }
states:
  start: { type: initial, machine: inner, transitions: [{ to: done }], output_to_context: { got: output.depth }, on_error: failed }
  done: { type: final, output: { depth: context.got } }
  failed: { type: final, output: { type: context.last_error_type, text: context.last_error } }
`;

	it("goes as deep as settings.max_depth says", async () => {
		expect((await flat(nested("2")).run()).output).toEqual({ depth: 2 });
	});

	it("deeper is a MachineDepthError for on_error", async () => {
		expect((await flat(nested("1")).run()).output).toEqual({
			type: "MachineDepthError",
			text: expect.stringContaining("depth=2 > max_depth=1"),
		});
	});

	it.each(["machine: c", "machine: [c]", "machine: c, foreach: [1]", "launch: c"])(
		"too deep is the state's own error for every way to start a child (%s)",
		async (start) => {
			const { run } = flat(`
settings: { max_depth: 0 }
machines: { c: { spec: flatmachine, data: { name: c, states: { only: { type: final } } } } }
states:
  start: { type: initial, ${start}, transitions: [{ to: done }], on_error: { MachineDepthError: failed } }
  done: { type: final }
  failed: { type: final, output: { at: failed } }
`);
			expect((await run()).output).toEqual({ at: "failed" });
		},
	);
});
