/** Names of states, agents, machines and hooks that nothing has, and agents and machines that nothing uses. */
import { builtinAgents, isBuiltin } from "../builtin/builtin.ts";
import type { Code } from "../diagnostics/codes.ts";
import type { DocumentPath } from "../document/document.ts";
import { isRecord, ownRecord, ownString } from "../document/plain-data.ts";
import { handoffsOf } from "../plan/framework-config.ts";
import type { StatePlan } from "../plan/plan.ts";
import type { CheckedMachine } from "./checked-machine.ts";
import { transitionsOf } from "./places.ts";

export function checkNames(machine: CheckedMachine): void {
	const states = new Set(machine.stateNames);
	const agents = new Set([...Object.keys(ownRecord(machine.data, "agents")), ...Object.keys(machine.plan.agents)]);
	const machines = new Set([
		...Object.keys(ownRecord(machine.data, "machines")),
		...Object.keys(machine.plan.machines),
	]);
	for (const state of machine.plan.states) {
		checkTargets(machine, state, states);
		for (const { name, path } of agentUses(machine, state)) unknown(machine, "FS3101", "agent", name, path, agents);
		for (const { name, path } of machineUses(machine, state))
			unknown(machine, "FS3102", "machine", name, path, machines);
	}
	const validator = ownString(ownRecord(machine.data, "settings"), "validator");
	if (validator !== undefined) {
		unknown(machine, "FS3101", "agent", validator, machine.path("settings", "validator"), agents);
	}
	for (const { name, path } of handoffUses(machine)) unknown(machine, "FS3101", "agent", name, path, agents);
	checkHooks(machine);
	checkUnused(machine);
}

function checkTargets(machine: CheckedMachine, state: StatePlan, states: ReadonlySet<string>): void {
	const written = machine.written(state);
	const at = (...keys: DocumentPath) => machine.path("states", state.name, ...keys);
	for (const { index, entry } of transitionsOf(written)) {
		if (typeof entry.to !== "string" || states.has(entry.to)) continue;
		report(
			machine,
			"FS4101",
			`there is no state \`${entry.to}\` to go to`,
			entry.to,
			at("transitions", index, "to"),
			states,
		);
	}
	const targets: readonly (readonly [unknown, DocumentPath])[] = isRecord(written.on_error)
		? Object.entries(written.on_error).map(([name, target]) => [target, at("on_error", name)] as const)
		: [[written.on_error, at("on_error")]];
	for (const [target, path] of targets) {
		if (typeof target !== "string" || target === "" || states.has(target)) continue;
		report(machine, "FS4102", `there is no state \`${target}\` to go to after an error`, target, path, states);
	}
}

interface Use {
	readonly name: string;
	readonly path: DocumentPath;
}

function agentUses(machine: CheckedMachine, state: StatePlan): readonly Use[] {
	return state.agent === undefined ? [] : [{ name: state.agent, path: machine.path("states", state.name, "agent") }];
}

/** Agents that others hand over to. */
function handoffUses(machine: CheckedMachine): readonly Use[] {
	return Object.values(machine.plan.agents).flatMap(({ name: from, type, config }) =>
		handoffsOf(type, config).map(({ name, path }) => ({ name, path: machine.path("agents", from, "config", ...path) })),
	);
}

/** Machines that a state runs or launches, as written. */
function machineUses(machine: CheckedMachine, state: StatePlan): readonly Use[] {
	const uses: Use[] = [];
	for (const key of ["machine", "launch"]) {
		const value = machine.written(state)[key];
		if (value === undefined) continue;
		const path = machine.path("states", state.name, key);
		if (typeof value === "string" && value !== "") uses.push({ name: value, path });
		if (!Array.isArray(value)) continue;
		for (const [index, entry] of value.entries()) {
			const name = typeof entry === "string" ? entry : ownString(entry, "name");
			const at = typeof entry === "string" ? [...path, index] : [...path, index, "name"];
			if (name !== undefined && name !== "") uses.push({ name, path: at });
		}
	}
	return uses;
}

function unknown(
	machine: CheckedMachine,
	code: "FS3101" | "FS3102",
	kind: "agent" | "machine",
	name: string,
	path: DocumentPath,
	known: ReadonlySet<string>,
): void {
	// A name that looks like a file is one; the loader says so if it does not exist.
	if (known.has(name) || /[\\/]|\.(?:ya?ml|json)$/i.test(name)) return;
	report(machine, code, `there is no ${kind} \`${name}\` in \`data.${kind}s\``, name, path, known);
}

function report(
	machine: CheckedMachine,
	code: Code,
	message: string,
	name: string,
	path: DocumentPath,
	known: ReadonlySet<string>,
): void {
	const near = machine.nearest(name, known);
	const fix = near === undefined ? undefined : machine.replace(path, "value", near, `Write \`${near}\``);
	const all = [...known].slice(0, 8).map((one) => `\`${one}\``);
	const suggestion = near === undefined ? `known: ${all.join(", ") || "none"}` : `did you mean \`${near}\`?`;
	machine.report(code, { path, at: "value", message, suggestion, ...(fix && { fix }) });
}

function checkHooks(machine: CheckedMachine): void {
	const { knownHooks } = machine;
	if (knownHooks === undefined) return;
	const places: (readonly [unknown, DocumentPath])[] = [
		[machine.data.lifecycle_hooks, machine.path("lifecycle_hooks")],
		[machine.data.hooks, machine.path("hooks")],
	];
	for (const state of machine.plan.states) {
		places.push([machine.written(state).hooks, machine.path("states", state.name, "hooks")]);
	}
	for (const [value, path] of places) {
		for (const { name, path: at } of hookNames(value, path)) {
			if (!knownHooks.has(name))
				report(machine, "FS3103", `no hooks are registered as \`${name}\``, name, at, knownHooks);
		}
	}
}

function hookNames(value: unknown, path: DocumentPath): readonly Use[] {
	if (typeof value === "string") return [{ name: value, path }];
	if (Array.isArray(value)) return value.flatMap((entry: unknown, index) => hookNames(entry, [...path, index]));
	const name = ownString(value, "name");
	return name === undefined ? [] : [{ name, path: [...path, "name"] }];
}

function checkUnused(machine: CheckedMachine): void {
	const { plan, data } = machine;
	const used = new Set([
		...plan.states.flatMap((state) => agentUses(machine, state).map(({ name }) => name)),
		...handoffUses(machine).map(({ name }) => name),
		ownString(ownRecord(data, "settings"), "validator"),
		...Object.values(ownRecord(data, "machines")).flatMap((machine) =>
			isBuiltin(machine) ? builtinAgents(machine) : [],
		),
	]);
	const run = new Set(plan.states.flatMap((state) => machineUses(machine, state).map(({ name }) => name)));
	for (const name of Object.keys(ownRecord(data, "agents")).filter((one) => !used.has(one))) {
		const message = `no state calls the agent \`${name}\``;
		machine.report("FS3104", { path: machine.path("agents", name), at: "key", message });
	}
	for (const name of Object.keys(ownRecord(data, "machines")).filter((one) => !run.has(one))) {
		const message = `no state runs the machine \`${name}\``;
		machine.report("FS3105", { path: machine.path("machines", name), at: "key", message });
	}
}
