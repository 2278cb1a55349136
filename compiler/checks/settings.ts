/** Settings that nothing here acts upon: unknown persistence backends, keys of the goal extension. */
import { own, ownRecord, ownString } from "../document/plain-data.ts";
import type { CheckedMachine } from "./checked-machine.ts";

const BACKENDS = ["memory", "local", "sqlite"];
/** Up to 2.1 the backend was free text (spec section 23). */
const FREE_BACKENDS = /^(?:0|1)\.|^2\.[01](?:\.|$)/;

/** Keys of our own that a plan only keeps, and what an author expects of them. */
const KEPT_STATE_KEYS: readonly (readonly [string, string])[] = [
	["key_results", "results are not judged"],
	["max_retries", "there are no further attempts"],
	["tools", "it does not limit the tools; `tool_loop.allowed_tools` does"],
];
const KEPT_SETTINGS: readonly (readonly [string, string])[] = [
	["validator", "no agent is asked to judge"],
	["history", "`context.history` is not written"],
];

export function checkSettings(machine: CheckedMachine): void {
	const { data, plan } = machine;
	const backend = ownString(ownRecord(data, "persistence"), "backend");
	if (backend !== undefined && !BACKENDS.includes(backend) && !FREE_BACKENDS.test(plan.specVersion)) {
		const path = machine.path("persistence", "backend");
		const near = machine.nearest(backend, BACKENDS);
		const fix = near === undefined ? undefined : machine.replace(path, "value", near, `Write \`${near}\``);
		machine.report("FS4113", {
			path,
			at: "value",
			message: `\`${backend}\` is no backend of this release`,
			suggestion: near === undefined ? "known: `memory`, `local`, `sqlite`" : `did you mean \`${near}\`?`,
			...(fix && { fix }),
		});
	}
	const settings = ownRecord(data, "settings");
	for (const [key, effect] of KEPT_SETTINGS) {
		if (own(settings, key) !== undefined) reportKept(machine, key, effect, machine.path("settings", key));
	}
	for (const state of plan.states) {
		for (const [key, effect] of KEPT_STATE_KEYS) {
			if (own(state.extra, key) !== undefined)
				reportKept(machine, key, effect, machine.path("states", state.name, key));
		}
	}
}

function reportKept(
	machine: CheckedMachine,
	key: string,
	effect: string,
	path: ReturnType<CheckedMachine["path"]>,
): void {
	const message = `this release keeps \`${key}\` and does not act upon it: ${effect}`;
	machine.report("FS4114", { path, at: "key", message });
}
