import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { callStateEnter } from "../../runtime/hooks/call.ts";
import { compositeHooks } from "../../runtime/hooks/composite.ts";
import type { Context, MachineHooks } from "../../runtime/hooks/hooks.ts";
import { HOOK_METHODS, hasMethod } from "../../runtime/hooks/methods.ts";
import type { ToolProvider } from "../../runtime/tools/tool-provider.ts";

const provider: ToolProvider = {
	getToolDefinitions: () => null,
	executeTool: async () => ({ content: "" }),
};

const everything: MachineHooks = {
	onMachineStart: (context) => context,
	onMachineEnd: (_context, output) => output,
	onStateEnter: (_state, context) => context,
	onStateExit: (_state, _context, output) => output,
	onTransition: (_from, to) => to,
	onError: () => null,
	onAction: (_action, context) => context,
	onToolCalls: (_state, _calls, context) => context,
	onToolResult: (_state, _result, context) => context,
	onAgentStreamEvent: () => {},
	getToolProvider: () => null,
};

const mark = (letter: string): MachineHooks => {
	const add = (context: Context) => ({ ...context, trail: `${context.trail}${letter}` });
	return {
		onMachineStart: add,
		onMachineEnd: (_context, output) => `${output}${letter}`,
		onStateEnter: (_state, context) => add(context),
		onStateExit: (_state, _context, output) => `${output}${letter}`,
		onTransition: (_from, to) => `${to}${letter}`,
		onAction: (_action, context) => add(context),
		onToolCalls: (_state, _calls, context) => add(context),
		onToolResult: (_state, _result, context) => add(context),
	};
};

const later = (hooks: MachineHooks): MachineHooks => ({
	onStateEnter: async (state, context) => {
		await Promise.resolve();
		return hooks.onStateEnter?.(state, context) ?? context;
	},
});

describe("composite hooks", () => {
	it("has exactly the methods that some member has", () => {
		fc.assert(
			fc.property(fc.array(fc.subarray([...HOOK_METHODS]), { maxLength: 4 }), (lists) => {
				const members = lists.map((names) =>
					Object.fromEntries(names.map((name): [string, unknown] => [name, everything[name]])),
				);
				const composite = compositeHooks(members);
				for (const name of HOOK_METHODS) {
					expect(hasMethod(composite, name)).toBe(lists.some((names) => names.includes(name)));
				}
			}),
		);
	});

	it("is the member itself when there is only one", () => {
		expect(compositeHooks([everything])).toBe(everything);
	});

	it("threads contexts, outputs and targets through its members in order", async () => {
		const hooks = compositeHooks([mark("a"), {}, mark("b")]);
		const context = { trail: "" };
		expect(await hooks.onMachineStart?.(context)).toEqual({ trail: "ab" });
		expect(await hooks.onStateEnter?.("s", context)).toEqual({ trail: "ab" });
		expect(await hooks.onAction?.("act", context, { state: "s" })).toEqual({ trail: "ab" });
		expect(await hooks.onToolCalls?.("s", [], context)).toEqual({ trail: "ab" });
		expect(await hooks.onToolResult?.("s", {}, context)).toEqual({ trail: "ab" });
		expect(await hooks.onMachineEnd?.(context, "out:")).toBe("out:ab");
		expect(await hooks.onStateExit?.("s", context, "out:")).toBe("out:ab");
		expect(await hooks.onTransition?.("s", "t:", context)).toBe("t:ab");
	});

	it("threads through sync and async members alike, waiting for each", async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom("x", "y", "z"), fc.boolean())), async (members) => {
				const hooks = compositeHooks(members.map(([letter, slow]) => (slow ? later(mark(letter)) : mark(letter))));
				const after = await callStateEnter(hooks, "s", { trail: "" });
				expect(after.trail).toBe(members.map(([letter]) => letter).join(""));
			}),
		);
	});

	it("passes the action's state to every member", async () => {
		const first = vi.fn((_action: string, context: Context) => context);
		const second = vi.fn((_action: string, context: Context) => context);
		await compositeHooks([{ onAction: first }, { onAction: second }]).onAction?.("act", {}, { state: "review" });
		expect(first).toHaveBeenCalledWith("act", {}, { state: "review" });
		expect(second).toHaveBeenCalledWith("act", {}, { state: "review" });
	});

	it("keeps `this` of each member", async () => {
		class Counter implements MachineHooks {
			seen = 0;
			onStateEnter(_state: string, context: Context) {
				this.seen += 1;
				return context;
			}
		}
		const one = new Counter();
		await compositeHooks([one, new Counter()]).onStateEnter?.("s", {});
		expect(one.seen).toBe(1);
	});

	it("ends the run at the first member that refuses the transition", async () => {
		const observer = vi.fn((_from: string, to: string) => to);
		const hooks = compositeHooks([{ onTransition: () => null }, { onTransition: observer }]);
		expect(await hooks.onTransition?.("a", "b", {})).toBeNull();
		expect(observer).not.toHaveBeenCalled();
	});

	it("takes the first recovery state and asks no further", async () => {
		const last = vi.fn(() => "c");
		const hooks = compositeHooks([{ onError: () => null }, { onError: async () => "b" }, { onError: last }]);
		expect(await hooks.onError?.("a", new Error("x"), {})).toBe("b");
		expect(last).not.toHaveBeenCalled();
	});

	it("takes the first tool provider, without waiting", () => {
		const hooks = compositeHooks([
			{ getToolProvider: () => null },
			{ getToolProvider: (state) => (state === "tools" ? provider : null) },
			{ getToolProvider: () => ({ ...provider }) },
		]);
		expect(hooks.getToolProvider?.("tools")).toBe(provider);
	});

	it("hands every stream event to all members in order", async () => {
		const seen: string[] = [];
		const hooks = compositeHooks([
			{
				onAgentStreamEvent: async (state) => {
					await Promise.resolve();
					seen.push(`first ${state}`);
				},
			},
			{ onAgentStreamEvent: (state) => void seen.push(`second ${state}`) },
		]);
		await hooks.onAgentStreamEvent?.("s", { type: "text" }, {});
		expect(seen).toEqual(["first s", "second s"]);
	});

	it.each([
		[
			"sync",
			() => {
				throw new RangeError("boom");
			},
		],
		[
			"async",
			async () => {
				throw new RangeError("boom");
			},
		],
	])(
		"passes on a %s error of a member and calls no further member",
		async (_kind, failing: () => Context | Promise<Context>) => {
			const next = vi.fn((_state: string, context: Context) => context);
			const hooks = compositeHooks([{ onStateEnter: failing }, { onStateEnter: next }]);
			await expect(hooks.onStateEnter?.("s", {})).rejects.toThrow(new RangeError("boom"));
			expect(next).not.toHaveBeenCalled();
		},
	);

	it("names the member that returned nothing", async () => {
		class Forgetful {
			onStateEnter(): Context {
				return Object.create(null).context;
			}
		}
		const hooks = compositeHooks([mark("a"), new Forgetful()]);
		await expect(hooks.onStateEnter?.("draft", {})).rejects.toMatchObject({
			code: "hook_returned_nothing",
			message: expect.stringContaining("Forgetful.onStateEnter (state `draft`)"),
		});
	});
});
