/** Child machines of a state, one, lists and a `foreach`, in all the ways in which they can go. Each scenario is replayed. */
import { describe, expect, it } from "vitest";
import { answers, explored, machine, outcomesOf, reaches, scenarioNamed } from "./explored.ts";

describe("child machines", () => {
	it("end with an output that conditions see, or fail under a name that on_error routes", async () => {
		const found = await explored(
			machine(`
states:
  call:
    type: initial
    machine: m
    on_error: { NoTransitionError: stuck }
    transitions:
      - { condition: output.ok, to: good }
      - { to: bad }
  good: { type: final }
  bad: { type: final }
  stuck: { type: final }
`),
			answers({ childOutputs: () => [{ ok: true }, { ok: false }] }),
		);
		expect(reaches(found)).toEqual({ "call#0": 1, "call#1": 1, "call!NoTransitionError": 1 });
		expect(scenarioNamed(found, "call → stuck").machines).toEqual({
			m: [{ throw: "NoTransitionError: made to fail" }],
		});
	});

	it("of a list fail alone and together, as values among the others", async () => {
		const found = await explored(
			machine(`
states:
  call:
    type: initial
    machine: [m, n]
    output_to_context: { one: output.m._error_type, two: output.n._error_type }
    transitions:
      - { condition: context.one == 'Error' and context.two == 'Error', to: none }
      - { condition: context.one == 'Error' or context.two == 'Error', to: some }
      - { to: all }
  all: { type: final }
  some: { type: final }
  none: { type: final }
`),
		);
		expect(reaches(found)).toEqual({ "call#0": 1, "call#1": 1, "call#2": 1 });
		expect(outcomesOf(found, "call")).toEqual(["all children ended", "some children failed", "all children failed"]);
		expect(scenarioNamed(found, "call → none").machines).toEqual({
			m: [{ throw: "Error: made to fail" }],
			n: [{ throw: "Error: made to fail" }],
		});
	});

	it("of a list with mode any give only the first that ends", async () => {
		const found = await explored(
			machine(`
states:
  call:
    type: initial
    machine: [m, n]
    mode: any
    output_to_context: { got: output }
    transitions: [{ to: end }]
  end: { type: final, output: { got: context.got } }
`),
		);
		expect(outcomesOf(found, "call")).toEqual(["the first to end succeeded", "the first to end failed"]);
		expect(found.scenarios.map(({ ending }) => ending)).toContainEqual({
			status: "done",
			output: { got: { m: { text: "text" } } },
		});
	});

	it("of a list with mode any are each the first once", async () => {
		const found = await explored(
			machine(`
states:
  call:
    type: initial
    machine: [m, n]
    mode: any
    transitions: [{ condition: output.n, to: second }, { to: first }]
  first: { type: final }
  second: { type: final }
`),
		);
		expect(reaches(found)).toEqual({ "call#0": 1, "call#1": 1 });
	});

	it.each([1, 2, 3])("of a foreach with mode any and %i at a time are answered as far as they start", async (most) => {
		const found = await explored(
			machine(`
context: { items: input.items }
states:
  each:
    type: initial
    foreach: context.items
    as: item
    machine: m
    mode: any
    max_concurrency: ${most}
    input: { one: "{{ 1 / item }}" }
    output_to_context: { got: output }
    transitions: [{ condition: "output[0]._error_type == 'ExpressionError'", to: wrong }, { to: end }]
  wrong: { type: final }
  end: { type: final }
`),
			answers({ inputs: () => [{ items: [1, 2, 3, 4] }, { items: [1, 0, 2, 3] }, { items: [0, 1] }] }),
		);
		expect(reaches(found)).toEqual({ "each#0": 1, "each#1": 1 });
	});

	it("that take longer than the state has time fail it", async () => {
		const found = await explored(
			machine(`
context: { items: [1, 2] }
states:
  each:
    type: initial
    foreach: context.items
    as: item
    machine: m
    timeout: 60
    on_error: { TimeoutError: late }
    transitions: [{ condition: "output[0]._error", to: each }, { to: end }]
  late: { type: final, output: { why: context.last_error_type } }
  end: { type: final }
`),
		);
		expect(reaches(found)).toEqual({ "each#0": 1, "each#1": 1, "each!TimeoutError": 1 });
		expect(scenarioNamed(found, "each → late")).toMatchObject({ waits: { each: [{ timeout: true }] }, machines: {} });
	});

	it("of a foreach are none, all well, some or all failed", async () => {
		const found = await explored(
			machine(`
context: { items: input.items }
states:
  each:
    type: initial
    foreach: context.items
    as: item
    machine: m
    input: { item: item }
    output_to_context: { first: "{{ output[0]._error_type if output else 'nothing' }}" }
    on_error: { ValueError: wrong }
    transitions:
      - { condition: context.first == 'nothing', to: none }
      - { condition: context.first == 'Error', to: failed }
      - { to: end }
  none: { type: final }
  failed: { type: final }
  wrong: { type: final }
  end: { type: final }
`),
			answers({ inputs: () => [{ items: [] }, { items: ["x"] }, { items: ["x", "y"] }, { items: "no list" }] }),
		);
		expect(reaches(found)).toEqual({ "each#0": 1, "each#1": 1, "each#2": 1, "each!ValueError": 1 });
		expect(outcomesOf(found, "each")).toEqual([
			"no items",
			"all items succeeded",
			"some items failed",
			"all items failed",
		]);
	});

	it("of a foreach with keys and mode any give one entry, and fail the state where there is no item", async () => {
		const found = await explored(
			machine(`
context: { items: input.items }
states:
  each:
    type: initial
    foreach: context.items
    as: item
    key: "{{ item }}"
    machine: m
    mode: any
    output_to_context: { got: output }
    on_error: { ValueError: none }
    transitions: [{ to: end }]
  none: { type: final }
  end: { type: final, output: { got: context.got } }
`),
			answers({ inputs: () => [{ items: ["x", "y", "x"] }, { items: [] }] }),
		);
		expect(reaches(found)).toEqual({ "each#0": 1, "each!ValueError": 1 });
		expect(found.scenarios.map(({ ending }) => ending)).toContainEqual({
			status: "done",
			output: { got: { x: { text: "text" } } },
		});
	});

	it("of a foreach over a list that is written in the file are as many as there are", async () => {
		const written = (list: string) =>
			explored(
				machine(`
context: { items: ${list} }
states:
  each: { type: initial, foreach: "{{ context.items }}", machine: m, transitions: [{ to: end }] }
  end: { type: final }
`),
			);
		const outcomes = ["no items", "all items succeeded", "some items failed", "all items failed"];
		expect((await written("[1, 2]")).outcomes.map(({ outcome }) => outcome)).toEqual(outcomes.slice(1));
		expect((await written("[1]")).outcomes.map(({ outcome }) => outcome)).toEqual([outcomes[1], outcomes[3]]);
		expect((await written("[]")).outcomes.map(({ outcome }) => outcome)).toEqual(["no items"]);
	});

	it("that are only launched start, and need no answer", async () => {
		const found = await explored(
			machine("states: { go: { type: initial, launch: [m, n], transitions: [{ to: end }] }, end: { type: final } }"),
		);
		expect(outcomesOf(found, "go")).toEqual(["launched"]);
		expect(found.scenarios).toMatchObject([{ path: ["go", "end"], machines: {} }]);
	});
});
