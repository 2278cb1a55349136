/** Conditions that hold in the middle of a tool loop end it, and the run goes where they lead (spec section 12.3). */
import { describe, expect, it } from "vitest";
import { createActor, waitFor } from "xstate";
import type { MachineHooks } from "../../src/index.ts";
import { adder, asks, machineText, scriptedLoop } from "./loop-machine.ts";

const text = (transitions: string) =>
	machineText(
		`
tool_loop: true
output_to_context: { stop: output._tool_loop_stop, sum: 0 }
on_error: failed
transitions: ${transitions}`,
		`enough: { type: final, output: { way: enough, stop: context.stop, sum: context.sum, mark: context._tool_loop_stop } }
failed: { type: final, output: { way: failed, error: context.last_error_type } }`,
	);

/** Writes each result into the context. */
const hooks: MachineHooks = {
	onToolResult: (_state, result, context) => ({ ...context, sum: Number(Reflect.get(Object(result), "content")) }),
};

const answers = [asks(["add", { a: 1, b: 1 }], ["add", { a: 5, b: 5 }], ["add", { a: 7, b: 7 }]), "The end."];

async function way(transitions: string) {
	const { add, sums } = adder();
	const { machine } = scriptedLoop(text(transitions), answers, { tools: [add], hooks });
	return { output: await machine.execute({ task: "t" }), sums };
}

it("goes where the first condition leads that holds after a result, and drops the rest of the turn", async () => {
	const { output, sums } = await way("[{ condition: context.sum >= 10, to: enough }, { to: done }]");
	// The condition does not hold any more after the loop: `output_to_context` has written the key anew.
	expect(output).toEqual({ way: "enough", stop: "transition", sum: 0, mark: null });
	expect(sums).toEqual([2, 10]);
});

it("does not take a transition without a condition before the loop has ended", async () => {
	const { output, sums } = await way("[{ condition: context.sum >= 99, to: enough }, { to: done }]");
	expect(output).toMatchObject({ stop: "complete" });
	expect(sums).toEqual([2, 10, 14]);
});

it("judges conditions on `output` after the loop only", async () => {
	const { output, sums } = await way(
		"[{ condition: output._tool_loop_turns == 2, to: enough }, { condition: output.none > 1, to: failed }]",
	);
	expect(output).toMatchObject({ way: "enough", stop: "complete" });
	expect(sums).toHaveLength(3);
});

it("takes a condition that fails in the middle as not decided yet", async () => {
	const { output } = await way("[{ condition: context.found > 3, to: enough }, { to: done }]");
	expect(output).toEqual({ way: "failed", error: "ExpressionError" });
});

describe("hooks around the state", () => {
	it("are asked about the transition", async () => {
		const asked: unknown[] = [];
		const { add } = adder();
		const { machine } = scriptedLoop(text("[{ condition: context.sum >= 10, to: enough }, { to: done }]"), answers, {
			tools: [add],
			hooks: {
				...hooks,
				onTransition: (from, to) => {
					asked.push([from, to]);
					return to;
				},
			},
		});
		expect(await machine.execute({ task: "t" })).toMatchObject({ way: "enough" });
		expect(asked).toEqual([["loop", "enough"]]);
	});
});

it("keeps its way through a store, also where the run is stopped on it", async () => {
	const { add, sums } = adder();
	const { machine } = scriptedLoop(text("[{ condition: context.sum >= 10, to: enough }, { to: done }]"), answers, {
		tools: [add],
		hooks,
		store: "memory:",
	});
	expect(await machine.run({ task: "t" }, { executionId: "e", maxSteps: 1 })).toMatchObject({ status: "stopped" });
	expect(await machine.resume("e", { maxSteps: 10 })).toMatchObject({ status: "done", output: { way: "enough" } });
	expect(sums).toEqual([2, 10]);
});

it("does not judge a condition in whose place a guard was put, but asks the guard after the loop", async () => {
	const { add, sums } = adder();
	const { machine } = scriptedLoop(text("[{ condition: context.sum >= 10, to: enough }, { to: done }]"), answers, {
		tools: [add],
		hooks,
	});
	const actor = createActor(machine.machine.provide({ guards: { "context.sum >= 10": () => false } }), {
		input: { task: "t" },
	}).start();
	const { output } = await waitFor(actor, ({ status }) => status === "done");
	expect(output).toMatchObject({ stop: "complete" });
	expect(sums).toEqual([2, 10, 14]);
});
