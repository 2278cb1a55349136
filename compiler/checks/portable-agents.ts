/** What agents of other programs use that the reference does not have: keys and values of our own (spec section 19.7). */
import { own, ownRecord } from "../document/plain-data.ts";
import { agentRuntime } from "./agent-runtime.ts";
import type { CheckedMachine } from "./checked-machine.ts";

const ownClaudeCodeKeys = ["allowed_tools", "disallowed_tools", "max_turns"];

export function checkPortableAgents(machine: CheckedMachine): void {
	const written = ownRecord(machine.data, "agents");
	for (const [name, agent] of Object.entries(machine.plan.agents)) {
		const { type, config, isOfProfile } = agentRuntime(agent);
		if (type !== "claude-code" || !Object.hasOwn(written, name)) continue;
		// A profile may stand in another file, so what it has is said where the machine names the agent.
		const path = machine.path("agents", name);
		for (const key of ownClaudeCodeKeys) {
			if (own(config, key) === undefined) continue;
			machine.report("FS6101", {
				path: isOfProfile ? path : [...path, "config", key],
				at: "key",
				message: `\`${key}\`${isOfProfile ? ` in the profile of \`${name}\`` : ""} is a key of flatstate's own; the reference refuses it`,
			});
		}
		if (own(config, "effort") !== "xhigh") continue;
		machine.report("FS6102", {
			path: isOfProfile ? path : [...path, "config", "effort"],
			at: isOfProfile ? "key" : "value",
			message: `the reference has no effort \`xhigh\`${isOfProfile ? `, which the profile of \`${name}\` has` : ""}; it knows low, medium, high and max`,
		});
	}
}
