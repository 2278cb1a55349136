/** Keys that do nothing where they stand, because what they belong to is missing or the state does something else. */
import type { StatePlan } from "../plan/plan.ts";
import type { CheckedMachine, YamlMap } from "./checked-machine.ts";

export function checkIdleKeys(machine: CheckedMachine): void {
	for (const state of machine.plan.states) {
		const written = machine.written(state);
		for (const [key, message] of idleKeys(state, written)) {
			machine.report("FS4110", { path: machine.path("states", state.name, key), at: "key", message });
		}
		if (isGiven(written.foreach) && !isGiven(written.machine)) {
			machine.report("FS4112", {
				path: machine.path("states", state.name, "foreach"),
				at: "key",
				message: `\`foreach\` of \`${state.name}\` has no \`machine\` to run for each element`,
				suggestion: isGiven(written.agent) ? "put the agent into a machine of its own" : "add `machine:`",
			});
		}
	}
}

/** The first reason for each idle key of a state. */
function idleKeys(state: StatePlan, written: YamlMap): ReadonlyMap<string, string> {
	const idle = new Map<string, string>();
	const drop = (keys: readonly string[], why: string): void => {
		for (const key of keys)
			if (isGiven(written[key]) && !idle.has(key)) idle.set(key, `\`${key}\` does nothing: ${why}`);
	};
	if (isGiven(written.wait_for)) {
		drop(
			[
				"action",
				"launch",
				"launch_input",
				"machine",
				"foreach",
				"agent",
				"execution",
				"tool_loop",
				"tools",
				"session_id",
				"input",
			],
			"a state with `wait_for` only waits",
		);
		drop(["output"], "a state with `wait_for` gives the signal's data");
	}
	if (!isGiven(written.agent)) {
		drop(["execution", "tool_loop", "session_id"], "it belongs to `agent`, and the state has none");
	}
	if (written.tool_loop === false) drop(["tools"], "`tool_loop: false` calls the agent without tools");
	if (isGiven(written.tool_loop) && (state.toolLoop === undefined || state.toolLoop.isImplied)) {
		drop(["tool_loop"], "without any limit in it, it is a plain call of the agent; write `tool_loop: true`");
	}
	if (state.toolLoop !== undefined && isGiven(written.agent))
		drop(["execution"], "a tool loop calls the agent in its own way");
	if (!isGiven(written.foreach))
		drop(["as", "key", "max_concurrency"], "it belongs to `foreach`, and the state has none");
	if (!isGiven(written.key_results)) drop(["max_retries"], "it belongs to `key_results`, and the state has none");
	if (!isGiven(written.launch)) drop(["launch_input"], "it belongs to `launch`, and the state has none");
	if (!isGiven(written.foreach) && !(Array.isArray(written.machine) && written.machine.length > 0)) {
		drop(["mode"], "it belongs to `foreach` or a list of machines, and the state has neither");
	}
	const works = ["agent", "machine", "foreach", "wait_for"].some((key) => isGiven(written[key]));
	if (!works) {
		const action = isGiven(written.action)
			? "an action has no output; its hook returns the new context"
			: "the state does no work";
		drop(["output_to_context"], action);
		drop(["input", "timeout"], "the state calls no agent and no machine");
	}
	if (state.kind === "final") drop(["transitions"], "the run ends in a final state");
	else if (isGiven(written.transitions)) drop(["output"], "only a final state gives the run's output");
	return idle;
}

function isGiven(value: unknown): boolean {
	return value !== undefined && value !== null && value !== false && value !== "";
}
