import { describe, expect, it } from "vitest";
import { flat } from "../runtime/flat.ts";

const inherited = ["constructor", "toString", "hasOwnProperty", "valueOf", "__defineGetter__"];

const childOf = (name: string, call: string) => `
machines:
  ${name}: { spec: flatmachine, data: { name: child, context: { v: input.v }, states: { only: { type: final, output: { v: context.v } } } } }
context: { got: null }
states:
  start: { type: initial, ${call}, input: { v: 7 }, output_to_context: { got: output }, transitions: [{ to: done }] }
  done: { type: final, output: { got: context.got } }
`;

describe("a child machine with the name of an inherited property", () => {
	it.each(inherited)("%s runs", async (name) => {
		const { output } = await flat(childOf(name, `machine: ${name}`)).run();
		expect(output).toEqual({ got: { v: 7 } });
	});

	it.each(inherited)("%s runs in a list", async (name) => {
		const { output } = await flat(childOf(name, `machine: [${name}]`)).run();
		expect(output).toEqual({ got: { [name]: { v: 7 } } });
	});
});

describe("keys that come with data", () => {
	it("make own properties of foreach results, __proto__ too", async () => {
		const { output } = await flat(`
machines:
  child: { spec: flatmachine, data: { name: child, context: { v: input.v }, states: { only: { type: final, output: { v: context.v } } } } }
context: { got: null, keys: input.keys }
states:
  start: { type: initial, foreach: context.keys, key: item, machine: child, input: { v: item }, output_to_context: { got: output }, transitions: [{ to: done }] }
  done: { type: final, output: { got: context.got, inherited: context.got.v } }
`).run({ keys: ["__proto__", "constructor"] });
		const got: unknown = Reflect.get(Object(output), "got");
		expect(JSON.stringify(got)).toBe('{"__proto__":{"v":"__proto__"},"constructor":{"v":"constructor"}}');
		expect(Object.getPrototypeOf(got)).toBe(Object.prototype);
		expect(Reflect.get(Object(output), "inherited")).toBeNull();
	});

	it.each(["__proto__", "constructor", "toString"])(
		"named %s in a hook's context give nothing to inherit",
		async (key) => {
			const { run } = flat(
				`
context: { a: 1 }
states:
  start: { type: initial, action: x, transitions: [{ condition: context.polluted, to: bad }, { to: done }] }
  bad: { type: final, output: { bad: 1 } }
  done: { type: final, output: { a: context.a, polluted: context.polluted } }
`,
				{ hooks: { onAction: (_action, context) => ({ ...context, ...JSON.parse(`{"${key}":{"polluted":1}}`) }) } },
			);
			expect(await run()).toMatchObject({ status: "done", output: { a: 1, polluted: null } });
			expect(Reflect.get({}, "polluted")).toBeUndefined();
		},
	);

	it.each(["__proto__", "constructor", "toString"])("named %s in an agent's output are data", async (key) => {
		const { run } = flat(
			`
context: { got: null }
states:
  start: { type: initial, agent: a, output_to_context: { got: output, inner: output.polluted, own: "{{ output.${key}.polluted }}" }, transitions: [{ to: done }] }
  done: { type: final, output: { text: "{{ context.got }}", inner: context.inner, own: context.own } }
`,
			{ use: ["a"], script: { a: { output: JSON.parse(`{"${key}":{"polluted":1}}`) } } },
		);
		expect((await run()).output).toEqual({ text: `{"${key}": {"polluted": 1}}`, inner: null, own: "1" });
		expect(Reflect.get({}, "polluted")).toBeUndefined();
	});
});
