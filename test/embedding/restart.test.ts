import { describe, expect, it } from "vitest";
import { type AnyActorRef, createActor, toPromise, waitFor } from "xstate";
import { type FlatOptions, flat } from "../runtime/flat.ts";

/** What a process that ends leaves behind: the persisted snapshot as JSON text. The actor is stopped. */
function crash(actor: AnyActorRef): string {
	const text = JSON.stringify(actor.getPersistedSnapshot());
	actor.stop();
	return text;
}

/** The same machine in a new process, from such a snapshot. */
function restart(data: string, saved: string, options: FlatOptions) {
	const { machine, calls } = flat(data, options);
	return { calls, actor: createActor(machine.machine, { snapshot: JSON.parse(saved), input: {} }).start() };
}

async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const agent = "agents: { a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } } }";
const worker = `
machines:
  worker:
    spec: flatmachine
    data:
      name: worker
      ${agent}
      context: { n: input.n }
      states:
        start: { type: initial, agent: a, input: { n: context.n, at: start }, transitions: [{ to: second }] }
        second: { agent: a, input: { n: context.n, at: second }, output_to_context: { got: output.got }, transitions: [{ to: done }] }
        done: { type: final, output: { n: context.n, got: context.got } }
`;

type Input = { readonly input: Readonly<Record<string, unknown>> };

describe("a machine that is restored from a persisted snapshot", () => {
	it("in the middle of an agent's call makes that call again, under the same key", async () => {
		const data = `
context: { n: 0 }
states:
  start: { type: initial, agent: a, output_to_context: { n: output.n }, transitions: [{ to: next }] }
  next: { agent: a, transitions: [{ to: done }] }
  done: { type: final, output: { n: context.n, step: context.machine.step, calls: context.machine.total_api_calls, id: context.machine.execution_id } }
`;
		const before = flat(data, {
			use: ["a"],
			script: { a: (_call, { n }) => (n === 0 ? { n: 7 } : new Promise(() => undefined)) },
		});
		const first = before.machine.actor().start();
		await until(() => before.calls.length === 2);
		const { actor, calls } = restart(data, crash(first), { use: ["a"], script: { a: "x" } });
		expect(await toPromise(actor)).toEqual({ n: 7, step: 3, calls: 2, id: "id-1" });
		expect(calls.map(({ call }) => call.idempotencyKey)).toEqual(
			before.calls.slice(1).map(({ call }) => call.idempotencyKey),
		);
	});

	it("in the middle of a retry's back-off keeps the attempts made and the deadline", async () => {
		const data = `
states:
  start: { type: initial, agent: a, execution: { type: retry, backoffs: [0, 600, 0], jitter: 0 }, transitions: [{ to: done }] }
  done: { type: final, output: { calls: context.machine.total_api_calls } }
`;
		let time = 1_000_000;
		const now = () => time;
		const before = flat(data, { use: ["a"], script: { a: { throw: "E: x" } }, now });
		const first = before.machine.actor().start();
		await until(() => before.calls.length === 2);
		await new Promise((resolve) => setImmediate(resolve));
		const saved = crash(first);

		time += 599_990;
		const { actor, calls } = restart(data, saved, { use: ["a"], script: { a: "x" }, now });
		expect(calls).toHaveLength(0);
		expect(await toPromise(actor)).toEqual({ calls: 1 });
		expect(calls.map(({ call }) => call.idempotencyKey)).toEqual(["id-1/1/start/3"]);
	});

	it("in the middle of a foreach runs finished items no more, and goes on inside unfinished ones", async () => {
		const data = `${worker}
context: { got: null }
states:
  start: { type: initial, machine: worker, foreach: [1, 2, 3], input: { n: item }, output_to_context: { got: output }, transitions: [{ to: done }] }
  done: { type: final, output: { got: context.got, calls: context.machine.total_api_calls } }
`;
		const hangs = (at: unknown, n: unknown) => (n === 2 && at === "second") || (n === 3 && at === "start");
		const before = flat(data, {
			script: { a: ({ input }) => (hangs(input.at, input.n) ? new Promise(() => undefined) : { got: "before" }) },
		});
		const first = before.machine.actor().start();
		await until(() => before.calls.length === 5);
		await new Promise((resolve) => setImmediate(resolve));
		const { actor, calls } = restart(data, crash(first), { script: { a: { got: "after" } } });
		expect(await toPromise(actor)).toEqual({
			got: [
				{ n: 1, got: "before" },
				{ n: 2, got: "after" },
				{ n: 3, got: "after" },
			],
			calls: 6,
		});
		expect(calls.map(({ call: { input } }) => `${input.n} ${input.at}`).sort()).toEqual([
			"2 second",
			"3 second",
			"3 start",
		]);
	});

	it("in the middle of a child machine goes on inside the child", async () => {
		const data = `${worker}
states:
  start: { type: initial, machine: worker, input: { n: 5 }, output_to_context: { got: output }, transitions: [{ to: done }] }
  done: { type: final, output: { got: context.got } }
`;
		const before = flat(data, {
			script: { a: ({ input }: Input) => (input.at === "second" ? new Promise<undefined>(() => undefined) : "x") },
		});
		const first = before.machine.actor().start();
		await until(() => before.calls.length === 2);
		const { actor, calls } = restart(data, crash(first), { script: { a: { got: "after" } } });
		expect(await toPromise(actor)).toEqual({ got: { n: 5, got: "after" } });
		expect(calls.map(({ call }) => call.idempotencyKey)).toEqual([before.calls[1]?.call.idempotencyKey]);
	});

	it("in the middle of samples draws only those that are missing", async () => {
		const data = `
context: { got: null }
states:
  start: { type: initial, agent: a, execution: { type: parallel, n_samples: 3 }, output_to_context: { got: output.results }, transitions: [{ to: done }] }
  done: { type: final, output: { got: context.got } }
`;
		const before = flat(data, {
			use: ["a"],
			script: { a: (_call, { n }) => (n === 1 ? new Promise(() => undefined) : { n }) },
		});
		const first = before.machine.actor().start();
		await until(() => before.calls.length === 3);
		await new Promise((resolve) => setImmediate(resolve));
		const { actor, calls } = restart(data, crash(first), { use: ["a"], script: { a: { n: "again" } } });
		expect(await toPromise(actor)).toEqual({ got: [{ n: 0 }, { n: "again" }, { n: 2 }] });
		expect(calls).toHaveLength(1);
	});

	it("in the middle of votes keeps the votes given", async () => {
		const data = `
states:
  start: { type: initial, agent: a, execution: { type: mdap_voting, k_margin: 2 }, output_to_context: { got: output.x }, transitions: [{ to: done }] }
  done: { type: final, output: { got: context.got } }
`;
		const before = flat(data, {
			use: ["a"],
			script: { a: (_call, { n }) => (n < 2 ? { x: n } : new Promise(() => undefined)) },
		});
		const first = before.machine.actor().start();
		await until(() => before.calls.length === 3);
		const { actor, calls } = restart(data, crash(first), { use: ["a"], script: { a: { x: 1 } } });
		expect(await toPromise(actor)).toEqual({ got: 1 });
		expect(calls).toHaveLength(1);
	});

	it("after an action, during the agent of the same state, does not run the action again", async () => {
		const data = `
context: { n: 0 }
states:
  start: { type: initial, action: add, hooks: h, agent: a, transitions: [{ to: done }] }
  done: { type: final, output: { n: context.n } }
`;
		let actions = 0;
		const hooks = {
			h: {
				onAction: (_action: string, context: Record<string, unknown>) => {
					actions++;
					return { ...context, n: Number(context.n) + 1 };
				},
			},
		};
		const before = flat(data, { use: ["a"], script: { a: () => new Promise(() => undefined) }, hooks });
		const first = before.machine.actor().start();
		await until(() => before.calls.length === 1);
		const { actor } = restart(data, crash(first), { use: ["a"], script: { a: "x" }, hooks });
		expect(await toPromise(actor)).toEqual({ n: 1 });
		expect(actions).toBe(1);
	});

	it("while it waits can be woken, with its timeout's deadline kept", async () => {
		const data = `
states:
  ask: { type: initial, wait_for: c, timeout: 600, transitions: [{ to: done }], on_error: { TimeoutError: late } }
  done: { type: final, output: { at: done } }
  late: { type: final, output: { at: late } }
`;
		let time = 0;
		const now = () => time;
		const first = flat(data, { now }).machine.actor().start();
		await waitFor(first, ({ value }) => value === "ask");
		const saved = crash(first);
		const { actor: woken } = restart(data, saved, { now });
		woken.send({ type: "signal.c" });
		expect(await toPromise(woken)).toEqual({ at: "done" });
		time = 599_990;
		const { actor: late } = restart(data, saved, { now });
		expect(await toPromise(late)).toEqual({ at: "late" });
	});

	it("while its child waits can be woken through the child, by its own channel", async () => {
		const data = `
machines:
  waiter:
    spec: flatmachine
    data:
      name: waiter
      states:
        ask: { type: initial, wait_for: c, output_to_context: { got: output.x }, transitions: [{ to: done }] }
        done: { type: final, output: { got: context.got } }
states:
  start: { type: initial, machine: waiter, output_to_context: { got: output.got }, transitions: [{ to: done }] }
  done: { type: final, output: { got: context.got } }
`;
		const seen: AnyActorRef[] = [];
		const { machine } = flat(data);
		const first = machine.actor().start();
		await new Promise((resolve) => setImmediate(resolve));
		const saved = crash(first);
		const second = createActor(machine.machine, {
			snapshot: JSON.parse(saved),
			input: {},
			inspect: (event) => {
				if (event.type === "@xstate.actor") seen.push(Object(event.actorRef));
			},
		}).start();
		await until(() => seen.some(({ id }) => id === "waiter"));
		for (const child of seen) if (child.id === "waiter") child.send({ type: "signal.c", data: { x: 3 } });
		expect(await toPromise(second)).toEqual({ got: 3 });
	});

	it("while hooks are asked about an error still fails with that error", async () => {
		const data = "states: { start: { type: initial, agent: a, transitions: [{ to: done }] }, done: { type: final } }";
		let asked = 0;
		const hooks = {
			onError: () => (++asked === 1 ? new Promise<null>(() => undefined) : null),
		};
		const first = flat(data, { use: ["a"], script: { a: { throw: "KeyError: gone" } }, hooks })
			.machine.actor()
			.start();
		await until(() => asked === 1);
		const { actor } = restart(data, crash(first), { use: ["a"], script: { a: "x" }, hooks });
		await expect(toPromise(actor)).rejects.toMatchObject({ name: "KeyError", message: "gone" });
		expect(actor.getSnapshot().error).toBeInstanceOf(Error);
	});

	it("once it has ended is still ended, with its output", async () => {
		const data = "states: { only: { type: final, output: { x: 1 } } }";
		const first = flat(data).machine.actor().start();
		expect(await toPromise(first)).toEqual({ x: 1 });
		const { actor } = restart(data, crash(first), {});
		expect(actor.getSnapshot()).toMatchObject({ status: "done", output: { x: 1 } });
	});
});
