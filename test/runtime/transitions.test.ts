import { describe, expect, it } from "vitest";
import { flat } from "./flat.ts";

/** A state `start` with these transitions, and final states a, b and c. */
function routes(transitions: string, rest = "context: { n: input.n, s: input.s }") {
	return flat(`
${rest}
states:
  start: { type: initial, transitions: ${transitions} }
  a: { type: final, output: { at: a } }
  b: { type: final, output: { at: b } }
  c: { type: final, output: { at: c, error: context.last_error_type } }
`);
}

async function endOf(machine: ReturnType<typeof flat>, input = {}): Promise<unknown> {
	const result = await machine.run(input);
	return result.status === "done" ? Reflect.get(Object(result.output), "at") : result.error;
}

describe("transitions", () => {
	it("are tried in the order in which they are written", async () => {
		const machine = routes("[{ condition: context.n > 1, to: a }, { condition: context.n > 0, to: b }, { to: c }]");
		expect(await endOf(machine, { n: 2 })).toBe("a");
		expect(await endOf(machine, { n: 1 })).toBe("b");
		expect(await endOf(machine, { n: 0 })).toBe("c");
	});

	it.each(["null", '""', '"  "', "true"])("with condition %s are always taken", async (condition) => {
		expect(await endOf(routes(`[{ condition: ${condition}, to: a }, { to: b }]`))).toBe("a");
	});

	it("with condition false are never taken", async () => {
		expect(await endOf(routes("[{ condition: false, to: a }, { to: b }]"))).toBe("b");
	});

	it("take Python's truth: empty text, list, mapping and zero are false", async () => {
		const machine = routes("[{ condition: context.n, to: a }, { to: b }]");
		for (const n of ["", [], {}, 0, null, false]) expect(await endOf(machine, { n })).toBe("b");
		for (const n of ["x", [0], { x: 0 }, -1, true]) expect(await endOf(machine, { n })).toBe("a");
	});

	it("see the run's input", async () => {
		const machine = routes("[{ condition: input.own == 'x' and context.n == 1, to: a }, { to: b }]");
		expect(await endOf(machine, { n: 1, own: "x" })).toBe("a");
		expect(await endOf(machine, { n: 1, own: "y" })).toBe("b");
	});

	it("see the output of their own state, and not that of an earlier one", async () => {
		const machine = flat(
			`
states:
  start: { type: initial, agent: a, transitions: [{ condition: output.go == 'on', to: next }, { to: b }] }
  next: { transitions: [{ condition: output.go == 'on', to: b }, { to: a }] }
  a: { type: final, output: { at: a } }
  b: { type: final, output: { at: b } }
`,
			{ use: ["a"], script: { a: { go: "on" } } },
		);
		expect(await endOf(machine)).toBe("a");
	});

	it("that all fail to match are a NoTransitionError, which on_error routes", async () => {
		const error = await endOf(routes("[{ condition: context.n == 1, to: a }, { condition: false, to: b }]"), { n: 2 });
		expect(error).toMatchObject({ name: "NoTransitionError", code: "no_transition", state: "start" });
		expect(error).toHaveProperty("message", expect.stringContaining("context.n == 1"));

		const routed = flat(`
context: { n: 2 }
states:
  start: { type: initial, transitions: [{ condition: context.n == 1, to: a }], on_error: { NoTransitionError: c, default: a } }
  a: { type: final, output: { at: a } }
  c: { type: final, output: { type: context.last_error_type, text: context.last_error } }
`);
		expect((await routed.run()).output).toEqual({
			type: "NoTransitionError",
			text: expect.stringContaining("No transition of state `start` matches"),
		});
	});

	it("whose condition fails are an ExpressionError, which on_error routes, and later ones are not tried", async () => {
		const data = (onError: string) => `
context: { n: null }
states:
  start: { type: initial, transitions: [{ condition: context.n < 1, to: a }, { to: b }]${onError} }
  a: { type: final, output: { at: a } }
  b: { type: final, output: { at: b } }
  c: { type: final, output: { at: "{{ context.last_error_type }}" } }
`;
		expect(await endOf(flat(data("")))).toMatchObject({ name: "ExpressionError" });
		expect(await endOf(flat(data(", on_error: c")))).toBe("ExpressionError");
		expect(await endOf(flat(data(", on_error: { ExpressionError: c }")))).toBe("ExpressionError");
	});

	it("whose condition fails after the state's work are routed like errors of the work", async () => {
		const machine = flat(
			`
states:
  start: { type: initial, agent: a, transitions: [{ condition: output.n < 1, to: a }, { to: b }], on_error: c }
  a: { type: final, output: { at: a } }
  b: { type: final, output: { at: b } }
  c: { type: final, output: { at: "{{ context.last_error_type }}" } }
`,
			{ use: ["a"], script: { a: { n: "text" } } },
		);
		expect(await endOf(machine)).toBe("ExpressionError");
	});

	it("may lead back to the same state", async () => {
		const machine = flat(
			`
context: { n: 0 }
states:
  start: { type: initial, agent: a, output_to_context: { n: output.n }, transitions: [{ condition: context.n >= 3, to: done }, { to: start }] }
  done: { type: final, output: { n: context.n } }
`,
			{ use: ["a"], script: { a: (_call, { n }) => ({ n: n + 1 }) } },
		);
		expect(await machine.run()).toMatchObject({ output: { n: 3 }, steps: 4, agentCalls: 3 });
		expect(machine.calls.map(({ call }) => call.state)).toEqual(["start", "start", "start"]);
	});

	it("of a state without effects may lead back to it", async () => {
		const data = `
states:
  start: { type: initial, transitions: [{ condition: context.machine.step > 3, to: done }, { to: start }] }
  done: { type: final, output: { at: done } }
`;
		expect(await flat(data).run()).toMatchObject({ status: "done", steps: 5 });
		expect(await flat(data).pathOf()).toEqual(["start", "start", "start", "start", "done"]);
	});

	it("start at the state of type initial, else at `start`, else at the first", async () => {
		const states = (names: string[]) => `states:\n${names.map((name) => `  ${name}`).join("\n")}`;
		const output = (name: string) => `{ type: final, output: { at: ${name} } }`;
		expect(await endOf(flat(states([`b: ${output("b")}`, `a: { type: initial, transitions: [{ to: b }] }`])))).toBe(
			"b",
		);
		expect(
			await endOf(flat(states([`a: ${output("a")}`, `start: { transitions: [{ to: b }] }`, `b: ${output("b")}`]))),
		).toBe("b");
		expect(
			await endOf(flat(states([`x: { transitions: [{ to: b }] }`, `a: ${output("a")}`, `b: ${output("b")}`]))),
		).toBe("b");
	});
});
