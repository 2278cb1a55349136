import { describe, expect, it } from "vitest";
import type { Context, MachineHooks } from "../../runtime/hooks/hooks.ts";
import { flat } from "./flat.ts";

const twoStates = (hooks = "") => `
context: { n: 1 }${hooks}
states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final, output: { n: context.n } }
`;

/** Hooks that write down each call with its arguments but the context. */
function recorder(asynchronous = false): { hooks: MachineHooks; log: string[] } {
	const log: string[] = [];
	const say = <T>(value: T, ...words: unknown[]): T | Promise<T> => {
		log.push(words.map((word) => (typeof word === "string" ? word : JSON.stringify(word))).join(" "));
		return asynchronous ? new Promise((resolve) => setImmediate(() => resolve(value))) : value;
	};
	return {
		log,
		hooks: {
			onMachineStart: (context) => say(context, "start"),
			onMachineEnd: (_context, output) => say(output, "end", output),
			onStateEnter: (state, context) => say(context, "enter", state),
			onStateExit: (state, _context, output) => say(output, "exit", state, output ?? null),
			onTransition: (from, to) => say(to, "transition", from, to),
			onError: (state, error) => say("rescue", "error", state, error.name),
			onAction: (action, context, { state }) => say(context, "action", action, state),
		},
	};
}

describe("hooks that are given in code", () => {
	it.each([false, true])("are called around every state and the machine (asynchronously: %s)", async (asynchronous) => {
		const { hooks, log } = recorder(asynchronous);
		const { run } = flat(
			`
context: { n: 1 }
states:
  start: { type: initial, action: act, transitions: [{ to: call }] }
  call: { agent: a, transitions: [{ to: broken }] }
  broken: { agent: b, transitions: [{ to: done }] }
  rescue: { transitions: [{ to: done }] }
  done: { type: final, output: { n: context.n } }
`,
			{ use: ["a", "b"], script: { a: { x: 1 }, b: { throw: "KeyError: gone" } }, hooks },
		);
		expect(await run()).toMatchObject({ status: "done", output: { n: 1 }, steps: 5 });
		expect(log).toEqual([
			"start",
			"enter start",
			"action act start",
			"exit start null",
			"transition start call",
			"enter call",
			'exit call {"x":1}',
			"transition call broken",
			"enter broken",
			"error broken KeyError",
			"enter rescue",
			"exit rescue null",
			"transition rescue done",
			"enter done",
			'exit done {"n":1}',
			'end {"n":1}',
		]);
	});

	it("do not reach child machines", async () => {
		const { hooks, log } = recorder();
		const { run } = flat(
			`
machines:
  child:
    spec: flatmachine
    data: { name: child, states: { only: { type: final, output: { x: 1 } } } }
states:
  start: { type: initial, machine: child, transitions: [{ to: done }] }
  done: { type: final }
`,
			{ hooks },
		);
		await run();
		expect(log.filter((line) => line.includes("only"))).toEqual([]);
		expect(log).toContain("enter start");
	});
});

describe("hooks that the YAML names", () => {
	it("serve the states that name them, and only those", async () => {
		const { hooks, log } = recorder();
		const { run } = flat(
			`
states:
  start: { type: initial, hooks: h, transitions: [{ to: middle }] }
  middle: { transitions: [{ to: done }] }
  done: { type: final }
`,
			{ hooks: { h: () => hooks } },
		);
		await run();
		expect(log).toEqual(["enter start", "exit start null", "transition start middle"]);
	});

	it("of lifecycle_hooks are called at the machine's start and end alone", async () => {
		const { hooks, log } = recorder();
		await flat(twoStates("\nlifecycle_hooks: h"), { hooks: { h: () => hooks } }).run();
		expect(log).toEqual(["start", 'end {"n":1}']);
	});

	it.each(["1.1.1", "2.0.0"])("of data.hooks (%s) serve the machine and every state", async (version) => {
		const { hooks, log } = recorder();
		await flat(twoStates("\nhooks: h"), { hooks: { h: () => hooks }, version }).run();
		expect(log).toEqual([
			"start",
			"enter start",
			"exit start null",
			"transition start done",
			"enter done",
			'exit done {"n":1}',
			'end {"n":1}',
		]);
	});

	it("of data.hooks, lifecycle_hooks and a state stand together, in that order", async () => {
		const log: string[] = [];
		const named = (name: string): MachineHooks => ({
			onMachineStart: (context) => {
				log.push(`start ${name}`);
				return context;
			},
			onStateEnter: (state, context) => {
				log.push(`enter ${state} ${name}`);
				return context;
			},
		});
		const { run } = flat(
			`
hooks: old
lifecycle_hooks: life
states:
  start: { type: initial, hooks: own, transitions: [{ to: done }] }
  done: { type: final }
`,
			{ hooks: { old: () => named("old"), life: () => named("life"), own: () => named("own") } },
		);
		await run();
		expect(log).toEqual(["start old", "start life", "enter start old", "enter start own", "enter done old"]);
	});

	it("get the args of their reference, and lists of them run in order", async () => {
		const log: unknown[] = [];
		const factory = (args: Readonly<Record<string, unknown>>): MachineHooks => ({
			onAction: (action, context) => {
				log.push([action, args]);
				return { ...context, trail: `${context.trail}${args.name}` };
			},
		});
		const { run } = flat(
			`
context: { trail: "" }
states:
  start: { type: initial, action: act, hooks: [{ name: h, args: { name: x } }, { name: h, args: { name: y } }], transitions: [{ to: done }] }
  done: { type: final, output: { trail: context.trail } }
`,
			{ hooks: { h: factory } },
		);
		expect((await run()).output).toEqual({ trail: "xy" });
		expect(log).toEqual([
			["act", { name: "x" }],
			["act", { name: "y" }],
		]);
	});

	it("that nobody registered fail the run", async () => {
		const { run } = flat(
			"states: { start: { type: initial, hooks: nobody, transitions: [{ to: done }] }, done: { type: final } }",
		);
		expect(await run()).toMatchObject({
			status: "failed",
			error: { name: "HookNotFoundError", code: "hook_not_found" },
		});
	});
});

describe("what hooks give back", () => {
	it("becomes the context: onMachineStart, onStateEnter and onAction, and keys they leave out are gone", async () => {
		const { run } = flat(
			`
context: { trail: "", drop: 1 }
states:
  start: { type: initial, action: act, transitions: [{ to: done }] }
  done: { type: final, output: { trail: context.trail, drop: context.drop, made: context.made } }
`,
			{
				hooks: {
					onMachineStart: (context: Context) => ({ ...context, trail: "s" }),
					onStateEnter: (state, context) => ({ ...context, trail: `${context.trail}-${state}` }),
					onAction: (action, { drop: _, ...context }: Context) => ({
						...context,
						trail: `${context.trail}!${action}`,
						made: [1],
					}),
				},
			},
		);
		expect((await run()).output).toEqual({ trail: "s-start!act-done", drop: null, made: [1] });
	});

	it("from onMachineEnd becomes the run's output", async () => {
		const { run } = flat(twoStates(), { hooks: { onMachineEnd: (_context, output) => ({ wrapped: output }) } });
		expect((await run()).output).toEqual({ wrapped: { n: 1 } });
	});

	it("from onStateExit changes nothing", async () => {
		const { run } = flat(twoStates(), { hooks: { onStateExit: () => ({ other: 1 }) } });
		expect((await run()).output).toEqual({ n: 1 });
	});

	it("from onTransition replaces the target, with any state of the machine", async () => {
		const { run } = flat(
			`
states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final, output: { at: done } }
  other: { transitions: [{ to: last }] }
  last: { type: final, output: { at: last } }
`,
			{ hooks: { onTransition: (_from, to) => (to === "done" ? "other" : to) } },
		);
		expect(await run()).toMatchObject({ status: "done", output: { at: "last" }, steps: 3 });
	});

	it.each(["", null, undefined])("from onTransition ends the run where it is %j, with output {}", async (next) => {
		const ended: unknown[] = [];
		const { run } = flat(twoStates(), {
			hooks: {
				onTransition: () => next,
				onMachineEnd: (_context, output) => {
					ended.push(output);
					return output;
				},
			},
		});
		expect(await run()).toMatchObject({ status: "done", output: {}, steps: 1 });
		expect(ended).toEqual([{}]);
	});

	it("from onTransition fails the run where it names no state", async () => {
		expect(await flat(twoStates(), { hooks: { onTransition: () => "nowhere" } }).run()).toMatchObject({
			status: "failed",
			error: { name: "UnknownStateError" },
		});
	});

	it("may not be missing where a context is expected", async () => {
		const forgetful: MachineHooks = { onAction: () => Reflect.get({}, "context") };
		const { run } = flat(
			"states: { start: { type: initial, action: act, hooks: h, transitions: [{ to: done }], on_error: failed }, done: { type: final }, failed: { type: final, output: { type: context.last_error_type } } }",
			{ hooks: { h: () => forgetful } },
		);
		expect((await run()).output).toEqual({ type: "HookError" });
	});
});

describe("hooks that throw", () => {
	const throwing = (method: keyof MachineHooks): MachineHooks => ({
		[method]: () => {
			throw new RangeError(`from ${method}`);
		},
	});

	it.each(["onMachineStart", "onMachineEnd", "onStateEnter", "onStateExit", "onTransition"] as const)(
		"in %s fail the run with their error",
		async (method) => {
			expect(await flat(twoStates(), { hooks: throwing(method) }).run()).toMatchObject({
				status: "failed",
				error: { name: "RangeError", message: `from ${method}` },
			});
		},
	);

	it("in onAction are routed by on_error", async () => {
		const { run } = flat(
			"states: { start: { type: initial, action: act, transitions: [{ to: done }], on_error: { RangeError: failed } }, done: { type: final }, failed: { type: final, output: { text: context.last_error } } }",
			{ hooks: throwing("onAction") },
		);
		expect((await run()).output).toEqual({ text: "from onAction" });
	});

	it("in onError fail the run with their own error", async () => {
		const { run } = flat(
			"states: { start: { type: initial, agent: a, transitions: [{ to: done }] }, done: { type: final } }",
			{ use: ["a"], script: { a: { throw: "KeyError: gone" } }, hooks: throwing("onError") },
		);
		expect(await run()).toMatchObject({ status: "failed", error: { name: "RangeError", message: "from onError" } });
	});
});

describe("an action", () => {
	it("without hooks that answer leaves the context as it is", async () => {
		const { run } = flat(`
context: { n: 1 }
states:
  start: { type: initial, action: act, transitions: [{ to: done }] }
  done: { type: final, output: { n: context.n } }
`);
		expect((await run()).output).toEqual({ n: 1 });
	});

	it("runs before the agent of its state, which sees what it changed", async () => {
		const { run, inputs } = flat(
			`
context: { n: 1 }
states:
  start: { type: initial, action: act, hooks: h, agent: a, input: { n: context.n }, output_to_context: { n: output.n }, transitions: [{ to: done }] }
  done: { type: final, output: { n: context.n } }
`,
			{ use: ["a"], script: { a: { n: 7 } }, hooks: { h: { onAction: (_action, context) => ({ ...context, n: 2 }) } } },
		);
		expect((await run()).output).toEqual({ n: 7 });
		expect(inputs()).toEqual([{ n: 2 }]);
	});
});

describe("hooks around agents", () => {
	it("hear of tool calls and tool results that an agent reports", async () => {
		const heard: unknown[] = [];
		const { run } = flat(
			`
states:
  start: { type: initial, agent: a, hooks: h, transitions: [{ to: done }] }
  done: { type: final, output: { calls: context.calls, results: context.results } }
`,
			{
				use: ["a"],
				script: {
					a: {
						content: "x",
						tool_calls: [{ id: "1", name: "look", arguments: { at: 2 } }],
						metadata: { tool_results: [{ content: "seen" }] },
					},
				},
				hooks: {
					h: {
						onToolCalls: (state, calls, context) => {
							heard.push([state, calls]);
							return { ...context, calls: calls.length };
						},
						onToolResult: (state, result, context) => {
							heard.push([state, result]);
							return { ...context, results: 1 };
						},
					},
				},
			},
		);
		expect((await run()).output).toEqual({ calls: 1, results: 1 });
		expect(heard).toEqual([
			["start", [{ id: "1", name: "look", arguments: { at: 2 } }]],
			["start", { content: "seen" }],
		]);
	});

	it("hear of streamed pieces while the agent works", async () => {
		const heard: unknown[] = [];
		const { run } = flat(
			"states: { start: { type: initial, agent: a, hooks: h, transitions: [{ to: done }] }, done: { type: final } }",
			{
				use: ["a"],
				script: {
					a: ({ onStreamEvent }) => {
						onStreamEvent?.({ text: "piece" });
						return "whole";
					},
				},
				hooks: { h: { onAgentStreamEvent: (state, event) => void heard.push([state, event]) } },
			},
		);
		await run();
		expect(heard).toEqual([["start", { text: "piece" }]]);
	});
});

describe("context.machine", () => {
	it("has the fields of the specification, fresh in every state", async () => {
		const { run } = flat(
			`
states:
  start: { type: initial, agent: a, transitions: [{ to: done }] }
  done:
    type: final
    output:
      id: context.machine.execution_id
      name: context.machine.machine_name
      parent: context.machine.parent_execution_id
      version: context.machine.spec_version
      step: context.machine.step
      state: context.machine.current_state
      calls: context.machine.total_api_calls
      cost: context.machine.total_cost
`,
			{ use: ["a"], script: { a: { output: { x: 1 }, usage: { api_calls: 2 }, cost: 0.5 } }, version: "4.2.0" },
		);
		expect((await run()).output).toEqual({
			id: "id-1",
			name: "test",
			parent: null,
			version: "4.2.0",
			step: 2,
			state: "done",
			calls: 2,
			cost: 0.5,
		});
	});

	it("is read-only for hooks, which get a TypeError", async () => {
		const { run } = flat(twoStates(), {
			hooks: {
				onStateEnter(_state, context) {
					Object.assign(Object(context.machine), { step: 99 });
					return context;
				},
			},
		});
		expect(await run()).toMatchObject({ status: "failed", error: { name: "TypeError" } });
	});

	it("that a hook replaces or drops is the machine's own again", async () => {
		const { run } = flat(
			`
states:
  start: { type: initial, action: act, transitions: [{ to: done }] }
  done: { type: final, output: { id: context.machine.execution_id, step: context.machine.step } }
`,
			{ hooks: { onAction: () => ({ machine: { step: 99 } }) } },
		);
		expect((await run()).output).toEqual({ id: "id-1", step: 2 });
	});
});
