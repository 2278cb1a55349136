import { describe, expect, it } from "vitest";
import { flat } from "./flat.ts";

/** The state that an agent's failure leads to under this `on_error`, or the error that fails the run. */
async function routeOf(onError: string, answer: Record<string, unknown>): Promise<unknown> {
	const { run } = flat(
		`
states:
  start: { type: initial, agent: a, transitions: [{ to: done }], on_error: ${onError} }
  done: { type: final, output: { at: done } }
  one: { type: final, output: { at: one } }
  two: { type: final, output: { at: two } }
  rest: { type: final, output: { at: rest } }
`,
		{ use: ["a"], script: { a: answer } },
	);
	const result = await run();
	return result.status === "done" ? Reflect.get(Object(result.output), "at") : result.error;
}

const limited = { error: { type: "RateLimitError", code: "rate_limit", message: "slow", retryable: true } };

describe("on_error", () => {
	it("given as a text takes every error", async () => {
		expect(await routeOf("one", limited)).toBe("one");
		expect(await routeOf("one", { throw: "Strange: x" })).toBe("one");
	});

	it.each(["RateLimitError", "rate_limit", "RetryableError", "AgentError", "FlatstateError", "Error"])(
		"finds a provider's error under %s",
		async (name) => {
			expect(await routeOf(`{ ${name}: one }`, limited)).toBe("one");
		},
	);

	it("finds an error that no retry helps under RuntimeError", async () => {
		expect(await routeOf("{ RetryableError: two, RuntimeError: one }", { error: { type: "X", message: "m" } })).toBe(
			"one",
		);
	});

	it("prefers the provider's type, then the code, the class, its parents, then default, whatever the order in the file", async () => {
		expect(
			await routeOf(
				"{ default: rest, Error: two, RetryableError: two, rate_limit: two, RateLimitError: one }",
				limited,
			),
		).toBe("one");
		expect(await routeOf("{ default: rest, Error: two, RetryableError: two, rate_limit: one }", limited)).toBe("one");
		expect(await routeOf("{ default: rest, Error: two, RetryableError: one }", limited)).toBe("one");
		expect(await routeOf("{ default: rest, Error: one }", limited)).toBe("one");
		expect(await routeOf("{ default: rest, KeyError: two }", limited)).toBe("rest");
	});

	it("finds thrown errors under their own name", async () => {
		expect(await routeOf("{ KeyError: one, default: rest }", { throw: "KeyError: gone" })).toBe("one");
		expect(await routeOf("{ KeyError: one, default: rest }", { throw: "ValueError: bad" })).toBe("rest");
	});

	it("without an entry that fits fails the run with the error itself", async () => {
		const error = await routeOf("{ KeyError: one }", { throw: "ValueError: bad" });
		expect(error).toMatchObject({ name: "ValueError", message: "bad" });
	});

	it("leaves last_error and last_error_type in the context, and the run goes on from the state it names", async () => {
		const { run, pathOf } = flat(
			`
context: { kept: 1 }
states:
  start: { type: initial, agent: a, output_to_context: { kept: 2 }, transitions: [{ to: done }], on_error: repair }
  repair: { agent: a, input: { type: context.last_error_type }, transitions: [{ to: done }] }
  done: { type: final, output: { kept: context.kept, type: context.last_error_type, text: context.last_error } }
`,
			{ use: ["a"], script: { a: (call) => (call.state === "start" ? { throw: "KeyError: gone" } : "ok") } },
		);
		expect(await run()).toMatchObject({
			status: "done",
			steps: 3,
			output: { kept: 1, type: "KeyError", text: "gone" },
		});
		expect(await pathOf()).toEqual(["start", "repair", "done"]);
	});

	it("may lead back to the failed state", async () => {
		const { run } = flat(
			"states: { start: { type: initial, agent: a, transitions: [{ to: done }], on_error: start }, done: { type: final } }",
			{ use: ["a"], script: { a: [{ throw: "E: 1" }, { throw: "E: 2" }, "ok"] } },
		);
		expect(await run()).toMatchObject({ status: "done", steps: 4 });
	});

	it("takes the error of a template of the state's input", async () => {
		const { run, calls } = flat(
			`
context: { n: 0 }
states:
  start: { type: initial, agent: a, input: { x: "{{ 1 / context.n }}" }, transitions: [{ to: done }], on_error: { ExpressionError: rescue } }
  done: { type: final }
  rescue: { type: final, output: { text: context.last_error } }
`,
			{ use: ["a"], script: { a: "x" } },
		);
		expect((await run()).output).toEqual({ text: expect.stringContaining("zero") });
		expect(calls).toEqual([]);
	});

	it("takes the error of an output_to_context template, and keeps what was set before it", async () => {
		const { run } = flat(
			`
context: { first: null, second: null }
states:
  start: { type: initial, agent: a, output_to_context: { first: output.n, second: "{{ output.n + 'x' }}" }, transitions: [{ to: done }], on_error: rescue }
  done: { type: final }
  rescue: { type: final, output: { first: context.first, type: context.last_error_type } }
`,
			{ use: ["a"], script: { a: { n: 1 } } },
		);
		expect((await run()).output).toEqual({ first: 1, type: "ExpressionError" });
	});

	it("gives the error of a failed run to execute(), which rejects with it", async () => {
		const { machine } = flat(
			"states: { start: { type: initial, agent: a, transitions: [{ to: done }] }, done: { type: final } }",
			{ use: ["a"], script: { a: { throw: "KeyError: gone" } } },
		);
		await expect(machine.execute()).rejects.toMatchObject({ name: "KeyError", message: "gone" });
	});
});

describe("the onError hook", () => {
	const data = (onError: string) => `
states:
  start: { type: initial, agent: a, hooks: h, transitions: [{ to: done }]${onError} }
  done: { type: final, output: { at: done } }
  one: { type: final, output: { at: one, type: context.last_error_type } }
  two: { type: final, output: { at: two } }
`;
	const options = (onErrorHook: (state: string, error: Error) => string | null) => ({
		use: ["a"],
		script: { a: { throw: "KeyError: gone" } },
		hooks: { h: { onError: onErrorHook } },
	});

	it("is asked where on_error has nothing, and names the state to go to", async () => {
		const seen: unknown[] = [];
		const { run } = flat(
			data(""),
			options((state, error) => {
				seen.push([state, error.name, error.message]);
				return "one";
			}),
		);
		expect((await run()).output).toEqual({ at: "one", type: "KeyError" });
		expect(seen).toEqual([["start", "KeyError", "gone"]]);
	});

	it("is asked where no entry of on_error fits", async () => {
		expect(
			(
				await flat(
					data(", on_error: { ValueError: two }"),
					options(() => "one"),
				).run()
			).output,
		).toMatchObject({ at: "one" });
	});

	it("is not asked where on_error has an answer", async () => {
		const { run } = flat(
			data(", on_error: two"),
			options(() => {
				throw new Error("asked");
			}),
		);
		expect((await run()).output).toEqual({ at: "two" });
	});

	it("that gives null lets the error fail the run", async () => {
		expect(
			await flat(
				data(""),
				options(() => null),
			).run(),
		).toMatchObject({
			status: "failed",
			error: { name: "KeyError" },
		});
	});

	it("that names no state of the machine fails the run with an UnknownStateError", async () => {
		expect(
			await flat(
				data(""),
				options(() => "nowhere"),
			).run(),
		).toMatchObject({
			status: "failed",
			error: { name: "UnknownStateError", code: "unknown_state" },
		});
	});

	it("is also asked about a condition that fails and about transitions that do not match", async () => {
		const routed = async (condition: string): Promise<unknown> =>
			(
				await flat(
					`
context: { n: null }
states:
  start: { type: initial, hooks: h, transitions: [{ condition: ${condition}, to: done }] }
  done: { type: final }
  one: { type: final, output: { type: context.last_error_type } }
`,
					{ hooks: { h: { onError: () => "one" } } },
				).run()
			).output;
		expect(await routed("context.n > 1")).toEqual({ type: "ExpressionError" });
		expect(await routed("context.n == 1")).toEqual({ type: "NoTransitionError" });
	});
});
