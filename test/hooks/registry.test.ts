import { describe, expect, it, vi } from "vitest";
import type { HookRef } from "../../compiler/plan/plan.ts";
import { HookError, HookNotFoundError } from "../../runtime/hooks/errors.ts";
import type { MachineHooks } from "../../runtime/hooks/hooks.ts";
import { hasMethod } from "../../runtime/hooks/methods.ts";
import { HooksRegistry } from "../../runtime/hooks/registry.ts";

type Args = Readonly<Record<string, unknown>>;

const named = (name: string, args: Args = {}): HookRef => ({ kind: "named", name, args });

class Greeter implements MachineHooks {
	readonly #word: unknown;
	constructor(args: Args) {
		this.#word = args.word;
	}
	onStateEnter(_state: string, context: Record<string, unknown>) {
		return { ...context, said: this.#word };
	}
}

describe("HooksRegistry", () => {
	it("constructs a class with the reference's args as one object", async () => {
		const hooks = await new HooksRegistry().register("greet", Greeter).resolve(named("greet", { word: "hello" }));
		expect(hooks).toBeInstanceOf(Greeter);
		expect(await hooks.onStateEnter?.("s", {})).toEqual({ said: "hello" });
	});

	it("constructs a class of which every method is inherited", async () => {
		class Child extends Greeter {}
		expect(await new HooksRegistry().register("c", Child).resolve(named("c"))).toBeInstanceOf(Child);
	});

	it("constructs a class that an old compiler turned into a function", async () => {
		function OldGreeter(this: Record<string, unknown>, args: Args) {
			this.word = args.word;
		}
		OldGreeter.prototype.onStateEnter = function (this: Record<string, unknown>, state: string) {
			return { state, word: this.word };
		};
		const registry = new HooksRegistry();
		Reflect.apply(registry.register, registry, ["old", OldGreeter]);
		const hooks = await registry.resolve(named("old", { word: "hi" }));
		expect(await hooks.onStateEnter?.("s", {})).toEqual({ state: "s", word: "hi" });
	});

	it.each([
		["an arrow function", (args: Args): MachineHooks => ({ onStateEnter: () => ({ ...args }) })],
		[
			"a plain function",
			function make(args: Args): MachineHooks {
				return { onStateEnter: () => ({ ...args }) };
			},
		],
	])("calls %s with the args", async (_kind, factory) => {
		const hooks = await new HooksRegistry().register("f", factory).resolve(named("f", { a: 1 }));
		expect(await hooks.onStateEnter?.("s", {})).toEqual({ a: 1 });
	});

	it("gives each resolution its own hooks and its own copy of the args", () => {
		const given: Args[] = [];
		const args = { a: 1 };
		const registry = new HooksRegistry().register("f", (received: Args) => {
			given.push(received);
			return {};
		});
		expect(registry.resolve(named("f", args))).not.toBe(registry.resolve(named("f", args)));
		expect(given).toEqual([args, args]);
		expect(given[0]).not.toBe(args);
		expect(given[0]).not.toBe(given[1]);
	});

	it("shares a ready object among all references", () => {
		const ready: MachineHooks = { onStateEnter: (_state, context) => context };
		const registry = new HooksRegistry().register("ready", ready);
		expect(registry.resolve(named("ready"))).toBe(ready);
		expect(registry.resolve([named("ready")])).toBe(ready);
	});

	it("refuses args for a ready object, which could not receive them", () => {
		const registry = new HooksRegistry().register("ready", { onAction: (_action, context) => context });
		expect(() => registry.resolve(named("ready", { level: 1 }))).toThrow(
			expect.objectContaining({ code: "hook_invalid_args", message: expect.stringContaining("`ready`") }),
		);
	});

	it("lets the last registration win", () => {
		const last: MachineHooks = {};
		const registry = new HooksRegistry().register("x", { onError: () => "a" }).register("x", last);
		expect(registry.resolve(named("x"))).toBe(last);
		expect(registry.names()).toEqual(["x"]);
	});

	it("names what it knows and the nearest name when a name is unknown", () => {
		const registry = new HooksRegistry().register("review", {}).register("audit", {});
		const resolve = () => registry.resolve(named("reviev"));
		expect(resolve).toThrow(HookNotFoundError);
		expect(resolve).toThrow(
			"No hooks are registered under `reviev`. Did you mean `review`? Registered: `audit`, `review`.",
		);
		expect(resolve).toThrow(expect.objectContaining({ code: "hook_not_found", hookName: "reviev" }));
	});

	it.each(["constructor", "__proto__", "toString"])("knows nothing under the inherited name %s", (name) => {
		const registry = new HooksRegistry();
		expect(registry.has(name)).toBe(false);
		expect(() => registry.resolve(named(name))).toThrow("Registered: none.");
	});

	it("resolves no references to hooks without methods, and does so synchronously", () => {
		const hooks = new HooksRegistry().resolve([]);
		expect(hooks).not.toBeInstanceOf(Promise);
		expect(Object.keys(hooks)).toEqual([]);
	});

	it("makes a composite of several references, in their order", async () => {
		const append = (letter: string): MachineHooks => ({
			onStateEnter: (_state, context) => ({ ...context, word: `${context.word}${letter}` }),
		});
		const registry = new HooksRegistry().register("a", append("a")).register("b", append("b"));
		const hooks = await registry.resolve([named("b"), named("a"), named("b")]);
		expect(await hooks.onStateEnter?.("s", { word: "" })).toEqual({ word: "bab" });
	});

	it("takes over another registry's names and lets them win", () => {
		const mine: MachineHooks = {};
		const theirs: MachineHooks = {};
		const registry = new HooksRegistry().register("x", mine).register("y", mine);
		registry.include(new HooksRegistry().register("x", theirs));
		expect([registry.resolve(named("x")), registry.resolve(named("y"))]).toEqual([theirs, mine]);
		expect(registry.resolve(named("x"))).toBe(theirs);
	});

	it("passes on what a constructor throws", () => {
		const boom = new RangeError("boom");
		const registry = new HooksRegistry().register("bad", () => {
			throw boom;
		});
		expect(() => registry.resolve(named("bad"))).toThrow(boom);
	});

	it.each([
		["nothing", undefined, "undefined"],
		["null", null, "null"],
		["text", "hooks", "string"],
		["a list", [], "a list"],
		["a promise", Promise.resolve({}), "a promise"],
		["a method that is no function", { onAction: 5 }, "`onAction`"],
	])("refuses a factory that makes %s", (_what, made, told) => {
		const registry = new HooksRegistry();
		Reflect.apply(registry.register, registry, ["f", () => made]);
		expect(() => registry.resolve(named("f"))).toThrow(HookError);
		expect(() => registry.resolve(named("f"))).toThrow(told);
	});

	it("refuses Python method names, which nothing would call", () => {
		const registry = new HooksRegistry();
		Reflect.apply(registry.register, registry, ["py", () => ({ on_state_enter: vi.fn() })]);
		expect(() => registry.resolve(named("py"))).toThrow("name it `onStateEnter`");
	});
});

describe("hasMethod", () => {
	it("sees methods of objects and of classes and misses the rest", () => {
		expect(hasMethod(new Greeter({}), "onStateEnter")).toBe(true);
		expect(hasMethod({ onError: () => null }, "onError")).toBe(true);
		expect(hasMethod({}, "onError")).toBe(false);
		expect(hasMethod(null, "onError")).toBe(false);
		expect(hasMethod(undefined, "onError")).toBe(false);
	});
});
