import { describe, expect, it } from "vitest";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import { validate } from "../../src/compile.ts";
import { documentOf, flat } from "../runtime/flat.ts";

/** Milliseconds of processor time that one hostile document or run may take: far above what each needs. */
const longest = 5000;

/** Does `work`, and fails where it takes too long or takes too much memory. */
async function bounded<T>(work: () => T | Promise<T>): Promise<T> {
	const start = process.cpuUsage();
	const before = process.memoryUsage.rss();
	try {
		return await work();
	} finally {
		const { user, system } = process.cpuUsage(start);
		const took = (user + system) / 1000;
		const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
		console.info(`${expect.getState().currentTestName}: ${took.toFixed(0)} ms, ${grown.toFixed(0)} MB`);
		expect(took).toBeLessThan(longest);
		expect(grown).toBeLessThan(800);
	}
}

const dir = "/project";
const loader = memoryLoader({ "/secret.yml": "spec: flatagent\ndata: {}", "/project/inside.yml": "nonsense" });

/** The errors of a document, each as `code message`. */
function errorsOf(source: string | Record<string, unknown>): Promise<string[]> {
	return bounded(() =>
		validate(source, { loader, dir })
			.filter(({ severity }) => severity === "error")
			.map(({ code, message }) => `${code} ${message}`),
	);
}

const small = "states: { start: { type: initial, transitions: [{ to: done }] }, done: { type: final } }";

describe("a document", () => {
	it.each([
		["broken YAML", "spec: flatmachine\ndata:\n  states: : a"],
		["a tab as indentation", "spec: flatmachine\ndata:\n\tstates: {}"],
		["an unended text", 'spec: "flatmachine'],
		["an unknown alias", "spec: flatmachine\ndata: *nowhere"],
		["a key that stands twice", "spec: flatmachine\nspec: flatmachine\ndata: { states: { a: { type: final } } }"],
		["nothing at all", ""],
		["a text", "hello"],
		["a list", "[1, 2]"],
		["binary", "\u0000\u0001\u0002"],
	])("that is %s has one clear error", async (_name, text) => {
		const errors = await errorsOf(text);
		expect(errors).toHaveLength(1);
		expect(errors[0]).toMatch(/^FS\d{4} \S/);
	});

	it.each([
		["data", "spec: flatmachine\ndata: 5"],
		["states", documentOf("states: 5")],
		["a state", documentOf("states: { start: 5 }")],
		["agents", documentOf(`agents: [x]\n${small}`)],
		["transitions", documentOf("states: { start: { type: initial, transitions: 5 }, done: { type: final } }")],
		["a transition", documentOf("states: { start: { type: initial, transitions: [5] }, done: { type: final } }")],
		[
			"a condition",
			documentOf(
				"states: { start: { type: initial, transitions: [{ condition: [1], to: done }] }, done: { type: final } }",
			),
		],
		[
			"on_error",
			documentOf(
				"states: { start: { type: initial, on_error: [x], transitions: [{ to: done }] }, done: { type: final } }",
			),
		],
		[
			"timeout",
			documentOf(
				"states: { start: { type: initial, timeout: soon, transitions: [{ to: done }] }, done: { type: final } }",
			),
		],
		["max_steps", documentOf(`settings: { max_steps: -1 }\n${small}`)],
	])("with a wrong type of %s has an error there", async (_name, text) => {
		const errors = await errorsOf(text);
		expect(errors.length).toBeGreaterThanOrEqual(1);
		expect(errors.length).toBeLessThanOrEqual(3);
	});

	it("of 10,000 lines is checked without an error", async () => {
		const states = Array.from(
			{ length: 2500 },
			(_, index) =>
				`  s${index}:\n    output_to_context: { a: "{{ context.a }}" }\n    transitions:\n      - { condition: context.a == 'x', to: s${(index + 1) % 2500} }\n      - { to: done }`,
		);
		const text = documentOf(
			`context: { a: x }\nstates:\n  start: { type: initial, transitions: [{ to: s0 }] }\n${states.join("\n")}\n  done: { type: final }`,
		);
		expect(text.split("\n").length).toBeGreaterThan(10_000);
		expect(await errorsOf(text)).toEqual([]);
	});

	it("with an alias bomb has one error", async () => {
		const levels = Array.from(
			{ length: 12 },
			(_, index) => `x${index + 1}: &x${index + 1} [${`*x${index}, `.repeat(10)}]`,
		);
		expect(
			await errorsOf(
				`spec: flatmachine\nx0: &x0 [a, a]\n${levels.join("\n")}\ndata: { states: { a: { type: final } } }`,
			),
		).toHaveLength(1);
	});

	it("that contains itself by an alias has one error", async () => {
		expect(await errorsOf("spec: flatmachine\ndata: &d { states: { a: { type: final } }, metadata: *d }")).toHaveLength(
			1,
		);
	});

	it("that contains itself as an object has one error", async () => {
		const document: Record<string, unknown> = { spec: "flatmachine", data: { states: { a: { type: "final" } } } };
		document.metadata = document;
		expect(await errorsOf(document)).toHaveLength(1);
	});

	it.each([
		["lists in flow style", (depth: number) => `spec: flatmachine\ndata: ${"[".repeat(depth)}${"]".repeat(depth)}`],
		[
			"mappings in block style",
			(depth: number) => Array.from({ length: depth }, (_, index) => `${" ".repeat(index)}a:`).join("\n"),
		],
		["JSON", (depth: number) => `{"spec":"flatmachine","data":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}}`],
	])("of %s nested very deep has an error and does not overflow the stack", async (_name, make) => {
		expect((await errorsOf(make(3000))).length).toBeGreaterThan(0);
	});

	it("given as text may not refer to files outside its folder", async () => {
		for (const path of ["../secret.yml", "/secret.yml", "a/../../secret.yml"]) {
			const errors = await errorsOf(
				documentOf(
					`agents: { a: ${path} }\nstates: { start: { type: initial, agent: a, transitions: [{ to: done }] }, done: { type: final } }`,
				),
			);
			expect(errors).toHaveLength(1);
			expect(errors[0]).toContain("secret.yml");
		}
		const machines = await errorsOf(
			documentOf(
				"machines: { m: ../secret.yml }\nstates: { start: { type: initial, machine: m, transitions: [{ to: done }] }, done: { type: final } }",
			),
		);
		expect(machines).toHaveLength(1);
	});

	it.each([
		["parentheses", `{{ ${"(".repeat(5000)}1${")".repeat(5000)} }}`],
		["nots", `{{ ${"not ".repeat(5000)}1 }}`],
		["loops", `${"{% for x in y %}".repeat(2000)}${"{% endfor %}".repeat(2000)}`],
		["additions", `{{ ${"1 + ".repeat(20_000)}1 }}`],
	])("with a template of very many nested %s has an error, or none and renders", async (_name, template) => {
		const errors = await errorsOf({
			spec: "flatmachine",
			data: { name: "x", context: { a: template }, states: { only: { type: "final" } } },
		});
		expect(errors.length).toBeLessThanOrEqual(1);
	});

	it("whose machines contain each other without end compiles, and the depth limit ends the run", async () => {
		const text = (other: string) =>
			`spec: flatmachine\ndata: { name: m, machines: { other: ./${other}.yml }, states: { start: { type: initial, machine: other, transitions: [{ to: done }] }, done: { type: final } } }`;
		const files = memoryLoader({ "/project/a.yml": text("b"), "/project/b.yml": text("a") });
		const { FlatMachine } = await import("../../src/flat-machine.ts");
		const machine = new FlatMachine({ file: "/project/a.yml", loader: files });
		expect(await bounded(() => machine.run())).toMatchObject({
			status: "failed",
			error: { name: "MachineDepthError" },
		});
	});
});

/** Renders a template in a state's input; gives what the agent got, or the error's name. */
async function rendered(template: string, input: Record<string, unknown> = {}): Promise<unknown> {
	const { run, inputs } = flat(
		`
context: { data: input.data }
states:
  start: { type: initial, agent: a, input: { x: ${JSON.stringify(template)} }, transitions: [{ to: done }], on_error: failed }
  done: { type: final }
  failed: { type: final, output: { type: context.last_error_type } }
`,
		{ use: ["a"], script: { a: "x" } },
	);
	const result = await bounded(() => run({ data: { own: 1 }, ...input }));
	const [first] = inputs();
	return first === undefined ? Reflect.get(Object(result.output), "type") : Reflect.get(Object(first), "x");
}

describe("a template", () => {
	it.each([
		["context.data.constructor", null],
		["context.data.__proto__", null],
		["context.__proto__.constructor", null],
		["context.data.hasOwnProperty", null],
		["{{ context.data.constructor }}", ""],
		["{{ context.data['__proto__'] }}", ""],
		["{{ context.data.toString }}", ""],
	])("that asks for inherited things (%s) finds nothing", async (template, found) => {
		expect(await rendered(template)).toEqual(found);
	});

	it("that goes on from there fails or finds nothing", async () => {
		for (const path of [
			"{{ context.data.constructor.constructor('return 1')() }}",
			"{{ ''.constructor.constructor }}",
			"{{ [].__class__.__mro__ }}",
			"{{ context.data.__proto__.x }}",
		]) {
			expect(["ExpressionError", "", null]).toContain(await rendered(path));
		}
	});

	it.each([
		["a loop over a huge range", "{% for x in range(10**9) %}{{ x }}{% endfor %}"],
		["a loop without a body", "{% for x in range(10**9) %}{% endfor %}"],
		[
			"nested loops",
			"{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}x{% endfor %}{% endfor %}{% endfor %}",
		],
		["a huge list", "{{ range(10**9) | list | length }}"],
		["a huge power", "{{ 9 ** 99999999 }}"],
		["a text that is repeated very often", "{{ 'x' * 10**9 }}"],
		["a list that is repeated very often", "{{ ([1] * 10**9) | length }}"],
		[
			"doubling a text",
			"{% set ns = namespace(s='xxxxxxxxxx') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s | length }}",
		],
		[
			"doubling a list",
			"{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s | length }}",
		],
		["a very wide field", "{{ '%1000000000d' | format(1) }}"],
		["a very wide centre", "{{ 'x' | center(10**9) }}"],
		["a replacement that grows", "{{ ('x' * 100000) | replace('x', 'y' * 100000) | length }}"],
	])("with %s is an ExpressionError", async (_name, template) => {
		expect(await rendered(template)).toBe("ExpressionError");
	});

	it("that hangs in a condition is an ExpressionError, too", async () => {
		for (const condition of ["('x' * 1000000000) == input.y", "input.data * 1000000000 == input.y"]) {
			const { run } = flat(`
states:
  start: { type: initial, transitions: [{ condition: "${condition}", to: done }, { to: done }], on_error: failed }
  done: { type: final, output: { at: done } }
  failed: { type: final, output: { type: context.last_error_type } }
`);
			expect((await bounded(() => run())).output).toEqual({ type: "ExpressionError" });
		}
	});
});

/** How often a timer fires while `work` goes on. */
async function ticksDuring(work: () => Promise<unknown>): Promise<number> {
	let ticks = 0;
	const timer = setInterval(() => ticks++, 1);
	try {
		await work();
	} finally {
		clearInterval(timer);
	}
	return ticks;
}

describe("a run", () => {
	it("through an endless loop of states without effects is ended by max_steps and leaves the event loop its turns", async () => {
		const { run } = flat(
			"states: { start: { type: initial, transitions: [{ to: other }] }, other: { transitions: [{ to: start }] }, done: { type: final } }",
		);
		const ticks = await ticksDuring(async () => {
			expect(await bounded(() => run({}, { maxSteps: 20_000 }))).toMatchObject({
				status: "stopped",
				reason: "max_steps",
				steps: 20_000,
			});
		});
		expect(ticks).toBeGreaterThan(5);
	});

	it("through an endless loop of failing states is ended by max_steps and leaves the event loop its turns", async () => {
		const { run } = flat(
			"states: { start: { type: initial, transitions: [{ condition: input.never, to: done }], on_error: other }, other: { transitions: [{ to: start }] }, done: { type: final } }",
		);
		const ticks = await ticksDuring(async () => {
			expect(await bounded(() => run({}, { maxSteps: 10_000 }))).toMatchObject({ status: "stopped", steps: 10_000 });
		});
		expect(ticks).toBeGreaterThan(5);
	});

	it("through a state that fails and leads back to itself is ended by max_steps", async () => {
		const { run } = flat(
			"states: { start: { type: initial, transitions: [{ condition: input.never, to: done }], on_error: start }, done: { type: final } }",
		);
		expect(await bounded(() => run({}, { maxSteps: 3000 }))).toMatchObject({ status: "stopped", steps: 3000 });
	});

	it("through a wait_for whose channel fails and leads back to it is ended by max_steps and leaves the event loop its turns", async () => {
		const { run } = flat(`
context: { n: 0 }
states:
  ask: { type: initial, wait_for: "x{{ 1 // context.n }}", transitions: [{ to: done }], on_error: ask }
  done: { type: final }
`);
		const ticks = await ticksDuring(async () => {
			expect(await bounded(() => run({}, { maxSteps: 5000 }))).toMatchObject({ status: "stopped", steps: 5000 });
		});
		expect(ticks).toBeGreaterThan(5);
	});

	it("over 20,000 items of a foreach ends, with as many results", async () => {
		const { run } = flat(`
machines:
  child: { spec: flatmachine, data: { name: child, context: { n: input.n }, states: { only: { type: final, output: { n: context.n } } } } }
context: { items: input.items }
states:
  start: { type: initial, machine: child, foreach: context.items, input: { n: item }, max_concurrency: 100, output_to_context: { got: output }, transitions: [{ to: done }] }
  done: { type: final, output: { last: "{{ context.got[19999].n }}", count: "{{ context.got | length }}" } }
`);
		const items = Array.from({ length: 20_000 }, (_, index) => index);
		expect((await bounded(() => run({ items }))).output).toEqual({ last: "19999", count: "20000" });
	});
});
