import { describe, expect, it } from "vitest";
import {
	askToolProvider,
	callAction,
	callAgentStreamEvent,
	callError,
	callMachineEnd,
	callMachineStart,
	callStateEnter,
	callStateExit,
	callToolCalls,
	callToolResult,
	callTransition,
} from "../../runtime/hooks/call.ts";
import { HookError } from "../../runtime/hooks/errors.ts";
import type { Context, MachineHooks } from "../../runtime/hooks/hooks.ts";

const context: Context = { score: 1 };

/** Hooks as JavaScript users may write them, unseen by the type checker. */
function loose(methods: Record<string, unknown>): MachineHooks {
	return { ...methods };
}

/** Every call that must give a context, with the name that its message has to show. */
const contextCalls: readonly [string, (hooks: MachineHooks, given: Context) => Promise<Context>, string][] = [
	["onMachineStart", (hooks, given) => callMachineStart(hooks, given), "hooks object.onMachineStart"],
	[
		"onStateEnter",
		(hooks, given) => callStateEnter(hooks, "draft", given),
		"hooks object.onStateEnter (state `draft`)",
	],
	["onAction", (hooks, given) => callAction(hooks, "a", given, { state: "draft" }), "onAction (state `draft`)"],
	["onToolCalls", (hooks, given) => callToolCalls(hooks, "draft", [], given), "onToolCalls (state `draft`)"],
	["onToolResult", (hooks, given) => callToolResult(hooks, "draft", {}, given), "onToolResult (state `draft`)"],
];

describe.each(contextCalls)("a call of %s", (method, call, shown) => {
	it("passes the context through when the hooks lack the method", async () => {
		expect(await call({}, context)).toBe(context);
	});

	it("gives the context that a sync method returns", async () => {
		expect(await call(loose({ [method]: () => ({ score: 2 }) }), context)).toEqual({ score: 2 });
	});

	it("gives the context that an async method returns", async () => {
		expect(await call(loose({ [method]: async () => ({ score: 3 }) }), context)).toEqual({ score: 3 });
	});

	it.each([
		["undefined", undefined],
		["null", null],
	])("fails when the method returns %s", async (text, nothing) => {
		const failure = call(loose({ [method]: () => nothing }), context);
		await expect(failure).rejects.toBeInstanceOf(HookError);
		await expect(failure).rejects.toMatchObject({ code: "hook_returned_nothing" });
		await expect(failure).rejects.toThrow(`${shown} returned ${text} where a context is expected`);
	});

	it.each([
		["text", "x"],
		["a list", []],
	])("fails when the method returns %s", async (_what, wrong) => {
		await expect(call(loose({ [method]: () => wrong }), context)).rejects.toMatchObject({
			code: "hook_returned_wrong_type",
		});
	});

	it("makes context.machine read-only", async () => {
		const given = { machine: { step: 1 } };
		const hooks = loose({
			[method]: (...args: unknown[]) => {
				for (const arg of args) {
					if (typeof arg === "object" && arg !== null && "machine" in arg && typeof arg.machine === "object") {
						Object.assign(arg.machine ?? {}, { step: 99 });
					}
				}
				return given;
			},
		});
		await expect(call(hooks, given)).rejects.toThrow(TypeError);
		expect(given.machine.step).toBe(1);
	});

	it("lets the method replace context.machine as a whole", async () => {
		const after = await call(loose({ [method]: () => ({ machine: { step: 7 } }) }), { machine: { step: 1 } });
		expect(after).toEqual({ machine: { step: 7 } });
	});

	it("passes on the very error that the method throws", async () => {
		const boom = new RangeError("boom");
		const hooks = loose({
			[method]: () => {
				throw boom;
			},
		});
		await expect(call(hooks, context)).rejects.toBe(boom);
		await expect(call(loose({ [method]: () => Promise.reject(boom) }), context)).rejects.toBe(boom);
	});

	it("wraps what is thrown and is no Error", async () => {
		const hooks = loose({ [method]: () => Promise.reject("just text") });
		await expect(call(hooks, context)).rejects.toMatchObject({ code: "hook_threw_non_error", cause: "just text" });
	});
});

describe("a call of onAction", () => {
	it("gives the method action, context and the state, with the hooks as `this`", async () => {
		class Actions implements MachineHooks {
			readonly suffix = "!";
			onAction(action: string, given: Context, info: { readonly state: string }) {
				return { ...given, did: `${action} in ${info.state}${this.suffix}` };
			}
		}
		expect(await callAction(new Actions(), "save", {}, { state: "store" })).toEqual({ did: "save in store!" });
	});

	it("serves methods that take action and context only", async () => {
		const hooks: MachineHooks = { onAction: (action, given) => ({ ...given, did: action }) };
		expect(await callAction(hooks, "save", {}, { state: "store" })).toEqual({ did: "save" });
	});
});

describe.each([
	["onMachineEnd", (hooks: MachineHooks) => callMachineEnd(hooks, context, { a: 1 })],
	["onStateExit", (hooks: MachineHooks) => callStateExit(hooks, "s", context, { a: 1 })],
])("a call of %s", (method, call) => {
	it("passes the output through when the hooks lack the method or return nothing", async () => {
		expect(await call({})).toEqual({ a: 1 });
		expect(await call(loose({ [method]: () => undefined }))).toEqual({ a: 1 });
	});

	it("gives what the method returns, null included", async () => {
		expect(await call(loose({ [method]: async () => ({ b: 2 }) }))).toEqual({ b: 2 });
		expect(await call(loose({ [method]: () => null }))).toBeNull();
	});
});

describe("a call of onTransition", () => {
	it("passes the target through when the hooks lack the method", async () => {
		expect(await callTransition({}, "a", "b", context)).toBe("b");
	});

	it("gives the method's target", async () => {
		expect(await callTransition({ onTransition: async (from, to) => `${from}${to}` }, "a", "b", context)).toBe("ab");
	});

	it.each([[null], [undefined], [""]])("ends the run for %j", async (nothing) => {
		expect(await callTransition({ onTransition: () => nothing }, "a", "b", context)).toBeNull();
	});

	it("fails for what is no state's name", async () => {
		await expect(callTransition(loose({ onTransition: () => 5 }), "a", "b", context)).rejects.toMatchObject({
			code: "hook_returned_wrong_type",
			message: expect.stringContaining("onTransition (state `a`) returned number"),
		});
	});
});

describe("a call of onError", () => {
	it.each([[null], [undefined], [""]])("finds no recovery for %j", async (nothing) => {
		expect(await callError({ onError: () => nothing }, "a", new Error("x"), context)).toBeNull();
	});

	it("gives the recovery state and hands over the error itself", async () => {
		const error = new RangeError("x");
		const hooks: MachineHooks = { onError: (_state, given) => (given === error ? "mend" : null) };
		expect(await callError(hooks, "a", error, context)).toBe("mend");
		expect(await callError({}, "a", error, context)).toBeNull();
	});
});

describe("a call of onAgentStreamEvent", () => {
	it("waits for the method and ignores what it returns", async () => {
		let seen: unknown;
		const hooks = loose({
			onAgentStreamEvent: async (_state: string, event: unknown) => {
				await Promise.resolve();
				seen = event;
				return 5;
			},
		});
		expect(await callAgentStreamEvent(hooks, "s", { text: "hi" }, context)).toBeUndefined();
		expect(seen).toEqual({ text: "hi" });
	});
});

describe("asking for a tool provider", () => {
	it("gives null when there is none", () => {
		expect(askToolProvider({}, "s")).toBeNull();
		expect(askToolProvider({ getToolProvider: () => undefined }, "s")).toBeNull();
	});

	it.each([
		["a promise", Promise.resolve(null)],
		["a list of tools", []],
	])("refuses %s", (_what, wrong) => {
		expect(() => askToolProvider(loose({ getToolProvider: () => wrong }), "s")).toThrow(
			expect.objectContaining({ code: "hook_returned_wrong_type" }),
		);
	});
});
