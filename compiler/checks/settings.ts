/** What is accepted and does not do what an author may expect: unknown backends, keys only kept, outputs of one value. */
import { own, ownRecord, ownString } from "../document/plain-data.ts";
import type { CheckedMachine } from "./checked-machine.ts";

const BACKENDS = ["memory", "local", "sqlite", "redis", "postgres"];
/** Of `settings.backends`: what else is acted upon. */
const OTHER_BACKEND_KEYS = ["persistence", "sqlite_path", "locking"];

export function checkSettings(machine: CheckedMachine): void {
	const { plan } = machine;
	checkBackends(machine);
	for (const state of plan.states) {
		if (state.output !== undefined && state.output.kind !== "map") {
			machine.report("FS4116", {
				path: machine.path("states", state.name, "output"),
				at: "value",
				message: "`output` is no map of named outputs: its value itself is the run's output",
			});
		}
	}
}

/** Where executions are to be kept. An unknown place is the run's error: it is told before. */
function checkBackends(machine: CheckedMachine): void {
	const { data } = machine;
	const persistence = ownRecord(data, "persistence");
	if (own(persistence, "enabled") === false) return;
	const backendHere = ownString(persistence, "backend");
	const backends = ownRecord(ownRecord(data, "settings"), "backends");
	const backend = backendHere ?? ownString(backends, "persistence");
	const place = backendHere === undefined ? ["settings", "backends", "persistence"] : ["persistence", "backend"];
	if (backend !== undefined && !BACKENDS.includes(backend)) {
		const path = machine.path(...place);
		const near = machine.nearest(backend, BACKENDS);
		const fix = near === undefined ? undefined : machine.replace(path, "value", near, `Write \`${near}\``);
		machine.report("FS4113", {
			path,
			at: "value",
			message: `\`${backend}\` is no backend of this release: the run cannot begin`,
			suggestion:
				near === undefined ? "known: `memory`, `local`, `sqlite`, `redis`, `postgres`" : `did you mean \`${near}\`?`,
			...(fix && { fix }),
		});
	}
	const used = backend ?? "memory";
	for (const [key, value] of Object.entries(backends ?? {})) {
		const isServed = OTHER_BACKEND_KEYS.includes(key) ? key !== "locking" || value === "none" : false;
		if (isServed || value === used || value === null) continue;
		const effect = `everything is kept in one place, \`${used}\`${key === "locking" ? ", or not locked with `none`" : ""}`;
		reportKept(machine, key, effect, machine.path("settings", "backends", key));
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
