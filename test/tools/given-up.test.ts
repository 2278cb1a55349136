/** A tool loop that nobody waits for any more: aborted, out of time, or with hooks that fail. */
import { expect, it } from "vitest";
import { FlatMachine, type Tool, tool } from "../../src/index.ts";
import { adder, asks, machineText, scriptedLoop } from "./loop-machine.ts";

const text = (more = "") =>
	machineText(
		`
tool_loop: true
output_to_context: { found: output.content, stop: output._tool_loop_stop }
on_error: failed${more}
transitions: [{ to: done }]`,
		"failed: { type: final, output: { error: context.last_error_type, calls: context._tool_calls_count } }",
	);

/** A tool that ends only when it is aborted. */
function stuck(onStart: () => void): { readonly stuck: Tool; readonly aborted: Promise<unknown> } {
	let told: (reason: unknown) => void = () => undefined;
	const aborted = new Promise((resolve) => {
		told = resolve;
	});
	const made = tool({
		name: "stuck",
		description: "s",
		execute: (_args, { signal }) => {
			signal.addEventListener("abort", () => told(signal.reason));
			onStart();
			return new Promise(() => undefined);
		},
	});
	return { stuck: made, aborted };
}

it("aborts the tool that is under way where the run is aborted, and makes its call again when resumed", async () => {
	const abort = new AbortController();
	const { stuck: held, aborted } = stuck(() => setImmediate(() => abort.abort()));
	const { add, sums } = adder();
	const answers = [asks(["add", { a: 1, b: 1 }], ["stuck"]), "end"];
	const first = scriptedLoop(text(), answers, { tools: [add, held] });
	const store = await first.machine.store();
	const result = await first.machine.run({ task: "t" }, { executionId: "e", signal: abort.signal });
	expect(result).toMatchObject({ status: "stopped", reason: "aborted" });
	expect(await aborted).toMatchObject({ name: "AbortError" });
	const quick = tool({ name: "stuck", description: "s", execute: () => "now" });
	const again = new FlatMachine({
		config: text(),
		tools: [add, quick],
		script: { worker: "end" },
		...(store && { store }),
	});
	expect(await again.resume("e")).toMatchObject({ status: "done", output: { found: "end", turns: 2 } });
	expect(sums).toEqual([2]);
});

it("aborts the tool that is under way when the state's time is over", async () => {
	const { stuck: held, aborted } = stuck(() => undefined);
	const { machine } = scriptedLoop(text("\ntimeout: 0.1"), [asks(["stuck"])], { tools: [held] });
	expect(await machine.execute({ task: "t" })).toMatchObject({ error: "TimeoutError", calls: 0 });
	expect(await aborted).toMatchObject({ name: "AbortError" });
});

it("routes what a hook throws in its middle", async () => {
	const { add } = adder();
	const { machine } = scriptedLoop(text(), [asks(["add", { a: 1, b: 1 }])], {
		tools: [add],
		hooks: {
			onToolResult: () => {
				throw new RangeError("no");
			},
		},
	});
	expect(await machine.execute({ task: "t" })).toMatchObject({ error: "RangeError", calls: 1 });
});

it("fails where the agent cannot be given tools", async () => {
	const machine = new FlatMachine({
		config: text(),
		agents: [{ typeName: "flatagent", createExecutor: () => ({ execute: () => "hi" }) }],
	});
	expect(await machine.execute({ task: "t" })).toMatchObject({ error: "RuntimeError" });
});

it("fails before the first call where a tool's schema is none", async () => {
	const wrong = tool({
		name: "w",
		description: "w",
		parameters: { properties: { a: { type: "strin" } } },
		execute: () => "",
	});
	const { machine, calls } = scriptedLoop(text(), ["never"], { tools: [wrong] });
	expect(await machine.execute({ task: "t" })).toMatchObject({ error: "InvalidToolError" });
	expect(calls).toEqual([]);
});

it("runs in child machines with the tools that their parent was given, and its calls count there", async () => {
	const { add, sums } = adder();
	const child = text().replace(/^/gm, "      ").trim();
	const parent = `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: parent
  context: { got: null }
  machines:
    loop:
      ${child}
  states:
    all: { type: initial, foreach: [one, two], as: task, machine: loop, input: { task: task }, output_to_context: { got: output }, transitions: [{ to: end }] }
    end: { type: final, output: { got: context.got } }
`;
	const machine = new FlatMachine({
		config: parent,
		tools: [add],
		script: (call) => (Reflect.get(call, "messages") === null ? asks(["add", { a: 1, b: 1 }]) : "ok"),
	});
	const result = await machine.run({});
	expect(result).toMatchObject({ status: "done", agentCalls: 4, output: { got: [{ found: "ok" }, { found: "ok" }] } });
	expect(sums).toEqual([2, 2]);
});
