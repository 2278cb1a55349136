/** What is accepted and does not do what an author may expect: unknown backends, keys only kept, outputs of one value. */
import { own, ownRecord, ownString } from "../document/plain-data.ts";
import type { CheckedMachine } from "./checked-machine.ts";

const BACKENDS = ["memory", "local", "sqlite", "redis", "postgres"];
/** Where children can run: on workers behind a queue, or here. */
const WORK_BACKENDS = ["memory", "redis", "postgres"];
/** Of `settings.backends`: what else is acted upon. */
const OTHER_BACKEND_KEYS = ["persistence", "sqlite_path", "locking", "work"];

export function checkSettings(machine: CheckedMachine): void {
	const { plan } = machine;
	checkBackends(machine);
	checkWork(machine);
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
	if (backend !== undefined && !BACKENDS.includes(backend)) reportUnknown(machine, backend, BACKENDS, place);
	const used = backend ?? "memory";
	for (const [key, value] of Object.entries(backends ?? {})) {
		const isServed = OTHER_BACKEND_KEYS.includes(key) ? key !== "locking" || value === "none" : false;
		if (isServed || value === used || value === null) continue;
		const effect = `everything is kept in one place, \`${used}\`${key === "locking" ? ", or not locked with `none`" : ""}`;
		reportKept(machine, key, effect, machine.path("settings", "backends", key));
	}
}

/** Who runs children: what is unknown is told before the run, which would fail. */
function checkWork(machine: CheckedMachine): void {
	const work = own(ownRecord(ownRecord(machine.data, "settings"), "backends"), "work");
	if (work === undefined || work === null || (typeof work === "string" && WORK_BACKENDS.includes(work))) return;
	reportUnknown(machine, typeof work === "string" ? work : JSON.stringify(work), WORK_BACKENDS, [
		"settings",
		"backends",
		"work",
	]);
}

function reportUnknown(
	machine: CheckedMachine,
	backend: string,
	known: readonly string[],
	place: readonly string[],
): void {
	const path = machine.path(...place);
	const near = machine.nearest(backend, known);
	const fix = near === undefined ? undefined : machine.replace(path, "value", near, `Write \`${near}\``);
	const names = known.map((name) => `\`${name}\``).join(", ");
	machine.report("FS4113", {
		path,
		at: "value",
		message: `\`${backend}\` is no backend of this release: the run cannot begin`,
		suggestion: near === undefined ? `known: ${names}` : `did you mean \`${near}\`?`,
		...(fix && { fix }),
	});
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
