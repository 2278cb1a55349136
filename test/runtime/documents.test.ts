import { describe, expect, it } from "vitest";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import type { RunEvent } from "../../runtime/state/run-event.ts";
import { CompileError } from "../../src/compile.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf, flat, workedStates } from "./flat.ts";

describe("a machine of several files", () => {
	const child = `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: child
  agents: { a: ./agents/a.yml }
  context: { n: input.n }
  states:
    start: { type: initial, agent: a, input: { n: context.n }, output_to_context: { got: output.got }, transitions: [{ to: done }] }
    done: { type: final, output: { got: context.got } }
`;
	const files = {
		"/project/machine.yml": documentOf(
			"machines: { child: ./sub/child.yml }\nstates: { start: { type: initial, machine: child, input: { n: 4 }, output_to_context: { got: output.got }, transitions: [{ to: done }] }, done: { type: final, output: { got: context.got } } }",
		),
		"/project/sub/child.yml": child,
		"/project/sub/agents/a.yml": "spec: flatagent\ndata: { name: a, model: { provider: p, name: m }, user: hi }",
	};

	it("finds agents and machines relative to the file that names them", async () => {
		const machine = new FlatMachine({
			file: "/project/machine.yml",
			loader: memoryLoader(files),
			script: { a: ({ input }) => ({ got: Number(input.n) * 2 }) },
		});
		expect(await machine.execute()).toEqual({ got: 8 });
	});

	it("does not compile where a file is missing, unless every use of it has on_error", async () => {
		const use = (onError: string) =>
			documentOf(
				`agents: { a: ./nowhere.yml }\nstates: { start: { type: initial, agent: a, transitions: [{ to: done }]${onError} }, done: { type: final }, failed: { type: final, output: { type: context.last_error_type } } }`,
			);
		const make = (text: string) =>
			new FlatMachine({ file: "/project/m.yml", loader: memoryLoader({ "/project/m.yml": text }), script: { a: "x" } });
		expect(() => make(use(""))).toThrow(CompileError);
		expect(await make(use(", on_error: failed")).execute()).toEqual({ type: "FileNotFoundError" });
		expect(await make(use(", on_error: { FileNotFoundError: failed }")).execute()).toEqual({
			type: "FileNotFoundError",
		});
	});

	it.each(["machine: m", "machine: [m]", "machine: m, foreach: [1, 2]", "launch: m"])(
		"may name a missing machine (%s) where on_error routes that",
		async (use) => {
			const text = documentOf(
				`machines: { m: ./nowhere.yml }\nstates: { start: { type: initial, ${use}, transitions: [{ to: done }], on_error: failed }, done: { type: final }, failed: { type: final, output: { type: context.last_error_type } } }`,
			);
			const machine = new FlatMachine({ file: "/project/m.yml", loader: memoryLoader({ "/project/m.yml": text }) });
			expect(await machine.execute()).toEqual({ type: "FileNotFoundError" });
		},
	);

	it("gives its hooks registry to its children, whose states name hooks of it", async () => {
		const seen: string[] = [];
		const { run } = flat(
			`
machines:
  child: { spec: flatmachine, data: { name: child, lifecycle_hooks: h, states: { only: { type: final, action: act, hooks: h } } } }
states:
  start: { type: initial, machine: child, transitions: [{ to: done }] }
  done: { type: final }
`,
			{
				hooks: {
					h: {
						onMachineStart: (context) => {
							seen.push("start");
							return context;
						},
						onAction: (action, context) => {
							seen.push(action);
							return context;
						},
					},
				},
			},
		);
		await run();
		expect(seen).toEqual(["start", "act"]);
	});
});

describe("other engines", () => {
	it("cel evaluates conditions over context, input and output", async () => {
		const { run } = flat(
			`
expression_engine: cel
context: { n: input.n, list: [1, 2] }
states:
  start: { type: initial, agent: a, transitions: [{ condition: "context.n in context.list && output.ok", to: inside }, { to: outside }] }
  inside: { type: final, output: { at: inside } }
  outside: { type: final, output: { at: outside } }
`,
			{ use: ["a"], script: { a: { ok: true } } },
		);
		expect((await run({ n: 2 })).output).toEqual({ at: "inside" });
		expect((await run({ n: 5 })).output).toEqual({ at: "outside" });
	});

	it("liquid renders templates, and bare paths keep their types", async () => {
		const { run } = flat(`
template_engine: liquid
context: { names: input.names, n: 3 }
states:
  start: { type: initial, transitions: [{ to: done }] }
  done: { type: final, output: { text: "{% for name in context.names %}{{ name | upcase }};{% endfor %}", n: context.n } }
`);
		expect((await run({ names: ["a", "b"] })).output).toEqual({ text: "A;B;", n: 3 });
	});
});

describe("events of a run", () => {
	it("tell of working states, agents, retries, children and launches, in order", async () => {
		const events: RunEvent[] = [];
		const { run } = flat(
			`
machines:
  child: { spec: flatmachine, data: { name: child, states: { only: { type: final, output: { x: 1 } } } } }
states:
  start: { type: initial, agent: a, execution: { type: retry, backoffs: [0] }, transitions: [{ to: next }] }
  next: { machine: child, launch: child, transitions: [{ to: done }] }
  done: { type: final }
`,
			{ use: ["a"], script: { a: [{ throw: "E: once" }, "x"] } },
		);
		await run({}, { onEvent: (event) => events.push(event) });
		expect(events.map(({ type }) => type)).toEqual([
			"state",
			"agent_start",
			"agent_end",
			"retry",
			"agent_start",
			"agent_end",
			"state",
			"launch",
			"child_start",
			"child_end",
		]);
		expect(workedStates(events)).toEqual(["start", "next"]);
		expect(events[2]).toMatchObject({ type: "agent_end", error: "E: once", calls: 0 });
		expect(events[5]).toMatchObject({ type: "agent_end", calls: 1 });
	});
});
