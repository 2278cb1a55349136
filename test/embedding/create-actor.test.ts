import { describe, expect, it } from "vitest";
import { createActor, fromPromise, toPromise, waitFor } from "xstate";
import { compile } from "../../src/compile.ts";
import { documentOf, flat } from "../runtime/flat.ts";

const data = `
context: { n: input.n, got: null }
states:
  start: { type: initial, transitions: [{ condition: context.n > 2, to: big }, { to: ask }] }
  ask: { agent: a, input: { n: context.n }, output_to_context: { got: output }, transitions: [{ to: done }], on_error: failed }
  big: { type: final, output: { big: context.n } }
  done: { type: final, output: { got: context.got } }
  failed: { type: final, output: { type: context.last_error_type } }
`;

function compiled(text = data, use = ["a"]) {
	return compile(documentOf(text, { use }), { script: { "*": { answer: 42 } }, newId: () => "id" });
}

function outputOf(machine: ReturnType<typeof compiled>["machine"], input = {}): Promise<unknown> {
	return toPromise(createActor(machine, { input }).start());
}

describe("createActor(machine, { input })", () => {
	it("runs a compiled machine without our runtime", async () => {
		const { machine } = compiled();
		expect(await outputOf(machine, { n: 1 })).toEqual({ got: { answer: 42 } });
		expect(await outputOf(machine, { n: 3 })).toEqual({ big: 3 });
	});

	it("needs no input", async () => {
		const { machine } = compiled(
			"states: { start: { type: initial, transitions: [{ to: done }] }, done: { type: final } }",
			[],
		);
		expect(await toPromise(createActor(machine, { input: {} }).start())).toEqual({});
	});

	it("rejects with the error that nothing routed", async () => {
		const { machine } = compile(
			documentOf("states: { start: { type: initial, agent: a, transitions: [{ to: done }] }, done: { type: final } }", {
				use: ["a"],
			}),
			{ script: { a: { throw: "KeyError: gone" } } },
		);
		const actor = createActor(machine, { input: {} });
		const failed = toPromise(actor);
		actor.start();
		await expect(failed).rejects.toMatchObject({ name: "KeyError", message: "gone" });
		expect(actor.getSnapshot().status).toBe("error");
	});

	it("aborts the agent's call when the actor is stopped", async () => {
		let signal: AbortSignal | undefined;
		const { machine } = compile(
			documentOf("states: { start: { type: initial, agent: a, transitions: [{ to: done }] }, done: { type: final } }", {
				use: ["a"],
			}),
			{
				script: {
					a: (call) => {
						signal = call.signal;
						return new Promise(() => undefined);
					},
				},
			},
		);
		const actor = createActor(machine, { input: {} }).start();
		while (!signal) await new Promise((resolve) => setImmediate(resolve));
		actor.stop();
		expect(signal.aborted).toBe(true);
	});

	it("has the YAML's state names as its state values, with tags and places in meta", async () => {
		const { machine, config } = compiled();
		const actor = createActor(machine, { input: { n: 1 } }).start();
		const snapshot = actor.getSnapshot();
		expect(snapshot.value).toBe("ask");
		expect(snapshot.hasTag("agent")).toBe(true);
		expect(config.states.ask?.meta).toEqual({ yaml: "states.ask", file: "<inline>", line: 11 });
		expect(Object.values(snapshot.getMeta())).toContainEqual({ yaml: "states.ask", file: "<inline>", line: 11 });
		await toPromise(actor);
		expect(actor.getSnapshot().value).toBe("done:end" in config.states ? "done:end" : "done");
	});

	it("has the texts of the conditions as names of its guards", () => {
		const { config, implementations } = compiled();
		expect(config.states.start?.always).toContainEqual({ guard: "context.n > 2", target: "big" });
		expect(Object.keys(implementations.guards)).toContain("context.n > 2");
	});

	it("keeps the flat context, with the runtime's data under `machine` alone", async () => {
		const { machine } = compiled();
		const actor = createActor(machine, { input: { n: 1 } }).start();
		await toPromise(actor);
		const { machine: meta, ...rest } = actor.getSnapshot().context;
		expect(rest).toEqual({ n: 1, got: { answer: 42 } });
		expect(meta).toMatchObject({ execution_id: "id", step: 3, current_state: "done", total_api_calls: 1 });
	});
});

describe("machine.provide", () => {
	it("answers for an agent with any promise logic, whose input is the rendered input", async () => {
		const inputs: unknown[] = [];
		const machine = compiled().machine.provide({
			actors: {
				"agent:a": fromPromise(async ({ input }) => {
					inputs.push(input);
					return { mine: true };
				}),
			},
		});
		expect(await outputOf(machine, { n: 1 })).toEqual({ got: { mine: true } });
		expect(inputs).toEqual([{ n: 1 }]);
	});

	it("routes the error of such an agent by on_error", async () => {
		const machine = compiled().machine.provide({
			actors: { "agent:a": fromPromise(() => Promise.reject(new RangeError("no"))) },
		});
		expect(await outputOf(machine, { n: 1 })).toEqual({ type: "RangeError" });
	});

	it("reaches retries of that agent, too", async () => {
		let calls = 0;
		const { machine } = compiled(
			"states: { start: { type: initial, agent: a, execution: { type: retry, backoffs: [0, 0] }, transitions: [{ to: done }] }, done: { type: final } }",
		);
		const provided = machine.provide({
			actors: {
				"agent:a": fromPromise(async () => {
					if (++calls < 3) throw new Error("again");
					return "x";
				}),
			},
		});
		await outputOf(provided);
		expect(calls).toBe(3);
	});

	it("overrides a condition by its text", async () => {
		const machine = compiled().machine.provide({ guards: { "context.n > 2": ({ context }) => context.n === 1 } });
		expect(await outputOf(machine, { n: 1 })).toEqual({ big: 1 });
		expect(await outputOf(machine, { n: 3 })).toEqual({ got: { answer: 42 } });
	});

	const parent = `
machines:
  child: { spec: flatmachine, data: { name: child, states: { only: { type: final, output: { x: own } } } } }
context: { got: null }
states:
  start: { type: initial, machine: child, input: { y: 1 }, output_to_context: { got: output }, transitions: [{ to: done }] }
  done: { type: final, output: { got: context.got } }
`;

	it("stands in for a child machine", async () => {
		const { machine } = compiled(parent, []);
		expect(await outputOf(machine)).toEqual({ got: { x: "own" } });
		const provided = machine.provide({
			actors: { "machine:child": fromPromise(async ({ input }) => ({ given: input })) },
		});
		expect(await outputOf(provided)).toEqual({ got: { given: { y: 1 } } });
	});

	it("gives a stand-in for a child no more than its input, so that it may start other machines with it", async () => {
		const { machine } = compiled(parent, []);
		const ids: string[] = [];
		const other = compile(
			"spec: flatmachine\ndata: { name: other, states: { only: { type: final, output: { id: context.machine.execution_id } } } }",
			{
				newId: () => "other",
			},
		);
		const provided = machine.provide({
			actors: {
				"machine:child": fromPromise(async ({ input }) => {
					const output = await outputOf(other.machine, { ...Object(input) });
					ids.push(String(Reflect.get(Object(output), "id")));
					return output;
				}),
			},
		});
		await outputOf(provided);
		expect(ids).toEqual(["other"]);
	});

	it("stands in for a hook action", async () => {
		const { machine } = compiled(
			`
context: { n: 1 }
states:
  start: { type: initial, action: double, transitions: [{ to: done }] }
  done: { type: final, output: { n: context.n } }
`,
			[],
		);
		const provided = machine.provide({
			actors: {
				"action:double": fromPromise(async ({ input }) => {
					const { context }: { context?: { n?: number } } = Object(input);
					return { ...context, n: Number(context?.n) * 2 };
				}),
			},
		});
		expect(await outputOf(provided)).toEqual({ n: 2 });
	});

	it("leaves the machine it was called on as it was", async () => {
		const { machine } = compiled();
		machine.provide({ actors: { "agent:a": fromPromise(async () => "other") } });
		expect(await outputOf(machine, { n: 1 })).toEqual({ got: { answer: 42 } });
	});
});

describe("actor()", () => {
	it("of a FlatMachine makes an actor with input and execution id", async () => {
		const { machine } = flat(data, { use: ["a"], script: { a: { answer: 42 } } });
		const actor = machine.actor({ n: 1 }, { executionId: "mine" });
		actor.start();
		await waitFor(actor, ({ status }) => status === "done");
		expect(actor.getSnapshot().output).toEqual({ got: { answer: 42 } });
		expect(actor.getSnapshot().context.machine.execution_id).toBe("mine");
	});
});
