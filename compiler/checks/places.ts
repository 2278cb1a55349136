/** Every template and condition of a machine with its path in the document and the state it belongs to. */
import type { DocumentPath } from "../document/document.ts";
import type { PlannedCondition, PlannedTemplate, StatePlan, Structure } from "../plan/plan.ts";
import type { CheckedMachine, YamlMap } from "./checked-machine.ts";

/** Where a template stands, which decides what it sees. */
export type TemplateRole = "before work" | "item" | "after work" | "final output";

export interface TemplatePlace {
	readonly template: PlannedTemplate;
	readonly path: DocumentPath;
	readonly role: TemplateRole;
	/** Variables beside `context`, `input` and `output`. */
	readonly names: readonly string[];
}

/** Templates of a structure with their paths. */
export function* templatesOf(
	structure: Structure,
	path: DocumentPath,
): Generator<{ readonly template: PlannedTemplate; readonly path: DocumentPath }> {
	if (structure.kind === "template") yield { template: structure, path };
	else if (structure.kind === "list") {
		for (const [index, item] of structure.items.entries()) yield* templatesOf(item, [...path, index]);
	} else if (structure.kind === "map") {
		for (const [key, entry] of structure.entries) yield* templatesOf(entry, [...path, key]);
	}
}

/** The templates of a state but `output_to_context`, whose order matters. */
export function* statePlaces(machine: CheckedMachine, state: StatePlan): Generator<TemplatePlace> {
	const at = (...keys: DocumentPath) => machine.path("states", state.name, ...keys);
	const names = state.foreach === undefined ? [] : [state.foreach.as];
	// Most states have few of these, so that no path is made before it is needed.
	if (state.foreach !== undefined) yield* placed(state.foreach.items, at("foreach"), "before work", []);
	if (state.waitFor !== undefined) yield* placed(state.waitFor, at("wait_for"), "before work", []);
	if (state.sessionId !== undefined) yield* placed(state.sessionId, at("session_id"), "before work", []);
	if (state.launchInput !== undefined) yield* placed(state.launchInput, at("launch_input"), "before work", []);
	if (state.toolLoop !== undefined) {
		for (const [key, limit] of limitsOf(state.toolLoop)) yield* placed(limit, at("tool_loop", key), "before work", []);
	}
	for (const [index, { pause }] of (state.tools ?? []).entries()) {
		yield* placed(pause?.channel, at("tools", index, "channel"), "before work", []);
	}
	if (state.foreach?.key !== undefined) yield* placed(state.foreach.key, at("key"), "item", names);
	if (state.input !== undefined) {
		yield* placed(state.input, at("input"), names.length > 0 ? "item" : "before work", names);
	}
	if (state.machine?.kind === "list") {
		for (const [index, entry] of state.machine.entries.entries()) {
			yield* placed(entry.input, at("machine", index, "input"), "before work", []);
		}
	}
	if (state.kind === "final" && state.output !== undefined) {
		yield* placed(state.output, at("output"), "final output", []);
	}
}

function limitsOf(loop: NonNullable<StatePlan["toolLoop"]>): readonly (readonly [string, Structure | undefined])[] {
	return [
		["max_turns", loop.maxTurns],
		["max_tool_calls", loop.maxToolCalls],
		["tool_timeout", loop.toolTimeout],
		["total_timeout", loop.totalTimeout],
		["max_cost", loop.maxCost],
	];
}

function* placed(
	structure: Structure | undefined,
	path: DocumentPath,
	role: TemplateRole,
	names: readonly string[],
): Generator<TemplatePlace> {
	if (structure === undefined) return;
	for (const found of templatesOf(structure, path)) yield { ...found, role, names };
}

export interface ConditionPlace {
	readonly condition: PlannedCondition;
	readonly path: DocumentPath;
}

/** The conditions of a state. */
export function* conditionPlaces(machine: CheckedMachine, state: StatePlan): Generator<ConditionPlace> {
	const written = transitionsOf(machine.written(state));
	let next = 0;
	for (const { when } of state.transitions) {
		if (when === undefined || when === "never") continue;
		// A plan leaves out transitions that it could not read, so the text finds the place.
		while (next < written.length && written[next]?.entry.condition !== when.text) next += 1;
		const index = written[next]?.index;
		if (index === undefined) return;
		next += 1;
		yield { condition: when, path: machine.path("states", state.name, "transitions", index, "condition") };
	}
}

/** The expressions that check a state's key results. */
export function* checkPlaces(machine: CheckedMachine, state: StatePlan): Generator<ConditionPlace> {
	const written = machine.written(state).key_results;
	if (state.keyResults === undefined || !Array.isArray(written)) return;
	for (const [index, entry] of written.entries()) {
		const name = isMap(entry) ? entry.name : undefined;
		const item = state.keyResults.items.find((one) => one.name === name);
		if (item?.check.kind !== "expression" || !isMap(entry) || entry.check !== item.check.condition.text) continue;
		const path = machine.path("states", state.name, "key_results", index, "check");
		yield { condition: item.check.condition, path };
	}
}

export interface WrittenTransition {
	/** Place in the list. */
	readonly index: number;
	readonly entry: YamlMap;
}

/** Nearly every check asks for them. */
const writtenTransitions = new WeakMap<YamlMap, readonly WrittenTransition[]>();

/** The transitions of a state as written. */
export function transitionsOf(state: YamlMap): readonly WrittenTransition[] {
	if (!Array.isArray(state.transitions)) return [];
	const known = writtenTransitions.get(state);
	if (known !== undefined) return known;
	const found: WrittenTransition[] = [];
	for (const [index, entry] of state.transitions.entries()) if (isMap(entry)) found.push({ index, entry });
	writtenTransitions.set(state, found);
	return found;
}

function isMap(value: unknown): value is YamlMap {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
