import { describe, expect, it } from "vitest";
import type { AgentAdapter } from "../../runtime/agents/agent.ts";
import { InMemoryResultBackend } from "../../runtime/results/memory-result-backend.ts";
import { CompileError, compile } from "../../src/compile.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf, flat } from "../runtime/flat.ts";

const throwing = (message: string) => () => {
	throw new Error(message);
};

const odd: readonly (readonly [string, unknown])[] = [
	["an object without a prototype", Object.create(null)],
	["an object whose text throws", { toString: throwing("no text") }],
	["an error whose message throws", Object.defineProperty(new Error("x"), "message", { get: throwing("no message") })],
	["an error whose name throws", Object.defineProperty(new Error("x"), "name", { get: throwing("no name") })],
	["a proxy that throws", new Proxy(new Error("x"), { get: throwing("trap"), getPrototypeOf: throwing("trap") })],
	["nothing", undefined],
	["a symbol", Symbol("x")],
];

const thrower = (thrown: unknown): AgentAdapter => ({
	typeName: "flatagent",
	createExecutor: async () => ({
		execute: async () => {
			throw thrown;
		},
	}),
});

const calling = (extra: string) => `
context: {}
states:
  start: { type: initial, agent: a, ${extra} on_error: failed, transitions: [{ to: done }] }
  done: { type: final }
  failed: { type: final, output: { routed: 1 } }
`;

describe("whatever an agent throws ends its state", () => {
	it.each(odd)("%s", async (_, thrown) => {
		const options = { agents: [thrower(thrown)] };
		for (const extra of ["", "execution: { type: retry, backoffs: [0] },"]) {
			const machine = new FlatMachine({ config: documentOf(calling(extra), { use: ["a"] }), ...options });
			expect(await machine.run()).toMatchObject({ status: "done", output: { routed: 1 } });
		}
	});
});

it("usage and costs below zero give no budget back", async () => {
	let calls = 0;
	const { run } = flat(
		"states: { start: { type: initial, agent: a, transitions: [{ condition: context.machine.step < 0, to: done }, { to: start }] }, done: { type: final } }",
		{
			use: ["a"],
			script: {
				a: () => ({ output: { n: ++calls }, usage: { api_calls: calls % 2 ? 1 : -1 }, cost: calls % 2 ? 1 : -1 }),
			},
		},
	);
	expect(await run({}, { maxCost: 3, maxSteps: 100 })).toMatchObject({ status: "stopped", reason: "max_cost" });
	expect(calls).toBe(5);
});

it("a launched machine whose result cannot be kept ends neither the run nor the process", async () => {
	const rejections: unknown[] = [];
	const listen = (reason: unknown) => rejections.push(reason);
	process.on("unhandledRejection", listen);
	const results = new InMemoryResultBackend();
	results.write = async () => {
		throw new Error("disk full");
	};
	const { run } = flat(
		`
machines: { child: { spec: flatmachine, data: { name: child, states: { only: { type: final } } } } }
states: { start: { type: initial, launch: child, transitions: [{ to: done }] }, done: { type: final, output: { ok: 1 } } }
`,
		{ results },
	);
	expect(await run()).toMatchObject({ status: "done", output: { ok: 1 } });
	await new Promise((resolve) => setImmediate(resolve));
	process.off("unhandledRejection", listen);
	expect(rejections).toEqual([]);
});

it("the message of a CompileError stays short, whatever the number of errors", () => {
	const states = Array.from({ length: 2000 }, (_, n) => `s${n}: { transitions: [{ to: nowhere${n} }] }`).join(", ");
	const error = (() => {
		try {
			return compile(documentOf(`states: { ${states} }`));
		} catch (thrown) {
			return thrown;
		}
	})();
	if (!(error instanceof CompileError)) throw new Error("it compiled");
	expect(error.diagnostics.length).toBeGreaterThan(2000);
	expect(error.message.length).toBeLessThan(100_000);
	expect(error.message).toContain("more errors");
});
