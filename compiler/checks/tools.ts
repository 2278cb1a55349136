/** `tools` and `tool_loop` of a state: that its agent can be given tools, and that each can be offered. */
import { isRecord, own } from "../document/plain-data.ts";
import type { StatePlan } from "../plan/plan.ts";
import { agentRuntime } from "./agent-runtime.ts";
import type { CheckedMachine } from "./checked-machine.ts";

/** Keys of an entry that say how the tool pauses, or what it is where no provider defines it. */
const ofPauses = ["description", "parameters", "channel", "timeout"];

export function checkTools(machine: CheckedMachine): void {
	for (const state of machine.plan.states) {
		if (machine.written(state).tools !== undefined) checkState(machine, state);
		checkLoop(machine, state);
	}
}

/** Types of agents that run their own tools and are given none by a state (spec section 19.7). */
const withoutTools: readonly string[] = ["claude-code", "codex-cli", "pi-agent", "smolagents"];

/** Of types that are not ours nothing is known here. */
function checkLoop(machine: CheckedMachine, { name, agent, toolLoop, onError }: StatePlan): void {
	if (toolLoop === undefined || agent === undefined || !Object.hasOwn(machine.plan.agents, agent)) return;
	const plan = machine.plan.agents[agent];
	const type = plan && agentRuntime(plan).type;
	if (type === undefined) return;
	// Agents of the Agents SDK are given the state's tools for a loop of their own.
	if (!withoutTools.includes(type) && (type !== "openai-agents" || toolLoop.isImplied)) return;
	const key = toolLoop.isImplied ? "tools" : "tool_loop";
	machine.report(onError === undefined ? "FS4124" : "FS4125", {
		path: machine.path("states", name, key),
		at: "key",
		message: `\`${agent}\` is of the type \`${type}\`, whose agents run their own tools and take part in no tool loop`,
		suggestion: `remove \`${key}\`, or name an agent of a language model`,
	});
}

function checkState(machine: CheckedMachine, state: StatePlan): void {
	const written = machine.written(state);
	const at = machine.path("states", state.name, "tools");
	if (state.waitFor === undefined && state.agent === undefined) {
		machine.report("FS4121", {
			path: at,
			at: "key",
			message: `state \`${state.name}\` offers tools and has no agent that could call them`,
			suggestion: "add `agent:`, or remove `tools`",
		});
	}
	if (state.tools !== undefined && own(written.tool_loop, "allowed_tools") !== undefined) {
		machine.report("FS4122", {
			path: machine.path("states", state.name, "tool_loop", "allowed_tools"),
			at: "key",
			message: "`tools` says already which tools the state offers",
			suggestion: "remove `allowed_tools`, or write all of them into `tools`",
		});
	}
	if (!Array.isArray(written.tools)) return;
	const seen = new Set<string>();
	for (const [index, entry] of written.tools.entries()) checkEntry(machine, state, entry, index, seen);
}

function checkEntry(machine: CheckedMachine, state: StatePlan, entry: unknown, index: number, seen: Set<string>): void {
	const path = machine.path("states", state.name, "tools", index);
	const name = typeof entry === "string" ? entry : own(entry, "name");
	if (typeof name !== "string") return;
	const namePath = typeof entry === "string" ? path : [...path, "name"];
	if (!/^[\w-]{1,64}$/.test(name)) {
		machine.report("FS4123", {
			path: namePath,
			at: "value",
			message: `\`${name}\` is no name of a tool`,
			suggestion: "use letters, digits, `_` and `-`, at most 64 of them",
		});
	} else if (seen.has(name)) {
		machine.report("FS4123", { path: namePath, at: "value", message: `\`${name}\` is in the list twice` });
	}
	seen.add(name);
	if (!isRecord(entry)) return;
	const type = own(entry.parameters, "type");
	if (type !== undefined && type !== "object") {
		machine.report("FS4123", {
			path: [...path, "parameters", "type"],
			at: "value",
			message: `the parameters of \`${name}\` are no schema of an object`,
			suggestion: "write `type: object` and `properties`",
		});
	}
	if (entry.pause !== undefined && entry.pause !== null) return;
	for (const key of ofPauses) {
		if (entry[key] === undefined || entry[key] === null) continue;
		machine.report("FS4110", {
			path: [...path, key],
			at: "key",
			message: `\`${key}\` does nothing: \`${name}\` does not pause, so its provider defines it`,
			suggestion: "add `pause: wait`, or remove it",
		});
	}
}
