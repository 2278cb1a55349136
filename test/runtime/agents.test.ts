import { describe, expect, it } from "vitest";
import type { AgentScript } from "../../adapters/scripted/index.ts";
import { RetryableError } from "../../runtime/agents/errors.ts";
import type { RunEvent } from "../../runtime/state/run-event.ts";
import { type Flat, type FlatOptions, flat } from "./flat.ts";

/** One agent state with this execution; final output has what it gave. */
function once(execution: string, script: AgentScript, options: FlatOptions = {}): Flat {
	return flat(
		`
context: { got: null }
states:
  start:
    type: initial
    agent: a
    execution: ${execution}
    output_to_context: { got: output }
    transitions: [{ to: done }]
    on_error: failed
  done: { type: final, output: { got: context.got } }
  failed: { type: final, output: { type: context.last_error_type, text: context.last_error } }
`,
		{ use: ["a"], script, random: () => 0.5, ...options },
	);
}

async function outcome(machine: Flat): Promise<{ output: unknown; calls: number; delays: number[]; counted: number }> {
	const events: RunEvent[] = [];
	const result = await machine.run({}, { onEvent: (event) => events.push(event) });
	const delays = events.flatMap((event) => (event.type === "retry" ? [event.delaySeconds] : []));
	return { output: result.output, calls: machine.calls.length, delays, counted: result.agentCalls };
}

const rateLimited = { error: { type: "RateLimitError", code: "rate_limit", message: "slow down", retryable: true } };
const refused = { error: { type: "AuthError", message: "no key", retryable: false } };

describe("an agent that is called once", () => {
	it("gets its input, its state, the context and a key that names the call", async () => {
		const { run, calls } = once("{ type: default }", { a: "x" });
		await run();
		expect(calls[0]?.call).toMatchObject({
			state: "start",
			idempotencyKey: "id-1/1/start/1",
			context: { got: null },
		});
	});

	it("fails its state with RetryableError or RuntimeError for a structured error", async () => {
		expect((await outcome(once("{ type: default }", { a: rateLimited }))).output).toEqual({
			type: "RetryableError",
			text: "RateLimitError: slow down",
		});
		expect((await outcome(once("{ type: default }", { a: refused }))).output).toEqual({
			type: "RuntimeError",
			text: "AuthError: no key",
		});
	});

	it("fails its state with what its executor throws", async () => {
		expect((await outcome(once("{ type: default }", { a: { throw: "KeyError: gone" } }))).output).toEqual({
			type: "KeyError",
			text: "gone",
		});
	});

	it("counts calls and cost of what it says it used, and nothing where it does not say", async () => {
		const script = {
			a: [{ output: { x: 1 }, usage: { requests: 4, input_tokens: 3, output_tokens: 2 }, cost: { total: 0.5 } }],
		};
		expect(await once("{ type: default }", script).run()).toMatchObject({
			agentCalls: 4,
			cost: 0.5,
			usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
		});
		const silent = { a: [{ output: { x: 1 }, usage: {} }] };
		expect(await once("{ type: default }", silent).run()).toMatchObject({ agentCalls: 0, cost: 0 });
	});

	it("is told the session that the state names, as text, and none where that is blank", async () => {
		const session = async (value: string, context: string): Promise<unknown> => {
			const { run, calls } = flat(
				`
context: { s: ${context} }
states:
  start: { type: initial, agent: a, session_id: "${value}", transitions: [{ to: done }] }
  done: { type: final }
`,
				{ use: ["a"], script: { a: "x" } },
			);
			await run();
			return calls[0]?.call.sessionId;
		};
		expect(await session("context.s", "7")).toBe("7");
		expect(await session("chat-{{ context.s }}", "7")).toBe("chat-7");
		expect(await session("context.s", "null")).toBeUndefined();
		expect(await session("{{ context.s }}", '" "')).toBeUndefined();
	});
});

describe("execution: retry", () => {
	it("tries again after retryable errors and passes the success on, with the calls of all attempts", async () => {
		const machine = once("{ type: retry, backoffs: [0, 0] }", {
			a: [{ ...rateLimited, usage: { api_calls: 1 } }, { throw: "Error: broken" }, { x: 1 }],
		});
		expect(await outcome(machine)).toMatchObject({ output: { got: { x: 1 } }, calls: 3, counted: 2 });
		expect(machine.calls.map(({ call }) => call.idempotencyKey)).toEqual([
			"id-1/1/start/1",
			"id-1/1/start/2",
			"id-1/1/start/3",
		]);
	});

	it("stops at once at a structured error that no retry helps", async () => {
		expect(await outcome(once("{ type: retry, backoffs: [0, 0] }", { a: refused }))).toMatchObject({
			output: { type: "RuntimeError", text: "AuthError: no key" },
			calls: 1,
		});
	});

	it("gives the last structured error once its attempts are used up, even after a later exception", async () => {
		const script = { a: [rateLimited, { throw: "Error: broken" }] };
		expect(await outcome(once("{ type: retry, backoffs: [0] }", script))).toMatchObject({
			output: { type: "RetryableError", text: "RateLimitError: slow down" },
			calls: 2,
		});
	});

	it("gives a RuntimeError that names the exception where all attempts threw", async () => {
		expect(await outcome(once("{ type: retry, backoffs: [0] }", { a: { throw: "KeyError: gone" } }))).toMatchObject({
			output: { type: "RuntimeError", text: "KeyError: gone" },
			calls: 2,
		});
	});

	it("retries a RetryableError that the executor throws", async () => {
		const script: AgentScript = {
			a: (_call, { n }) => {
				if (n === 0) throw new RetryableError("later");
				return { x: 1 };
			},
		};
		expect(await outcome(once("{ type: retry, backoffs: [0] }", script))).toMatchObject({
			output: { got: { x: 1 } },
			calls: 2,
		});
	});

	it("takes an empty answer for a success, unless retry_on_empty asks for another", async () => {
		const script = { a: ["", "", "text"] };
		expect(await outcome(once("{ type: retry, backoffs: [0, 0] }", script))).toMatchObject({ calls: 1 });
		expect(await outcome(once("{ type: retry, backoffs: [0, 0], retry_on_empty: true }", script))).toMatchObject({
			output: { got: { content: "text" } },
			calls: 3,
		});
		expect(await outcome(once("{ type: retry, backoffs: [0], retry_on_empty: true }", { a: "" }))).toMatchObject({
			output: { type: "RuntimeError" },
			calls: 2,
		});
	});

	it("waits the back-offs with jitter from the injected random numbers", async () => {
		const random = [0, 0.5, 0.75];
		const execution = "{ type: retry, backoffs: [0.01, 0.02, 0.04], jitter: 0.5 }";
		const script = { a: [rateLimited, rateLimited, rateLimited, { x: 1 }] };
		const { delays } = await outcome(once(execution, script, { random: () => random.shift() ?? 0.5 }));
		expect(delays).toEqual([0.005, 0.02, 0.05]);
	});

	it("waits as long as the provider asked for where that is longer, and not shorter than the back-off", async () => {
		const asked = (seconds: number) => ({ ...rateLimited, rate_limit: { limited: true, retry_after: seconds } });
		const script = { a: [asked(0.03), asked(0.001), { x: 1 }] };
		const { delays } = await outcome(once("{ type: retry, backoffs: [0.01, 0.01], jitter: 0 }", script));
		expect(delays).toEqual([0.03, 0.01]);
	});

	it("never makes more attempts than there are back-offs, plus one", async () => {
		expect(await outcome(once("{ type: retry, backoffs: [] }", { a: rateLimited }))).toMatchObject({ calls: 1 });
	});
});

describe("execution: parallel", () => {
	it("starts all samples together with the same input and gives their payloads in order", async () => {
		const release: (() => void)[] = [];
		const script: AgentScript = {
			a: async (_call, { n }) => {
				if (release.length === 2) for (const go of [...release].reverse()) setImmediate(go);
				else await new Promise<void>((resolve) => release.push(resolve));
				return n === 1 ? "text" : { n };
			},
		};
		const machine = once("{ type: parallel, n_samples: 3 }", script);
		expect(await outcome(machine)).toEqual({
			output: { got: { results: [{ n: 0 }, { content: "text" }, { n: 2 }], count: 3 } },
			calls: 3,
			delays: [],
			counted: 3,
		});
	});

	it("drops samples that throw, and counts a structured error as an empty payload", async () => {
		const script = { a: [{ throw: "Error: x" }, { error: { type: "E", message: "m" } }, { n: 3 }] };
		expect((await outcome(once("{ type: parallel, n_samples: 3 }", script))).output).toEqual({
			got: { results: [{}, { n: 3 }], count: 2 },
		});
	});

	it("gives an empty payload and no error where every sample throws", async () => {
		expect((await outcome(once("{ type: parallel }", { a: { throw: "Error: x" } }))).output).toEqual({ got: {} });
	});

	it("sums cost and calls", async () => {
		const script = { a: { output: { x: 1 }, cost: 0.25, usage: { api_calls: 2 } } };
		expect(await once("{ type: parallel, n_samples: 4 }", script).run()).toMatchObject({ agentCalls: 8, cost: 1 });
	});
});

describe("execution: mdap_voting", () => {
	const votes = (answers: readonly string[]) => ({ a: answers.map((x) => ({ x })) });

	it("stops as soon as a candidate has k_margin votes", async () => {
		const machine = once("{ type: mdap_voting, k_margin: 2, max_candidates: 9 }", votes(["p", "q", "p", "q", "q"]));
		expect(await outcome(machine)).toMatchObject({ output: { got: { x: "p" } }, calls: 3, counted: 3 });
	});

	it("takes most votes after max_candidates, ties to the first seen", async () => {
		const most = once("{ type: mdap_voting, k_margin: 9, max_candidates: 4 }", votes(["p", "q", "q", "r"]));
		expect(await outcome(most)).toMatchObject({ output: { got: { x: "q" } }, calls: 4 });
		const tie = once("{ type: mdap_voting, k_margin: 9, max_candidates: 4 }", votes(["p", "q", "q", "p"]));
		expect((await outcome(tie)).output).toEqual({ got: { x: "p" } });
	});

	it("counts candidates as equal whatever the order of their keys", async () => {
		const script = {
			a: [
				{ x: 1, y: { a: 1, b: 2 } },
				{ y: { b: 2, a: 1 }, x: 1 },
			],
		};
		const machine = once("{ type: mdap_voting, k_margin: 2 }", script);
		expect(await outcome(machine)).toMatchObject({ output: { got: { x: 1, y: { a: 1, b: 2 } } }, calls: 2 });
	});

	it("skips samples that throw and red-flags answers that are too long", async () => {
		const script = { a: [{ throw: "Error: x" }, { output: { x: "long".repeat(50) } }, { x: "s" }, { x: "s" }] };
		const machine = once("{ type: mdap_voting, k_margin: 2, max_candidates: 4, max_response_tokens: 10 }", script);
		expect(await outcome(machine)).toMatchObject({ output: { got: { x: "s" } }, calls: 4 });
	});

	it("gives an empty payload where no sample counts", async () => {
		const machine = once("{ type: mdap_voting, max_candidates: 3 }", { a: { throw: "Error: x" } });
		expect(await outcome(machine)).toMatchObject({ output: { got: {} }, calls: 3 });
	});

	it("cuts candidates out of texts by metadata.parsing, checks metadata.validation, and lets metadata.mdap win", async () => {
		const machine = flat(
			`
agents:
  a:
    spec: flatagent
    data: { name: a, model: { provider: p, name: m }, user: hi }
    metadata:
      mdap: { k_margin: 2 }
      parsing: { move: { pattern: "move=(.*?);", type: json }, disk: { pattern: "disk=(\\\\d+)", type: int } }
      validation: { type: object, properties: { disk: { type: integer, maximum: 3 } } }
context: { got: null }
states:
  start:
    type: initial
    agent: a
    execution: { type: mdap_voting, k_margin: 5 }
    output_to_context: { got: output }
    transitions: [{ to: done }]
  done: { type: final, output: { got: context.got } }
`,
			{
				script: {
					a: ["nothing here", "move=[1,2]; disk=9", "move=[0,\n2]; disk=3", "move=oops; disk=1", "move=[0, 2]; disk=3"],
				},
			},
		);
		expect(await outcome(machine)).toMatchObject({ output: { got: { move: [0, 2], disk: 3 } }, calls: 5 });
	});
});
