/** Agents that are given in code: functions and actor logic of XState. */
import { expect, it, vi } from "vitest";
import { assign, createMachine, emit, fromCallback, fromObservable, fromPromise, type Subscribable } from "xstate";
import { type CodeAgent, FlatMachine, type RunEvent } from "../../src/index.ts";

const text = `
spec: flatmachine
spec_version: "4.2.1"
data:
  context: { said: null }
  agents: { worker: { type: code } }
  states:
    think:
      type: initial
      agent: worker
      input: { n: input.n }
      output_to_context: { said: output }
      on_error: { RangeError: late, default: late }
      transitions: [{ to: done }]
    late: { type: final, output: { late: context.last_error_type } }
    done: { type: final, output: { said: context.said } }
`;

/** An observable that gives these values and ends. */
function toObserver(values: readonly unknown[]): Subscribable<unknown> {
	return {
		subscribe(listener: unknown) {
			const { next, complete } = Object(listener);
			for (const value of values) next(value);
			complete();
			return { unsubscribe: () => undefined };
		},
	};
}

function machine(worker: CodeAgent): FlatMachine {
	return new FlatMachine({ config: text, agents: { worker } });
}

it("a function gets the input, and what is known of its call", async () => {
	const seen: unknown[] = [];
	const worker: CodeAgent = (input, info) => {
		seen.push(info.idempotencyKey);
		return { twice: Number(input.n) * 2 };
	};
	expect(await machine(worker).run({ n: 2 }, { executionId: "e" })).toMatchObject({ output: { said: { twice: 4 } } });
	expect(seen).toEqual(["e/1/think/1"]);
});

it("a promise's output is the agent's, and what it emits are events of the run", async () => {
	const worker = fromPromise<unknown, { n: number }, { type: string }>(async ({ input, emit: tell }) => {
		tell({ type: "half" });
		return { twice: input.n * 2 };
	});
	const events: RunEvent[] = [];
	const result = await machine(worker).run({ n: 2 }, { onEvent: (event) => events.push(event) });
	expect(result).toMatchObject({ output: { said: { twice: 4 } } });
	expect(events).toContainEqual(expect.objectContaining({ type: "agent_stream", event: { type: "half" } }));
});

it("a machine's output is the agent's, its usage counts", async () => {
	const worker = createMachine({
		context: ({ input }) => ({ n: Number(Object(input).n) }),
		initial: "adding",
		states: {
			adding: { entry: [assign({ n: ({ context }) => context.n + 1 }), emit({ type: "added" })], always: "added" },
			added: { type: "final" },
		},
		output: ({ context }) => ({ output: { sum: context.n }, usage: { api_calls: 3 }, cost: 0.5 }),
	});
	expect(await machine(worker).run({ n: 2 })).toMatchObject({
		output: { said: { sum: 3 } },
		agentCalls: 3,
		cost: 0.5,
	});
});

it("an observable's last value is the output", async () => {
	const worker = fromObservable(({ input }) => toObserver([{ at: 1 }, { at: Object(input).n }]));
	expect(await machine(worker).execute({ n: 2 })).toEqual({ said: { at: 2 } });
});

it("an error is the state's", async () => {
	const worker = fromPromise(async () => {
		throw new RangeError("too far");
	});
	expect(await machine(worker).execute({ n: 1 })).toEqual({ late: "RangeError" });
});

it("is stopped when the run is aborted", async () => {
	const stopped = vi.fn();
	const started = vi.fn();
	const worker = fromCallback(() => {
		started();
		return stopped;
	});
	const abort = new AbortController();
	const run = machine(worker).run({ n: 1 }, { signal: abort.signal });
	await vi.waitFor(() => expect(started).toHaveBeenCalled());
	abort.abort();
	expect(await run).toMatchObject({ status: "stopped", reason: "aborted" });
	expect(stopped).toHaveBeenCalled();
});

it("takes the place of what the document says of an agent, and a script that of both", async () => {
	const flatagent = text.replace("{ type: code }", "{ spec: flatagent, data: { model: { name: x }, user: x } }");
	const options = { config: flatagent, agents: { worker: () => "code" } };
	expect(await new FlatMachine(options).execute({ n: 1 })).toEqual({ said: { content: "code" } });
	const scripted = new FlatMachine({ ...options, script: { worker: "scripted" } });
	expect(await scripted.execute({ n: 1 })).toEqual({ said: { content: "scripted" } });
});

it("an agent of the type `code` that is not given says how to give it", async () => {
	const alone = new FlatMachine({ config: text.replace(/on_error.*\n/, "\n") });
	await expect(alone.execute({ n: 1 })).rejects.toThrow("`agents: { worker: fromPromise(…) }`");
});
