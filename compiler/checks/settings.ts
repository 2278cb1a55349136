/** What is accepted and does not do what an author may expect: unknown backends, keys only kept, outputs of one value. */
import { own, ownRecord, ownString } from "../document/plain-data.ts";
import type { CheckedMachine } from "./checked-machine.ts";

const BACKENDS = ["memory", "local", "sqlite"];
const STORED_BACKENDS = ["local", "sqlite"];
/** Up to 2.1 the backend was free text (spec section 23). */
const FREE_BACKENDS = /^(?:0|1)\.|^2\.[01](?:\.|$)/;

/** Keys of our own that a plan only keeps, and what an author expects of them. */
const KEPT_STATE_KEYS: readonly (readonly [string, string])[] = [
	["key_results", "results are not judged"],
	["max_retries", "there are no further attempts"],
	["tools", "it does not limit the tools"],
];
const KEPT_SETTINGS: readonly (readonly [string, string])[] = [
	["validator", "no agent is asked to judge"],
	["history", "`context.history` is not written"],
	["backends", "everything stays in memory"],
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
	if (backend !== undefined && STORED_BACKENDS.includes(backend) && own(data.persistence, "enabled") !== false) {
		const effect = "nothing is stored, and an execution that is killed is lost";
		reportKept(machine, "persistence", effect, machine.path("persistence"));
	}
	const settings = ownRecord(data, "settings");
	for (const [key, effect] of KEPT_SETTINGS) {
		if (own(settings, key) !== undefined) reportKept(machine, key, effect, machine.path("settings", key));
	}
	for (const state of plan.states) {
		if (state.toolLoop !== undefined) {
			machine.report("FS4115", {
				path: machine.path("states", state.name, "tool_loop"),
				at: "key",
				message: "this release does not run `tool_loop`: the state fails with a NotSupportedError",
			});
		}
		if (state.output !== undefined && state.output.kind !== "map") {
			machine.report("FS4116", {
				path: machine.path("states", state.name, "output"),
				at: "value",
				message: "`output` is no map of named outputs: its value itself is the run's output",
			});
		}
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
