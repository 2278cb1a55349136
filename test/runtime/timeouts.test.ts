import { describe, expect, it } from "vitest";
import type { AgentCall } from "../../runtime/agents/agent.ts";
import { flat } from "./flat.ts";

/** An agent that answers only when it is aborted, and then with nothing. */
function hanging(aborted: unknown[]) {
	return (call: AgentCall) =>
		new Promise<undefined>((_resolve, reject) => {
			call.signal?.addEventListener("abort", () => {
				aborted.push(call.input.n ?? "call");
				reject(call.signal?.reason);
			});
		});
}

const child = `
machines:
  child:
    spec: flatmachine
    data:
      name: child
      agents: { a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } } }
      context: { n: input.n }
      states:
        start: { type: initial, agent: a, input: { n: context.n }, transitions: [{ to: done }] }
        done: { type: final }
`;

async function timedOut(state: string, onError = "{ TimeoutError: late }") {
	const aborted: unknown[] = [];
	const machine = flat(
		`${child}
agents: { a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } } }
states:
  start: { type: initial, ${state}, timeout: 0.02, transitions: [{ to: done }], on_error: ${onError} }
  done: { type: final, output: { at: done } }
  late: { type: final, output: { type: context.last_error_type, text: context.last_error } }
`,
		{ script: { a: hanging(aborted) } },
	);
	const result = await machine.run();
	return { result, aborted, calls: machine.calls };
}

const late = { type: "TimeoutError", text: expect.stringContaining("0.02 s") };

describe("timeout", () => {
	it("of an agent state is a TimeoutError for on_error, and aborts the call", async () => {
		const { result, aborted } = await timedOut("agent: a");
		expect(result).toMatchObject({ status: "done", output: late });
		expect(aborted).toEqual(["call"]);
	});

	it("without a route fails the run", async () => {
		expect((await timedOut("agent: a", "{ KeyError: late }")).result).toMatchObject({
			status: "failed",
			error: { name: "TimeoutError", code: "timeout" },
		});
	});

	it("of a machine state aborts the child's call", async () => {
		const { result, aborted } = await timedOut("machine: child, input: { n: 1 }");
		expect(result).toMatchObject({ output: late });
		expect(aborted).toEqual([1]);
	});

	it("of a foreach state aborts the calls of all its items and starts no further ones", async () => {
		const { result, aborted, calls } = await timedOut(
			"machine: child, foreach: [1, 2, 3, 4], max_concurrency: 2, input: { n: item }",
		);
		expect(result).toMatchObject({ output: late });
		expect(aborted).toEqual([1, 2]);
		expect(calls).toHaveLength(2);
	});

	it("of a machine list aborts all children", async () => {
		const { result, aborted } = await timedOut("machine: [child], input: { n: 1 }");
		expect(result).toMatchObject({ output: late });
		expect(aborted).toEqual([1]);
	});

	it("of a wait_for state does not keep a run from parking", async () => {
		expect((await timedOut('wait_for: "approval"')).result).toMatchObject({ status: "waiting", channel: "approval" });
	});

	it("ends retries: no attempt is made after it", async () => {
		const { result, calls } = await timedOut("agent: a, execution: { type: retry, backoffs: [0, 0, 0] }");
		expect(result).toMatchObject({ output: late });
		expect(calls).toHaveLength(1);
	});

	it("ends votes: no sample is drawn after it", async () => {
		const { result, calls } = await timedOut("agent: a, execution: { type: mdap_voting }");
		expect(result).toMatchObject({ output: late });
		await new Promise((resolve) => setImmediate(resolve));
		expect(calls).toHaveLength(1);
	});

	it("during an action calls no agent of that state any more", async () => {
		let finish = (): void => undefined;
		const { run, calls } = flat(
			"states: { start: { type: initial, action: act, agent: a, timeout: 0.02, transitions: [{ to: done }], on_error: late }, done: { type: final }, late: { type: final, output: { type: context.last_error_type } } }",
			{
				use: ["a"],
				script: { a: "x" },
				hooks: {
					onAction: (_action, context) =>
						new Promise((resolve) => {
							finish = () => resolve(context);
						}),
				},
			},
		);
		expect(await run()).toMatchObject({ status: "done", output: { type: "TimeoutError" } });
		finish();
		await new Promise((resolve) => setImmediate(resolve));
		expect(calls).toEqual([]);
	});

	it("that is 0 or absent waits for ever, and one that is not reached changes nothing", async () => {
		for (const timeout of ["", ", timeout: 0", ", timeout: null", ", timeout: 60"]) {
			const { run } = flat(
				`states: { start: { type: initial, agent: a, transitions: [{ to: done }]${timeout} }, done: { type: final, output: { at: done } } }`,
				{ use: ["a"], script: { a: () => new Promise((resolve) => setTimeout(() => resolve("x"), 5)) } },
			);
			expect((await run()).output).toEqual({ at: "done" });
		}
	});
});
