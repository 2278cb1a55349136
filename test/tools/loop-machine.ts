/** A machine with one tool loop, whose agent is scripted and whose tools are counted. */
import type { ScriptedAnswer } from "../../adapters/scripted/index.ts";
import type { AgentCall } from "../../runtime/agents/agent.ts";
import { FlatMachine, type FlatMachineOptions, type Tool, tool } from "../../src/index.ts";

export const agentText = `{ spec: flatagent, data: { model: { provider: mock, name: m }, user: "Work on {{ input.task }}." } }`;

/** The text of a machine whose state `loop` has a tool loop; `keys` is what else stands in the state. */
export function machineText(keys: string, more = ""): string {
	return `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: loop
  context: { task: input.task, found: null }
  agents: { worker: ${agentText} }
  states:
    loop:
      type: initial
      agent: worker
      input: { task: context.task }
${keys.replace(/^/gm, "      ")}
${more.replace(/^/gm, "    ")}
    done: { type: final, output: { found: context.found, stop: context.stop, turns: context._tool_loop_turns } }
`;
}

/** An answer that asks for tools. */
export function asks(...calls: readonly (readonly [name: string, args?: unknown])[]): ScriptedAnswer {
	return {
		content: "",
		tool_calls: calls.map(([name, args = {}], index) => ({ id: `${name}-${index}`, name, arguments: args })),
	};
}

/** A tool `add`, and what it was called with. */
export function adder(): { readonly add: Tool; readonly sums: number[] } {
	const sums: number[] = [];
	const add = tool({
		name: "add",
		description: "Adds two numbers.",
		parameters: {
			type: "object",
			properties: { a: { type: "number" }, b: { type: "number" } },
			required: ["a", "b"],
			additionalProperties: false,
		},
		execute: ({ a, b }) => {
			const sum = Number(a) + Number(b);
			sums.push(sum);
			return String(sum);
		},
	});
	return { add, sums };
}

export interface ToolCallSeen extends AgentCall {
	readonly tools?: readonly Record<string, unknown>[];
	readonly messages?: readonly Record<string, unknown>[] | null;
}

/** A machine whose agent answers from a list, and the calls that it got. */
export function scriptedLoop(
	config: string,
	answers: readonly ScriptedAnswer[],
	options: Omit<FlatMachineOptions, "file" | "config" | "script"> = {},
): { readonly machine: FlatMachine; readonly calls: ToolCallSeen[] } {
	const calls: ToolCallSeen[] = [];
	const machine = new FlatMachine({
		config,
		...options,
		script: (call, { n }) => {
			calls.push(call);
			return answers[n] ?? new Error(`no answer ${n}`);
		},
	});
	return { machine, calls };
}
