import { describe, expect, it } from "vitest";
import { flat } from "./flat.ts";

const waiter = `
    spec: flatmachine
    data:
      name: waiter
      context: { n: input.n }
      states:
        start: { type: initial, wait_for: "child/{{ context.n }}", output_to_context: { got: output.x }, transitions: [{ to: done }] }
        done: { type: final, output: { got: context.got } }
`;

describe("wait_for", () => {
	it("parks the run: run() says waiting, with the channel and the state", async () => {
		const { run } = flat(`
context: { id: input.id }
states:
  start: { type: initial, transitions: [{ to: ask }] }
  ask: { wait_for: "approval/{{ context.id }}", transitions: [{ to: done }] }
  done: { type: final }
`);
		expect(await run({ id: 7 })).toMatchObject({
			status: "waiting",
			executionId: "id-1",
			steps: 2,
			channel: "approval/7",
			waiting: [{ executionId: "id-1", state: "ask", channel: "approval/7" }],
		});
	});

	it("lets execute() give what the reference gives for a parked run", async () => {
		const { machine } = flat(
			"states: { start: { type: initial, wait_for: approval, transitions: [{ to: done }] }, done: { type: final } }",
		);
		expect(await machine.execute()).toEqual({ _waiting: true, _channel: "approval" });
	});

	it("does nothing else in its state: neither action nor agent", async () => {
		const { run, calls } = flat(
			"states: { start: { type: initial, wait_for: approval, agent: a, transitions: [{ to: done }] }, done: { type: final } }",
			{ use: ["a"], script: { a: "x" } },
		);
		expect(await run()).toMatchObject({ status: "waiting" });
		expect(calls).toEqual([]);
	});

	it("takes its channel from a bare path, and a missing one is an error for on_error", async () => {
		const data = `
context: { c: input.c }
states:
  start: { type: initial, wait_for: context.c, transitions: [{ to: done }], on_error: failed }
  done: { type: final }
  failed: { type: final, output: { text: context.last_error } }
`;
		expect(await flat(data).run({ c: "x/1" })).toMatchObject({ status: "waiting", channel: "x/1" });
		expect(await flat(data).run()).toMatchObject({
			status: "done",
			output: { text: expect.stringContaining("channel") },
		});
	});

	it("routes the error of its channel's template by on_error", async () => {
		const { run } = flat(`
context: { n: 0 }
states:
  start: { type: initial, wait_for: "x/{{ 1 // context.n }}", transitions: [{ to: done }], on_error: { ExpressionError: failed } }
  done: { type: final }
  failed: { type: final, output: { type: context.last_error_type } }
`);
		expect(await run()).toMatchObject({ status: "done", output: { type: "ExpressionError" } });
	});

	it("of a child parks its parent, which says what the child waits for", async () => {
		const { run } = flat(`
machines:
  waiter:${waiter}
states:
  start: { type: initial, machine: waiter, input: { n: 4 }, transitions: [{ to: done }] }
  done: { type: final }
`);
		expect(await run()).toMatchObject({
			status: "waiting",
			executionId: "id-1",
			channel: "child/4",
			waiting: [{ executionId: "id-2", state: "start" }],
		});
	});

	it("of one child lets its siblings finish first", async () => {
		const finished: unknown[] = [];
		const { run } = flat(
			`
machines:
  waiter:${waiter}
  worker:
    spec: flatmachine
    data:
      name: worker
      agents: { a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } } }
      states:
        start: { type: initial, agent: a, transitions: [{ to: done }] }
        done: { type: final }
states:
  start: { type: initial, machine: [waiter, worker], input: { n: 1 }, transitions: [{ to: done }] }
  done: { type: final }
`,
			{
				script: {
					a: () =>
						new Promise((resolve) => {
							setTimeout(() => {
								finished.push("worker");
								resolve("x");
							}, 20);
						}),
				},
			},
		);
		expect(await run()).toMatchObject({ status: "waiting", channel: "child/1" });
		expect(finished).toEqual(["worker"]);
	});

	it("of several foreach items names every one that waits", async () => {
		const { run } = flat(`
machines:
  waiter:${waiter}
states:
  start: { type: initial, machine: waiter, foreach: [1, 2, 3], input: { n: item }, transitions: [{ to: done }] }
  done: { type: final }
`);
		const result = await run();
		expect(result.status === "waiting" && result.waiting.map(({ channel }) => channel)).toEqual([
			"child/1",
			"child/2",
			"child/3",
		]);
	});
});
