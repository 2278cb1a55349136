import { describe, expect, it } from "vitest";
import { createActor } from "xstate";
import { validate } from "../../src/compile.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { flat } from "./flat.ts";

const oddNames = ["a b", "ünï-cödé 🎉", "1", "constructor", "toString", "hasOwnProperty", "*", "(x)", "$1", "a/b"];

function documentWith(state: string, agent = "a"): Record<string, unknown> {
	return {
		spec: "flatmachine",
		spec_version: "4.2.1",
		data: {
			name: "odd",
			agents: { [agent]: { spec: "flatagent", data: { name: "a", model: { provider: "p", name: "m" }, user: "hi" } } },
			context: { n: 0 },
			states: {
				start: { type: "initial", transitions: [{ condition: "context.n == 0", to: state }, { to: "done" }] },
				[state]: { agent, output_to_context: { n: "output.n" }, transitions: [{ to: "second" }], on_error: state },
				second: { transitions: [{ condition: "context.n == 1", to: state }, { to: "done" }] },
				done: { type: "final", output: { n: "context.n", state: "context.machine.current_state" } },
			},
		},
	};
}

describe("names", () => {
	it.each(oddNames)("of states may be %j", async (name) => {
		let calls = 0;
		const machine = new FlatMachine({
			config: documentWith(name),
			script: { a: () => (++calls === 2 ? { throw: "E: again" } : { n: calls }) },
		});
		expect(await machine.run()).toMatchObject({ status: "done", output: { n: 3, state: "done" }, steps: 7 });
		expect(createActor(machine.machine, { input: {} }).start().getSnapshot().value).toBe(name);
	});

	it.each([...oddNames, "v1.2", "#a", "a\\.b"])("of agents may be %j", async (name) => {
		const machine = new FlatMachine({ config: documentWith("work", name), script: { "*": { n: 2 } } });
		expect(await machine.run()).toMatchObject({ status: "done", output: { n: 2 } });
	});

	it.each([...oddNames, "v1.2", "#a"])("of machines may be %j", async (name) => {
		const child = { spec: "flatmachine", data: { name: "c", states: { only: { type: "final", output: { x: 1 } } } } };
		const config = (machine: unknown, more = {}) => ({
			spec: "flatmachine",
			spec_version: "4.2.1",
			data: {
				name: "odd",
				machines: { [name]: child },
				context: { got: null },
				states: {
					start: {
						type: "initial",
						machine,
						...more,
						output_to_context: { got: "output" },
						transitions: [{ to: "done" }],
					},
					done: { type: "final", output: { got: "context.got" } },
				},
			},
		});
		expect(await new FlatMachine({ config: config(name) }).execute()).toEqual({ got: { x: 1 } });
		expect(await new FlatMachine({ config: config([name]) }).execute()).toEqual({ got: { [name]: { x: 1 } } });
		const keyed = { foreach: [name, "other"], key: "item" };
		expect(await new FlatMachine({ config: config(name, keyed) }).execute()).toEqual({
			got: { [name]: { x: 1 }, other: { x: 1 } },
		});
	});

	it("that would change a prototype are refused or mean nothing special", async () => {
		const document = JSON.parse(`{
			"spec": "flatmachine", "spec_version": "4.2.1",
			"data": {
				"name": "x",
				"context": { "__proto__": "input.evil", "own": 1 },
				"states": {
					"start": { "type": "initial", "output_to_context": { "__proto__": { "polluted": 1 } }, "transitions": [{ "to": "done" }] },
					"done": { "type": "final", "output": { "seen": "context.polluted", "__proto__": { "polluted": 1 } } }
				}
			}
		}`);
		const errors = validate(document).filter(({ severity }) => severity === "error");
		if (errors.length === 0) {
			const output = await new FlatMachine({ config: document }).execute({ evil: { polluted: 1 } });
			expect(Reflect.get(Object(output), "seen")).toBeNull();
			expect(Object.getPrototypeOf(output)).toBe(Object.prototype);
		}
		expect(Reflect.get({}, "polluted")).toBeUndefined();
	});

	it("of a state that is called __proto__ are refused or work", async () => {
		const document = JSON.parse(JSON.stringify(documentWith("PROTO")).replaceAll("PROTO", "__proto__"));
		const errors = validate(document).filter(({ severity }) => severity === "error");
		if (errors.length === 0) {
			expect(await new FlatMachine({ config: document, script: { a: { n: 2 } } }).run()).toMatchObject({
				status: "done",
			});
		}
		for (const { message } of errors) expect(message).toContain("__proto__");
	});

	it.each(["context", "input", "output", "item", "machine"])("of foreach items may be %j", async (name) => {
		const { run } = flat(`
machines:
  child: { spec: flatmachine, data: { name: child, context: { n: input.n }, states: { only: { type: final, output: { n: context.n } } } } }
context: { got: null }
states:
  start: { type: initial, machine: child, foreach: [5], as: ${name}, input: { n: "{{ ${name} }}" }, output_to_context: { got: output }, transitions: [{ to: done }] }
  done: { type: final, output: { got: context.got } }
`);
		expect((await run()).output).toEqual({ got: [{ n: "5" }] });
	});
});
